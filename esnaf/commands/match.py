"""`esnaf match`: records that are the same person's, though nothing in them is quite the same."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from esnaf.workspace import Workspace

HELP = "find records of one person by name, address, birth date and email with typing errors"


def add_arguments(parser: ArgumentParser) -> None:
    """Which records, from what probability on, and where to."""
    parser.add_argument("file", type=Path, metavar="FILE", help="people: CSV, Parquet or JSON lines, a row a record")
    parser.add_argument("--id", default="customer_id", metavar="COLUMN", help="of the record (default customer_id)")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help=".parquet, .csv or .jsonl of links to write"
    )
    parser.add_argument(
        "--review", type=Path, metavar="FILE", help=".csv to write: pairs below the threshold, with what they say"
    )
    parser.add_argument(
        "--threshold",
        type=_probability,
        metavar="P",
        help="least probability of a link (default: that of [matching])",
    )


def run(args: Namespace) -> Mapping[str, Any]:
    """Match and write; ConfigError or DataError where the records cannot be compared."""
    from esnaf.garbage import collect_at_end
    from esnaf.matches import write_links, write_review
    from training.matching.config import MatchingConfig
    from training.matching.matching import match
    from training.matching.records import Records

    config = Workspace(args.workspace).settings.section("matching", MatchingConfig)
    if args.threshold is not None:
        config = replace(config, threshold=args.threshold, review=min(config.review, args.threshold))
    collect_at_end()
    records = Records.read(args.file, args.id)
    found = match(records.table, config)
    links = write_links(args.output, records, found, config.threshold)
    return {
        "records": len(records.ids),
        "links": links,
        "threshold": config.threshold,
        "file": str(args.output),
        "to_review": len(found.one) - links,
        "review": None if args.review is None else str(args.review),
        "reviewed": 0 if args.review is None else write_review(args.review, records, found, config.threshold),
    }


def show(result: Mapping[str, Any]) -> None:
    """What was found, and where it is."""
    print(f"{result['links']:,} links between {result['records']:,} records, written to {result['file']}")
    print(f"{result['to_review']:,} pairs are likely, but below {result['threshold']}")
    if result["review"]:
        print(f"they are in {result['review']}, with the people's data in clear: keep it to yourself")


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise ArgumentTypeError(f"{text!r} is not above 0 and below 1")
    return value
