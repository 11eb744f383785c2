"""`esnaf value`: what customers are expected to spend, into a file."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from esnaf.model import add_model, opened
from esnaf.register import living, register_of
from esnaf.workspace import Workspace
from features.errors import UsageError

HELP = "write what customers are expected to spend, and who is about to leave"


def add_arguments(parser: ArgumentParser) -> None:
    """Whom for, with which model, and where to."""
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--customers", type=Path, metavar="FILE", help="CSV, Parquet or JSON lines with customer_id")
    whom.add_argument("--all", action="store_true", help="everybody the model knows")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=".parquet or .csv to write")
    add_model(parser)


def run(args: Namespace) -> Mapping[str, Any]:
    """Write the file; UsageError for a model that had too little to learn it from."""
    from esnaf.customers_file import CustomersFile
    from esnaf.values import write_values

    chosen = None if args.all else CustomersFile.read(args.customers)
    model, time, version = opened(args)
    if model.value is None:
        raise UsageError(f"model {version} foretells no spend: too little was bought, or [value] enabled is false")
    asked = chosen.ids if chosen else model.customers.ids()
    ids = [asked[place] for place in living(asked, register_of(Workspace(args.workspace)))]
    written = write_values(model, model.value, ids, args.output, time=time)
    return {
        "model_version": version,
        "file": str(args.output),
        "horizon_days": model.value.horizon,
        "churn_days": model.value.churn_days,
        "customers": written.rows,
        "erased": len(asked) - len(ids),
        "without_orders": written.unknown,
        "expected_spend": written.spend,
        "expected_buyers": written.buyers,
    }


def show(result: Mapping[str, Any]) -> None:
    """What was written, and what all of them come to."""
    print(f"{result['customers']:,} customers by model {result['model_version']}, written to {result['file']}")
    spend = "" if result["expected_spend"] is None else f" and spend {result['expected_spend']:,.0f}"
    days = result["horizon_days"]
    print(f"in the next {days} days, {result['expected_buyers']:,.0f} of them are expected to buy{spend}")
    if result["erased"]:
        print(f"note: {result['erased']:,} were erased, and are not in the file")
    if result["without_orders"]:
        print(f"note: {result['without_orders']:,} have no order, and nothing is foretold of them")
