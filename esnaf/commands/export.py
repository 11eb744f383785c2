"""`esnaf export CUSTOMER`: all that is known of a person as one JSON object."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from esnaf.moments import moment
from features.errors import UsageError

HELP = "write all that is known of one customer, for the customer, as one JSON object"


def add_arguments(parser: ArgumentParser) -> None:
    """Whose, and where to."""
    parser.add_argument("customer", metavar="CUSTOMER", help="customer_id")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help=".json to write; its owner alone may read it"
    )
    parser.add_argument("--as-of", type=moment, metavar="T", help="2026-01-31 or 2026-01-31T12:00:00Z (default: now)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Write the file; UnknownCustomerError for one of whom nothing is known."""
    from esnaf.records import records_of, write_down
    from esnaf.workspace import Workspace
    from serving.record.export import exported

    with records_of(Workspace(args.workspace), as_of=args.as_of) as (desk, records):
        write_down(desk, "export", args.customer, "found")
        found = exported(desk, records, args.customer)
    _write(args.output, found)
    counted = {name: len(part) for name, part in found.items() if isinstance(part, list)}
    return {"file": str(args.output), "customer_id": args.customer, **counted}


def show(result: Mapping[str, Any]) -> None:
    """What was written."""
    print(f"written to {result['file']}")
    for name, count in result.items():
        if isinstance(count, int):
            print(f"{count:,} {name.replace('_', ' ')}")


def _write(file: Path, found: Mapping[str, Any]) -> None:
    """Readable by its owner alone: it is personal."""
    import os

    from esnaf.output import to_json

    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(to_json(found) + "\n")
    except OSError as error:
        raise UsageError(f"-o {file}: cannot be written ({error.strerror})") from None
