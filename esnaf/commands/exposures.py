"""`esnaf exposures`: what was shown, with what probability, and what became of it, into a file."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.moments import moment, shown_moment

if TYPE_CHECKING:
    from esnaf.workspace import Workspace

HELP = "show what the exposure log holds, or write what was shown and what became of it to a file"

_MB = 1e6
_END = 2**40  # seconds


def add_arguments(parser: ArgumentParser) -> None:
    """Which ones, and where to."""
    parser.add_argument("--from", dest="start", type=moment, metavar="T", help="shown at or after (default: all)")
    parser.add_argument("--until", dest="end", type=moment, metavar="T", help="shown before (default: all)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=".parquet, .csv or .jsonl to write, a row for each product shown (default: only show what there is)",
    )


def run(args: Namespace) -> Mapping[str, Any]:
    """Look, and write the file if one is named; nothing is made where there is no log."""
    from esnaf.workspace import Workspace
    from features.errors import StoreError
    from features.exposures.log import ExposureLog
    from features.exposures.retention import status_of
    from features.store.config import StoreConfig

    workspace = Workspace(args.workspace)
    config = workspace.settings.section("store", StoreConfig)
    log = ExposureLog.find(workspace.path, config)
    if log is None:
        raise StoreError(f"{workspace.path}: there is no exposure log yet; `esnaf serve` makes one with its first list")
    try:
        found = status_of(log)
        written = {} if args.output is None else _written(log, workspace, args)
    finally:
        log.close()
    shown = {"start": shown_moment(found.start), "end": shown_moment(found.end), "mb": found.bytes / _MB}
    return {
        "log": found.place,
        "answers": found.answers,
        "products": found.products,
        "lists": found.lists,
        **shown,
        **written,
    }


def show(result: Mapping[str, Any]) -> None:
    """One line a fact."""
    from esnaf.output import text_table

    print(text_table(("exposures", ""), [(name.replace("_", " "), value) for name, value in result.items()]))


def _written(log: Any, workspace: "Workspace", args: Namespace) -> dict[str, Any]:
    from dataclasses import asdict

    from esnaf.livestore import reading
    from esnaf.tablefile import write_table
    from features.exposures.outcomes import SCHEMA, Totals, tables

    totals = Totals()
    with reading(workspace) as reader:
        parts = tables(log.backend, reader, args.start or 0, _END if args.end is None else args.end, totals)
        rows = write_table(args.output, SCHEMA, parts)
    written = {f"written_{name}": value for name, value in asdict(totals).items()}
    return {"file": str(args.output), "rows": rows, **written}
