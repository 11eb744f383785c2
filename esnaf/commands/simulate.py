"""`esnaf simulate DIR`: write a simulated shop's tables, and the truth beside them."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from esnaf.simulation.parameters import Parameters

HELP = "write a simulated shop's tables, and the truth beside them"


def add_arguments(parser: ArgumentParser) -> None:
    """The folder and the size of the shop."""
    usual = Parameters()
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="where to write events, products, customers, identities"
    )
    parser.add_argument("--customers", type=int, default=usual.customers, help=f"with an account ({usual.customers})")
    parser.add_argument("--products", type=int, default=usual.products, help=f"at least 100 ({usual.products})")
    parser.add_argument("--days", type=int, default=usual.days, help=f"length of the log ({usual.days})")
    parser.add_argument("--seed", type=int, default=usual.seed, help=f"same seed, same files ({usual.seed})")
    parser.add_argument("--end", default=usual.end, help=f"first day after the log, UTC ({usual.end})")
    parser.add_argument("--events", type=int, help="make the customers as active as gives about so many events")


def run(args: Namespace) -> Mapping[str, Any]:
    """Simulate and write."""
    from esnaf.simulation.shop import simulate

    size = {name: getattr(args, name) for name in ("customers", "products", "days", "seed", "end")}
    shop = simulate(args.folder, replace(Parameters(), **size), target=args.events)
    return {"folder": str(shop.folder), **size, "rows": shop.rows}


def show(result: Mapping[str, Any]) -> None:
    """The files and their rows."""
    from esnaf.output import text_table

    print(text_table(("file", "rows"), [(f"{name}.parquet", rows) for name, rows in sorted(result["rows"].items())]))
    print(f"\nwritten to {result['folder']}; next: esnaf train --data {result['folder']}")
