"""Run: everything a training leaves in MLflow, and the version it registers."""

import json
import math
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.comparison.contest import Contest
from training.evaluation.protocol import Report
from training.gate.verdict import Verdict
from training.report.card import Card
from training.report.page import Page
from training.tracking import artifacts, model
from training.tracking.importance import Importance
from training.tracking.note import run_note, version_note
from training.tracking.provenance import Provenance, day
from training.tracking.registry import Registry
from training.tracking.store import Store, TrackingError, answering
from training.tracking.unfinished import REGISTERED, SOURCE, WORKSPACE, place_of, settle

if TYPE_CHECKING:
    from mlflow import MlflowClient

METRICS_A_BATCH, PARAMS_A_BATCH = 1_000, 100  # MLflow's limits
LONGEST_PARAM, LONGEST_TAG = 6_000, 4_000  # characters
HEADLINES = frozenset(
    {
        "test/ndcg_at_20",
        "test/recall_at_20",
        "test/repeat/recall_at_20",
        "test/explore/recall_at_20",
        "test/ndcg_at_20_ratio_to_decay",
        "test/coverage_at_20",
        "time/total_s",
    }
)


@dataclass(frozen=True)
class TrainedRun:
    """A finished training, as the tracking store is to know it."""

    shop: str
    provenance: Provenance
    final: Path  # the bundle to register, as of the end of the data
    measured: Path | None = None  # the bundle that the report belongs to
    left: bool = False  # whether that one is nobody else's, and may be moved into the store
    config: Mapping[str, Any] = field(default_factory=dict)  # section -> dataclass or table of settings in force
    report: Report | None = None
    importance: Importance | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)  # `generator/...`, `data/...`, `memory/peak_mb`
    seconds: Mapping[str, float] = field(default_factory=dict)  # stage -> `time/STAGE_s`
    rejects: Mapping[str, int] = field(default_factory=dict)  # reason -> rows set aside
    warnings: tuple[str, ...] = ()
    contest: Contest | None = None  # this model as the second, against the champion or a baseline
    verdict: Verdict | None = None  # of the gate, where it was asked
    data: Path | None = None  # folder of the tables
    workspace: Path | None = None  # where it was trained
    drawn: Path | None = None  # folder of figures
    files: Mapping[str, Path] = field(default_factory=dict)  # artifact folder -> file, as `rejects` -> rejected.parquet


@dataclass(frozen=True)
class Tracked:
    """Where a run was logged."""

    version: str  # the registry's number
    run_id: str
    model_uri: str
    model_id: str


def track(
    run: TrainedRun, store: Store, client: "MlflowClient | None" = None, *, taken: Collection[str] = ()
) -> Tracked:
    """Log a run and, when all of it is there, register its final bundle; `client` may have been opened before
    (`Store.open_soon`). Its version gets none of the numbers that are `taken`.

    Raises:
        TrackingError, OSError: it could not be logged. No version was registered, and no copy of a bundle stays.
    """
    client = client or store.open()
    metrics, tags, registry = metrics_of(run), _tags(run), Registry.of(client, run.shop)
    with answering(), _started(registry, store.experiment(client, run.shop), run, tags) as run_id:
        logged, number = model.log(client, run_id, run.final, tags), registry.next_number(taken)
        log_numbers(client, run_id, metrics, model_id=logged.model_id)
        _log_params(client, run_id, params(run.config))
        _log_files(client, run_id, run, metrics)
        _log_words(client, run_id, run, registry.name, number)
        version = registry.add(run_id, logged, tags=tags, about=version_note(metrics, tags), taken=taken)
        if version != number:  # somebody else took it meanwhile
            _log_words(client, run_id, run, registry.name, version)
        client.set_tag(run_id, REGISTERED, version)
    return Tracked(version, run_id, logged.uri, logged.model_id)


def complete(tracked: Tracked, run: TrainedRun, client: "MlflowClient") -> None:
    """Log what was known only after tracking: the time and memory of the whole."""
    last = {name: value for name, value in metrics_of(run).items() if name.startswith(("time/", "memory/"))}
    log_numbers(client, tracked.run_id, last, model_id=tracked.model_id)
    _log_note(client, tracked.run_id, run, tracked.version)


def params(config: Mapping[str, Any]) -> dict[str, str]:
    """The configuration as flat parameters: `ranker.trees` -> `60`."""
    flat: dict[str, str] = {}
    for name, value in config.items():
        plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
        if isinstance(plain, Mapping):
            flat |= {f"{name}.{key}": text for key, text in params(plain).items()}
        else:
            flat[name] = str(plain)[:LONGEST_PARAM]
    return flat


def metrics_of(run: TrainedRun) -> dict[str, float]:
    """All that a run logs."""
    measured = {} if run.report is None else run.report.metrics
    found = {
        **measured,
        **{f"time/{stage}_s": seconds for stage, seconds in run.seconds.items()},
        **{f"rejects/{reason}": float(rows) for reason, rows in run.rejects.items()},
        **run.metrics,
        **({} if run.contest is None else run.contest.metrics),
        **({} if run.verdict is None else run.verdict.metrics),
    }
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}


