"""`esnaf models`: the registered versions."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from esnaf.workspace import Workspace
from features.errors import UsageError

if TYPE_CHECKING:
    from training.tracking.registry import Registry, Version

HELP = "list the registered versions, newest first: data, figures, and who is champion"

METRICS = {
    "ndcg_at_20": "test/ndcg_at_20",
    "ratio_to_decay": "test/ndcg_at_20_ratio_to_decay",
    "repeat_recall_at_20": "test/repeat/recall_at_20",
    "explore_recall_at_20": "test/explore/recall_at_20",
    "coverage_at_20": "test/coverage_at_20",
}
_HEAD = ("version", "", "trained on", "measured on", "NDCG@20", "x decay", "repeat", "explore", "bundle")
_SHOWN = ("data_window", "test_window", "ndcg_at_20", "ratio_to_decay", "repeat_recall_at_20", "explore_recall_at_20")


def add_arguments(parser: ArgumentParser) -> None:
    """How many."""
    parser.add_argument("-n", type=int, default=20, metavar="N", help="newest versions to list (default 20)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Ask the registry, and the workspace which of them serves and whose bundle is here."""
    if args.n < 1:
        raise UsageError(f"-n {args.n}: must be 1 or more")
    from esnaf.adoption import champions_of
    from training.tracking.store import answering

    champions = champions_of(Workspace(args.workspace))
    registry = champions.registry
    if registry is None:
        return {"model": None, "versions": [], "registered": 0}
    with answering():
        versions = registry.versions()
        rows = [_row(version, registry) for version in versions[: args.n]]
    serving, here = champions.served(), champions.bundles.versions()
    for row in rows:
        row |= {"serving": row["version"] == serving, "bundle_here": row["version"] in here}
    return {"model": registry.name, "versions": rows, "registered": len(versions)}


def _row(version: "Version", registry: "Registry") -> dict[str, Any]:
    from serving.clock import shown_time
    from training.tracking.registry import SINCE

    metrics = registry.metrics(version)
    return {
        "version": version.number,
        "aliases": list(version.aliases),
        "created": shown_time(version.created // 1000),
        "champion_since": version.tags.get(SINCE),
        "data_window": version.tags.get("data_window"),
        "test_window": version.tags.get("test_window"),
        "run_id": version.run_id,
        **{name: metrics.get(metric) for name, metric in METRICS.items()},
    }


def show(result: Mapping[str, Any]) -> None:
    """A table."""
    from esnaf.output import text_table

    if not result["versions"]:
        print("no version yet: `esnaf train --data DIR` makes one")
        return
    print(text_table(_HEAD, [_line(row) for row in result["versions"]]))
    more = result["registered"] - len(result["versions"])
    if more:
        print(f"and {more:,} older ones; -n lists more")


def _line(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a person looks for; the rest is in the answer for machines."""
    names = [*(["serves"] if row["serving"] else []), *row["aliases"]]
    where = "here" if row["bundle_here"] else "MLflow"
    return (row["version"], ", ".join(names), *(row[name] for name in _SHOWN), where)
