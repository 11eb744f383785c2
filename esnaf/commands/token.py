"""`esnaf token make`, `list` and `revoke`: who may ask the service."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from features.errors import UsageError

HELP = "make, list or revoke the tokens with which the service is asked"

_DEFAULT = "recommend,ingest"


def add_arguments(parser: ArgumentParser) -> None:
    """What to do, with which token."""
    parser.add_argument("action", choices=("make", "list", "revoke"), metavar="ACTION", help="make, list or revoke")
    parser.add_argument("name", nargs="?", metavar="NAME", help="of the token: who is to have it")
    parser.add_argument(
        "--scopes",
        metavar="S[,S]",
        help=f"what a new one is good for: recommend, ingest, customers, admin (default: {_DEFAULT})",
    )
    parser.add_argument(
        "--rate", type=float, metavar="N", help="requests a second to each worker (default: [serving] rate_per_s)"
    )


def run(args: Namespace) -> Mapping[str, Any]:
    """Do it; running services know within a second."""
    from esnaf.workspace import Workspace
    from serving.tokens import TokenFile

    file = TokenFile.of(Workspace(args.workspace).path)
    if args.action != "make" and not args.scopes == args.rate is None:
        raise UsageError("--scopes and --rate are for `esnaf token make`")
    if args.action == "list":
        if args.name is not None:
            raise UsageError(f"`esnaf token list` takes no name, and got {args.name!r}")
        tokens = file.read()
        return {"needed": tokens is not None, "tokens": [_told(token) for token in tokens or ()]}
    if args.name is None:
        raise UsageError(f"`esnaf token {args.action}` needs a name: who is to have the token, shop-web say")
    if args.action == "revoke":
        return {"revoked": _told(file.revoke(args.name)), "left": len(file.read() or ())}
    scopes = [word.strip() for word in (_DEFAULT if args.scopes is None else args.scopes).split(",")]
    token, secret = file.make(args.name, scopes, args.rate)  # type: ignore[arg-type]  # it checks them
    return {**_told(token), "token": secret}


def show(result: Mapping[str, Any]) -> None:
    """The secret of a new token, or one line a token."""
    from esnaf.output import text_table

    if "token" in result:
        print(f"{result['name']} may {', '.join(result['scopes'])}. Its token is shown this once:\n\n{result['token']}")
    elif "revoked" in result:
        locked = "" if result["left"] else "; nobody has one now, and the service answers nobody"
        print(f"{result['revoked']['name']} has no token any more{locked}")
    elif result["tokens"]:
        rows = [(row["name"], ", ".join(row["scopes"]), row["rate"], row["made"]) for row in result["tokens"]]
        print(text_table(("token", "scopes", "a second", "made"), rows))
    else:
        print(f"no tokens; the service answers {'nobody' if result['needed'] else 'this machine alone'}")


def _told(token: Any) -> dict[str, Any]:
    from serving.tokens import SCOPES

    scopes = [scope for scope in SCOPES if scope in token.scopes]
    return {"name": token.name, "scopes": scopes, "rate": token.rate, "made": token.made}
