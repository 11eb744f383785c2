"""`esnaf train --data DIR`: fit, evaluate, log, register."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from esnaf.moments import moment

HELP = "fit, evaluate, log and register a model; it becomes the champion if the gate lets it"


def add_arguments(parser: ArgumentParser) -> None:
    """Where the tables are, and where time is cut."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the tables (none if all come from SQL)")
    parser.add_argument(
        "--until", type=moment, metavar="T", help="ignore everything from this date or time on (default: the end)"
    )
    parser.add_argument("--horizon", type=int, metavar="DAYS", help="days that a list looks ahead (default 28)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Train in the workspace."""
    from esnaf.workspace import Workspace
    from features.identity.keys import Keys
    from features.names.filling import fill_names
    from training.entry import Job
    from training.train import train

    workspace = Workspace(args.workspace)
    workspace.create()
    settings = workspace.settings
    if args.horizon is not None:
        settings = replace(settings, values=_with_horizon(settings.values, args.horizon))
    trained = train(Job(workspace.path, settings, data=args.data, until=args.until))
    names = fill_names(workspace.path, settings, args.data, Keys.find())
    return {
        "version": trained.version,
        "run_id": trained.run_id,
        "bundle": str(trained.bundle),
        "metrics": dict(trained.metrics),
        "seconds": dict(trained.seconds),
        "peak_mb": dict(trained.peak_mb),
        "warnings": list(trained.warnings),
        "refused": trained.refused,
        "names": names,
        "ok": trained.refused is None,
    }


def show(result: Mapping[str, Any]) -> None:
    """The model beside the baselines."""
    from training.evaluation import summary

    for warning in result["warnings"]:
        print(f"warning: {warning}")
    if "test/ndcg_at_20" in result["metrics"]:
        print(summary.text(result["metrics"]))
    if result["names"] is not None:
        print(f"{result['names']:,} names taken over into the live store, sealed")
    outcome = "is the champion" if result["ok"] else f"was registered, but the gate {result['refused']}"
    print(f"\nversion {result['version']} {outcome}: {result['bundle']} ({result['seconds']['total']:.1f} s)")


def _with_horizon(values: Mapping[str, Any], horizon: int) -> dict[str, Any]:
    return {**values, "training": {**values.get("training", {}), "horizon": horizon}}
