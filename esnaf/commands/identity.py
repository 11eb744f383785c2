"""`esnaf identity`: who was taken for whom in the live store, and why; merges taken back, tables taken in."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.moments import shown_moment
from features.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from features.identity.lookup import Lookup
    from features.store.livestore import LiveStore

HELP = "who was taken for whom in the live store, and why; take a merge back"

_WORDS = {"list": (0, 1), "show": (1, 1), "find": (2, 2), "undo": (1, 1), "import": (1, 99), "settle": (0, 0)}
_MERGE = ("number", "time", "change", "person", "member", "cause", "undone")
_IDENTIFIER = ("kind", "value", "time", "source", "shared")
_USAGE = {
    "list": "list [CUSTOMER]",
    "show": "show CUSTOMER",
    "find": "find KIND VALUE",
    "undo": "undo NUMBER",
    "import": "import FILE...",
    "settle": "settle",
}


def add_arguments(parser: ArgumentParser) -> None:
    """What to do."""
    parser.add_argument(
        "action",
        choices=tuple(_WORDS),
        metavar="ACTION",
        help="list [CUSTOMER]: merges, the newest first; show CUSTOMER: ids and identifiers, masked; find KIND VALUE: "
        "whose it is; undo NUMBER: take a merge back; import FILE...: tables of identities into the store; "
        "settle: resolve all links at once, after settings of [identity] changed",
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="what the action takes")
    parser.add_argument("-n", type=int, default=50, metavar="N", help="merges to list (default 50)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Look, or undo; running services know at once."""
    least, most = _WORDS[args.action]
    if not least <= len(args.words) <= most:
        raise UsageError(f"`esnaf identity {_USAGE[args.action]}` is how it is written; got {len(args.words)} words")
    if args.action == "import":
        return _imported(args)
    with _store(args) as store:
        if args.action == "settle":
            from features.identity.settling import settle_all

            return {"changed": settle_all(store, "settle")}
        if args.action == "undo":
            return _undone(store, args.words[0])
        with store.backend.reading() as connection:
            from features.identity.lookup import Lookup

            told = _told(Lookup(connection, store.book.config, store.book.keys), args)
        if (looked_at := _looked_at(told, args)) is not None:
            with store.backend.writing() as connection:
                _write_down(connection, f"identity {args.action}", looked_at, "found")
        return told


def show(result: Mapping[str, Any]) -> None:
    """Tables for people."""
    from esnaf.output import text_table

    if "merges" in result:
        found = [[one[name] or "" for name in _MERGE] for one in result["merges"]]
        print(text_table(_MERGE, found) if found else "no merge yet")
    elif "identifiers" in result:
        print(f"{result['person']}, known as {', '.join(result['ids'])}\n")
        print(text_table(_IDENTIFIER, [[one[name] for name in _IDENTIFIER] for one in result["identifiers"]]))
    elif "links" in result:
        print(f"{result['rows']:,} rows, {result['links']:,} new links; {result['changed']:,} ids changed their person")
    elif "changed" in result:
        print(f"{result['changed']:,} ids changed their person")
    elif "undone" in result:
        print(f"merge {result['undone']} is taken back; its links will not count again")
    else:
        print(result["person"] or "nobody has it, or several")


def _told(lookup: "Lookup", args: Namespace) -> Mapping[str, Any]:
    if args.action == "list":
        merges = lookup.merges(args.words[0] if args.words else None, args.n)
        return {"merges": [_dated(asdict(merge)) for merge in merges]}
    if args.action == "find":
        return {"person": lookup.find(*args.words)}
    person = lookup.person(args.words[0])
    own = [_dated(asdict(one)) for one in lookup.identifiers(person)]
    return {"person": person, "ids": lookup.ids(person), "identifiers": own}


def _looked_at(told: Mapping[str, Any], args: Namespace) -> str | None:
    """The customer of whom something was found; the merges of everybody are nobody's."""
    if args.action == "list":
        return args.words[0] if args.words and told["merges"] else None
    person: str | None = told["person"]
    return person


def _write_down(connection: "Connection", action: str, id: str, result: str) -> None:
    """One line of the audit log."""
    from features.consent.audit import note

    note(connection, "command", action, id, result)


def _undone(store: "LiveStore", number: str) -> Mapping[str, Any]:
    if not number.isdecimal():
        raise UsageError(f"{number!r} is no number of a merge; `esnaf identity list` tells them")
    with store.backend.writing() as connection:
        member = store.book.undo(connection, int(number))
        if member is None:
            raise UsageError(f"there is no merge {number} that could be taken back; `esnaf identity list` tells them")
        _write_down(connection, "identity undo", member, "undone")
    return {"undone": int(number)}


def _imported(args: Namespace) -> Mapping[str, Any]:
    from esnaf.workspace import Workspace
    from features.identity.importing import import_identities
    from features.tables import TablesConfig

    workspace = Workspace(args.workspace)
    workspace.create()
    with _store(args, make=True) as store:
        found = import_identities([Path(word) for word in args.words], store, TablesConfig.of(workspace.settings))
    return asdict(found)


@contextmanager
def _store(args: Namespace, *, make: bool = False) -> "Iterator[LiveStore]":
    from esnaf.workspace import Workspace
    from features.errors import StoreError
    from features.identity.config import IdentityConfig
    from features.store.config import StoreConfig
    from features.store.livestore import LiveStore

    workspace = Workspace(args.workspace)
    way = LiveStore.open if make else LiveStore.find
    settings = workspace.settings
    store = way(workspace.path, settings.section("store", StoreConfig), settings.section("identity", IdentityConfig))
    if store is None:
        raise StoreError(f"{workspace.path}: there is no live store yet; the first event makes one")
    try:
        yield store
    finally:
        store.close()


def _dated(values: dict[str, Any]) -> dict[str, Any]:
    moments = {name: shown_moment(values[name]) for name in ("time", "undone") if values.get(name) is not None}
    return values | moments
