"""`esnaf models`: the registered versions."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from esnaf.workspace import Workspace

HELP = "list the registered versions, newest first"

_METRIC = "test/ndcg_at_20"


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing beyond what every verb takes."""


def run(args: Namespace) -> Mapping[str, Any]:
    """Ask the registry, and the workspace which of them serves."""
    from esnaf.adoption import registry_of, served

    workspace = Workspace(args.workspace)
    registry = registry_of(workspace)
    if registry is None:
        return {"model": None, "versions": []}
    serving = served(workspace)
    versions = [
        {
            "version": version.number,
            "serving": version.number == serving,
            "aliases": list(version.aliases),
            "created": _shown(version.created // 1000),
            "run_id": version.run_id,
            "ndcg_at_20": registry.metrics(version).get(_METRIC),
        }
        for version in registry.versions()
    ]
    return {"model": registry.name, "versions": versions}


def _shown(seconds: int) -> str:
    from serving.clock import shown_time

    return shown_time(seconds)


def show(result: Mapping[str, Any]) -> None:
    """A table."""
    from esnaf.output import text_table

    if not result["versions"]:
        print("no version yet: `esnaf train --data DIR` makes one")
        return
    rows = [
        (
            v["version"],
            "serves" if v["serving"] else "",
            ", ".join(v["aliases"]),
            v["created"],
            v["ndcg_at_20"],
            v["run_id"],
        )
        for v in result["versions"]
    ]
    print(text_table(("version", "", "aliases", "created", "NDCG@20", "run"), rows))
