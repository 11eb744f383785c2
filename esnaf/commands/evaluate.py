"""`esnaf evaluate`: measure a version on a window that it has not seen."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.moments import moment
from esnaf.unseen import tables_until
from esnaf.workspace import Workspace
from features.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from features.tables import Shop
    from training.measurement import Measurement
    from training.recommender import Recommender

HELP = "measure a version on a window that it has not seen"


def add_arguments(parser: ArgumentParser) -> None:
    """Which version, on which window of which tables."""
    parser.add_argument("--model", default="champion", metavar="VERSION", help="version to measure (default: champion)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the tables (none if all come from SQL)")
    parser.add_argument(
        "--from", dest="start", type=moment, metavar="T", help="begin of the window (default: end of the model's data)"
    )
    parser.add_argument("--horizon", type=int, metavar="DAYS", help="length of the window (default: the model's own)")
    parser.add_argument("--log", action="store_true", help="log the figures to MLflow as a run of their own")


def run(args: Namespace) -> Mapping[str, Any]:
    """Ask the version as of the end of its data, and compare with what was bought in the window."""
    from features.arrays import DAY
    from serving.clock import shown_time
    from training.measurement import measurement_of
    from training.recommender import Recommender

    workspace = Workspace(args.workspace)
    found = workspace.model(args.model)
    model = Recommender.load(found.bundle)
    start = model.time if args.start is None else args.start
    horizon = int(model.facts["horizon"]) if args.horizon is None else args.horizon
    if horizon < 1:
        raise UsageError(f"--horizon {horizon}: must be 1 or more")
    if start < model.time:
        known = f"model {found.version} was trained on what happened until {shown_time(model.time)}"
        raise RefusedError(f"--from {shown_time(start)}: {known}; begin there or later")
    end = start + horizon * DAY
    shop = tables_until(workspace, args.data, start=start, end=end)
    measurement = measurement_of(model, shop, cut=start, end=end, bundle=found.bundle)
    return {
        "model_version": found.version,
        "from": shown_time(start),
        "to": shown_time(end),
        "trained_until": shown_time(model.time),
        "customers": len(measurement.report.truth),
        "known_customers": _known(model, shop, measurement),
        "metrics": {**measurement.report.metrics, **measurement.metrics},
        "run_id": _logged(workspace, shop, measurement, found.version) if args.log else None,
    }


def show(result: Mapping[str, Any]) -> None:
    """The version beside the baselines."""
    from training.evaluation import summary

    print(f"model {result['model_version']}, trained until {result['trained_until']},")
    print(f"measured from {result['from']} to {result['to']}\n")
    if not result["customers"]:
        print("nobody bought both before the window and in it: nothing could be measured")
        return
    print(summary.text(result["metrics"]))
    print(f"\n{result['customers']:,} customers, {result['known_customers']:,} of them known to the model")
    if result["run_id"]:
        print(f"logged as run {result['run_id']}")


def _known(model: "Recommender", shop: "Shop", measurement: "Measurement") -> int:
    ids = shop.log.customers.ids(measurement.report.truth.customer)
    return int((model.questions.indices(ids) >= 0).sum())


def _logged(workspace: Workspace, shop: "Shop", measurement: "Measurement", version: str) -> str:
    from training.config import TrainingConfig
    from training.tracking.evaluation import log_evaluation
    from training.tracking.store import Store

    name = workspace.settings.section("training", TrainingConfig).shop
    return log_evaluation(
        measurement, Store.of(workspace.path), shop=name, version=version, fingerprint=shop.report.fingerprint
    )
