"""`esnaf check --data DIR`: what of a shop's tables is accepted, what is set aside, and why."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HELP = "validate tables: what is accepted, what is set aside and why"

_MOST = 160  # characters of an example
_NOTES = {
    "merged": "identical lines of an order, added to the first",
    "in_both": "events of the live store that the tables hold as well, counted once",
    "no_consent": "events of customers who did not consent to personalisation, left out",
    "erased": "events of customers who are to be forgotten, left out",
    "linked": "anonymous events given to the one customer who owns the device",
    "anonymous": "events of customers who are known by a device only, kept",
    "shared_devices": "device ids of several customers, which link nothing",
    "unmatched_refunds": "refunds without an earlier purchase to take back",
    "unknown_products": "products in the events that the products table lacks",
    "unknown_interests": "declared interests that are no category or brand",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Where the tables are, and where rows that cannot be used go."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the tables (none if all come from SQL)")
    parser.add_argument(
        "--rejects", type=Path, metavar="FILE", help="Parquet file for the rows set aside (default: none is written)"
    )


def run(args: Namespace) -> Mapping[str, Any]:
    """Read everything as training would."""
    from esnaf.tablefile import parquet_only
    from esnaf.workspace import Workspace
    from features.store.training_view import stored_events
    from features.tables import TablesConfig, load
    from features.tables.reasons import MEANING
    from serving.policy.config import PolicyConfig
    from serving.policy.naming import unknown_names

    workspace = Workspace(args.workspace)
    with stored_events(workspace.path, workspace.settings) as live:
        shop = load(
            args.data, TablesConfig.of(workspace.settings), rejects=parquet_only("--rejects", args.rejects), live=live
        )
    policy = workspace.settings.section("policy", PolicyConfig)
    report = shop.report
    rejected = [
        {
            "table": table,
            "reason": str(reason),
            "rows": rows,
            "meaning": MEANING[reason],
            "first": {"file": example.file, "row": example.row, "values": example.values},
        }
        for (table, reason), rows in sorted(report.rejected.items())
        for example in [report.examples[table, reason]]
    ]
    return {
        "read": dict(report.read),
        "accepted": report.accepted,
        "customers": report.customers,
        "products": report.products,
        "start": _day(report.start),
        "end": _day(report.end),
        "rejected": rejected,
        "notes": {name: getattr(report, name) for name in _NOTES if getattr(report, name)},
        "conflicts": {table: ids for table, ids in report.conflicts.items() if ids},
        "personal_columns": list(report.left_out),
        "policy": [str(name) for name in unknown_names(policy, shop.log.products, shop.catalogue)],
        "fingerprint": report.fingerprint,
        "rejects_file": str(args.rejects) if args.rejects else None,
    }


def show(result: Mapping[str, Any]) -> None:
    """What is accepted, then each reason with its first row."""
    from esnaf.output import text_table

    print(text_table(("table", "rows read"), list(result["read"].items())))
    shop = f"{result['customers']:,} customers, {result['products']:,} products"
    print(f"\naccepted: {result['accepted']:,} events of {shop}, {result['start']} to {result['end']}")
    for row in result["rejected"]:
        first = row["first"]
        values = first["values"] if len(first["values"]) <= _MOST else f"{first['values'][:_MOST]}..."
        print(f"\nset aside: {row['rows']:,} rows of {row['table']}, {row['reason']}: {row['meaning']}")
        print(f"  the first: {first['file']} row {first['row']}: {values}")
    for name, count in result["notes"].items():
        print(f"\nnote: {count:,} {_NOTES[name]}")
    for table, ids in result["conflicts"].items():
        print(f"\nnote: {ids:,} {table} with rows that disagree: the earliest counts")
    if result["personal_columns"]:
        print(f"\nnote: left out of profiles as personal: {', '.join(result['personal_columns'])}")
    for name in result["policy"]:
        print(f"\nnote: [policy]: {name}, which the tables do not know")
    if result["rejects_file"]:
        print(f"\nrows set aside are in {result['rejects_file']}")


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
