"""`esnaf import FILE...`: files of events into the live store."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HELP = "take files of events into the live store; rows that it has already count once"

_REFUSED = {
    "erased": "events of customers who were erased",
    "no_consent": "events of customers who consent to nothing that events are kept for",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Which files, and where rows that cannot be used go."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="events as .parquet, .csv[.gz] or .jsonl[.gz]"
    )
    parser.add_argument(
        "--rejects", type=Path, metavar="FILE", help="Parquet file for the rows set aside (default: none is written)"
    )


def run(args: Namespace) -> Mapping[str, Any]:
    """Import them; `seconds` tells how long it took."""
    import time

    from esnaf.tablefile import parquet_only
    from esnaf.workspace import Workspace
    from features.identity.config import IdentityConfig
    from features.store.config import StoreConfig
    from features.store.importing import import_files
    from features.store.livestore import LiveStore
    from features.tables import TablesConfig

    rejects, workspace = parquet_only("--rejects", args.rejects), Workspace(args.workspace)
    config = TablesConfig.of(workspace.settings)
    workspace.create()
    store = LiveStore.open(
        workspace.path,
        workspace.settings.section("store", StoreConfig),
        workspace.settings.section("identity", IdentityConfig),
    )
    begin = time.monotonic()
    try:
        found = import_files(args.files, store, config, rejects=rejects, progress=_shown)
    finally:
        store.close()
    return {
        "store": store.place,
        "read": found.read,
        "accepted": found.accepted,
        "duplicates": found.duplicates,
        "rejected": dict(sorted(found.rejected.items())),
        "refused": dict(sorted(found.refused.items())),
        "first": {
            reason: {"file": example.file, "row": example.row, "values": example.values}
            for reason, example in sorted(found.examples.items())
        },
        "seconds": round(time.monotonic() - begin, 3),
        "rejects_file": str(args.rejects) if args.rejects else None,
    }


def show(result: Mapping[str, Any]) -> None:
    """What came of the rows."""
    print(f"{result['accepted']:,} events taken in, {result['duplicates']:,} were there already: {result['store']}")
    for reason, rows in result["rejected"].items():
        first = result["first"][reason]
        print(f"set aside: {rows:,} {reason}; the first: {first['file']} row {first['row']}: {first['values'][:160]}")
    for why, rows in result["refused"].items():
        print(f"not kept: {rows:,} {_REFUSED[why]}")
    if result["rejects_file"]:
        print(f"rows set aside are in {result['rejects_file']}")


def _shown(rows: Iterator[int]) -> Iterator[int]:
    from features.logs import progress

    return progress(rows, "transactions")
