"""`esnaf customer CUSTOMER`: all that is known of one customer."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from esnaf.moments import moment

HELP = "show all that is known of one customer, or with --why in plain words what it is used for"


def add_arguments(parser: ArgumentParser) -> None:
    """Whose."""
    parser.add_argument("customer", metavar="CUSTOMER", help="customer_id")
    parser.add_argument("--why", action="store_true", help="in plain words, and why the list is as it is")
    parser.add_argument("--as-of", type=moment, metavar="T", help="2026-01-31 or 2026-01-31T12:00:00Z (default: now)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Look, and write down that somebody did; UnknownCustomerError for one of whom nothing is known."""
    from esnaf.records import records_of, write_down
    from esnaf.workspace import Workspace
    from serving.record.why import why

    with records_of(Workspace(args.workspace), as_of=args.as_of) as (desk, records):
        found = why(desk, args.customer) if args.why else records.record(args.customer)
        write_down(desk, "why" if args.why else "record", args.customer, "found")
    return found


def show(result: Mapping[str, Any]) -> None:
    """A line a fact."""
    from esnaf.output import text_table

    if "words" in result:
        print("\n".join(result["words"]))
        print()
        print(text_table(("product", "why"), [(one["product_id"], one["reason"]) for one in result["items"]]))
        return
    print(text_table(("customer", result["customer_id"]), [*_facts(result)]))
    print()
    print(text_table(("segment", "why"), [(one["segment"], one["why"]) for one in result["segments"]]))


def _facts(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    history, interests = result["history"], result["interests"]
    plain = [(name, history[name]) for name in history if not isinstance(history[name], list | dict)]
    liked = [one["name"] for one in (*interests["declared"], *interests["inferred"])]
    allowed = [name for name, consent in result["consent"].items() if consent["granted"]]
    last = [one["time"] for one in result["lists"] or ()]
    rows = [
        ("identifiers", ", ".join(f"{one['kind']} {one['value']}" for one in result["identifiers"])),
        *((one["name"], f"{one['value']} ({one['source']})") for one in result["attributes"]),
        *((name.replace("_", " "), value) for name, value in plain),
        ("interests", ", ".join(liked)),
        ("consent", ", ".join(allowed) or "to nothing"),
        ("last lists", ", ".join(last)),
        ("scores", ", ".join(f"{one['kind']} {one['score']:g}" for one in result["scores"])),
    ]
    return [(name, str(value)) for name, value in rows if value not in {None, ""}]
