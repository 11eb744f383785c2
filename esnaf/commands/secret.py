"""`esnaf secret new`, `status` and `rotate`: what personal identifiers are kept under."""

import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

HELP = "print a new secret for personal identifiers, tell which are in use, or rotate to the first of them"

_BYTES = 32


def add_arguments(parser: ArgumentParser) -> None:
    """What to do."""
    parser.add_argument(
        "action",
        choices=("new", "status", "rotate"),
        metavar="ACTION",
        help="new: print one; status: the ids of the keys of ESNAF_SECRET, and what is not under the first; "
        "rotate: seal and hash everything under the first",
    )


def run(args: Namespace) -> Mapping[str, Any]:
    """Do it; a secret is shown by `new` alone, and kept nowhere."""
    if args.action == "new":
        return {"secret": secrets.token_urlsafe(_BYTES)}
    from esnaf.workspace import Workspace
    from features.identity.keys import Keys
    from features.identity.rotation import left, rotate
    from features.store.config import StoreConfig
    from features.store.livestore import LiveStore

    keys, settings = Keys.from_environment(), Workspace(args.workspace).settings
    store = LiveStore.find(args.workspace, settings.section("store", StoreConfig), _identity(args))
    told = {"keys": [key.name for key in keys.keys], "identifiers": 0, "traits": 0, "left": 0}
    if store is None:
        return told
    try:
        if args.action == "rotate":
            done = rotate(store.backend, store.book)
            told |= {"identifiers": done.identifiers, "traits": done.traits}
        with store.backend.reading() as connection:
            return told | {"left": left(connection, keys)}
    finally:
        store.close()


def show(result: Mapping[str, Any]) -> None:
    """The secret, or what there is under which key."""
    if "secret" in result:
        print(result["secret"])
        return
    print(f"keys, the one in use first: {', '.join(result['keys'])}")
    if result["identifiers"] or result["traits"]:
        print(f"now under the first: {result['identifiers']:,} identifiers, {result['traits']:,} traits")
    print(f"not under the first: {result['left']:,}" + ("; `esnaf secret rotate`" if result["left"] else ""))


def _identity(args: Namespace) -> Any:
    from esnaf.workspace import Workspace
    from features.identity.config import IdentityConfig

    return Workspace(args.workspace).settings.section("identity", IdentityConfig)