def _tags(run: TrainedRun) -> dict[str, str]:
    tags = run.provenance.tags() | {"bundle_final": "models/model"}
    if run.data is not None:
        tags |= {"data_folder": str(run.data.resolve())}
    if run.workspace is not None:
        tags |= {WORKSPACE: place_of(run.workspace)}
    if run.contest is not None:
        tags |= {"compared_with": run.contest.first.name}
    if run.verdict is not None:
        tags |= {"gate": run.verdict.text[:LONGEST_TAG]}
    return tags if run.measured is None else tags | {"bundle_measured": "bundles/measured"}


@contextmanager
def _started(registry: Registry, experiment: str, run: TrainedRun, tags: Mapping[str, str]) -> Iterator[str]:
    """A run that ends as FINISHED, or as FAILED with the figures that were logged until then."""
    client = registry.client
    own = {
        "mlflow.source.name": SOURCE,
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": tags["code_version"],
    }
    name = f"until {day(run.provenance.end)}"
    run_id = str(client.create_run(experiment, run_name=name, tags={**tags, **own}).info.run_id)
    try:
        yield run_id
        client.set_terminated(run_id)
    except BaseException:
        with suppress(TrackingError), answering():  # else the next training does it
            settle(registry, run_id, "FAILED")
        raise


def _log_words(client: "MlflowClient", run_id: str, run: TrainedRun, name: str, version: str) -> None:
    """What names the version: the model card, the report and the note."""
    client.log_text(run_id, _card(run, metrics_of(run), _tags(run), name, version), "model_card.md")
    if run.contest is not None:
        client.log_text(run_id, _page(run, run.contest, version), "report.html")
    _log_note(client, run_id, run, version)


def _log_note(client: "MlflowClient", run_id: str, run: TrainedRun, version: str) -> None:
    note = run_note(metrics_of(run), _tags(run), version=version, warnings=list(run.warnings))
    client.set_tag(run_id, "mlflow.note.content", note)


def log_numbers(
    client: "MlflowClient", run_id: str, metrics: Mapping[str, float], *, model_id: str | None = None
) -> None:
    """All metrics to the run; the few to choose by to the model too, for the columns of MLflow's table of models."""
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    values = [
        Metric(name, value, now, 0, model_id=model_id if name in HEADLINES else None)
        for name, value in sorted(metrics.items())
    ]
    for start in range(0, len(values), METRICS_A_BATCH):
        client.log_batch(run_id, metrics=values[start : start + METRICS_A_BATCH])


def _log_params(client: "MlflowClient", run_id: str, flat: Mapping[str, str]) -> None:
    from mlflow.entities import Param

    settings = [Param(name, text) for name, text in sorted(flat.items())]
    for start in range(0, len(settings), PARAMS_A_BATCH):
        client.log_batch(run_id, params=settings[start : start + PARAMS_A_BATCH])


def _log_files(client: "MlflowClient", run_id: str, run: TrainedRun, metrics: Mapping[str, float]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "config.json").write_text(json.dumps(params(run.config), indent=1))
        (folder / "metrics.json").write_text(json.dumps(metrics, indent=1))
        if run.importance is not None:
            (folder / "importance.csv").write_text(run.importance.csv())
        if run.report is not None and len(run.report.truth):
            np.savez(folder / "customers.npz", **per_customer(run.report))
        client.log_artifacts(run_id, str(folder))
    if run.drawn is not None:
        client.log_artifacts(run_id, str(run.drawn), "figures")
    if run.measured is not None:
        artifacts.put(client, run_id, run.measured, "bundles/measured", move=run.left)
    for place, file in run.files.items():
        client.log_artifact(run_id, str(file), place)


def _page(run: TrainedRun, contest: Contest, version: str) -> str:
    """The report, in which customers stay anonymous: it is read by all who may look at runs."""
    named = replace(contest, second=replace(contest.second, name=f"version {version}"))
    return Page(named, f"Version {version}", run.verdict, notes=run.warnings).html()


def _card(run: TrainedRun, metrics: Mapping[str, float], tags: Mapping[str, str], name: str, version: str) -> str:
    categories = {} if run.contest is None else run.contest.comparison.of_part("category")
    return Card(
        name=name,
        version=version,
        tags=tags,
        metrics=metrics,
        config=run.config,
        report=run.report,
        categories=categories,
        features=None if run.importance is None else len(run.importance.names),
        warnings=run.warnings,
    ).markdown()


def per_customer(report: Report) -> dict[str, Any]:
    """Each scored customer's metrics of every ranking, to compare two runs on the same data customer by customer.

    `customer` (L,) are indices in the event log, `RANKING/MODE/rows` (S,) rows of it, `RANKING/MODE/METRIC` (S,).
    """
    arrays: dict[str, Any] = {"customer": report.truth.customer}
    k = f"_at_{max(report.ks)}"
    for name, modes in report.scores.items():
        for mode, scores in modes.items():
            arrays[f"{name}/{mode}/rows"] = scores.rows
            kept = {m: v for m, v in scores.values.items() if m.endswith(k)}
            arrays |= {f"{name}/{mode}/{metric}": values.astype(np.float32) for metric, values in kept.items()}
    return arrays
