"""Train: from the tables to a measured, registered model.

The data's last `horizon` days are the test window. A recommender that knows only what came before is saved, loaded from
disk and measured on it; then the same recipe is brought up to the end of the data, and that recommender is registered.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from features.arrays import DAY
from features.logs import log
from features.settings import Settings
from features.store.training_view import stored_events
from features.tables import Shop, TablesConfig, load
from training.bundle import discard
from training.bundles import FOLDER
from training.champions import Champions
from training.config import BundlesConfig
from training.configuration import configuration, digest
from training.counting import Counting
from training.measurement import Measurement, measurement_of
from training.recommender import Recommender
from training.rivalry import with_contest
from training.timer import Timer, peak_megabytes
from training.tracking import figures
from training.tracking.provenance import Provenance, day
from training.tracking.registry import Registry
from training.tracking.run import TrainedRun, complete, track
from training.tracking.store import Store
from training.trainer import Trainer

if TYPE_CHECKING:
    from mlflow import MlflowClient

FIGURES = "figures"


@dataclass(frozen=True)
class Job:
    """What is to be trained, and where it goes."""

    workspace: Path
    settings: Settings
    data: Path | None = None  # folder of the tables, None if they come from SQL
    until: int | None = None  # ignore everything from this second on


@dataclass(frozen=True)
class Trained:
    """A registered model."""

    version: str
    run_id: str
    bundle: Path
    metrics: Mapping[str, float]
    seconds: Mapping[str, float]  # by stage; `total` is all of it
    peak_mb: Mapping[str, float]  # the most memory that was held by the end of each stage, 10^6 bytes
    warnings: tuple[str, ...]


def train(job: Job) -> Trained:
    """Fit, measure, log and register; the new version becomes the champion.

    Whatever fails before it is registered leaves the champion and the bundles as they were.

    Raises:
        DataError, ConfigError: tables or settings that cannot be used.
        TrackingError: the tracking store cannot be used.
    """
    store, timer = Store.of(job.workspace), Timer()
    store.check()
    with _scratch(job.workspace) as scratch, timer.stage("total"):
        with timer.stage("read"):
            tables = TablesConfig.of(job.settings)
            with stored_events(job.workspace, job.settings) as live:
                shop = load(job.data, tables, until=job.until, rejects=scratch / "rejected.parquet", live=live)
        trainer = Trainer(shop, job.settings, timer)
        end = _end(shop, job.until)
        with timer.stage("windows"):
            trainer.examples(trainer.windows(end - trainer.training.horizon * DAY))
        opening = store.open_soon()  # beside trees, which grow without the interpreter; beside reading it takes twice
        measured = _fitted(trainer, end, scratch)
        _raise_early(opening)
        with ThreadPoolExecutor(1, thread_name_prefix="evaluation") as beside:
            measuring = beside.submit(_measurement, trainer, measured, end, scratch)
            with timer.stage("final"):
                final = trainer.fit(end, complete=True)
                final.save(scratch / "final")
            measurement = measuring.result()
        run = _run(trainer, final, measurement, scratch)
        with timer.stage("tracking"):
            client = opening.result()
        registry, bundles = Registry.of(client, run.shop), job.workspace / FOLDER
        with timer.stage("comparison"):
            run = replace(run, data=job.data, seconds=timer.seconds)
            run = with_contest(run, measurement, shop, job.settings, registry=registry, bundles=bundles)
        with timer.stage("tracking"):
            tracked = track(run, store, client)
        folder = _published(job.workspace, scratch / "final", tracked.version)
        kept = job.settings.section("bundles", BundlesConfig)
        Champions(job.workspace, registry, kept).promote(tracked.version, verify=False)
    run = replace(run, seconds=timer.seconds, metrics={**run.metrics, "memory/peak_mb": peak_megabytes()})
    metrics = complete(tracked, run, client)
    return Trained(tracked.version, tracked.run_id, folder, metrics, timer.seconds, timer.peak_mb, run.warnings)


@contextmanager
def _scratch(workspace: Path) -> Iterator[Path]:
    """A folder beside the bundles, so that a finished one moves there in one step; nothing of it stays."""
    (workspace / FOLDER).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=workspace / FOLDER) as folder:
        yield Path(folder)


def _raise_early(opening: "Future[MlflowClient]") -> None:
    """End now if it is known already that the store cannot be used."""
    if opening.done():
        opening.result()


def _end(shop: Shop, until: int | None) -> int:
    """The end of the last day with an event, or `until` where that is sooner."""
    last = -(-shop.log.end // DAY) * DAY
    return last if until is None else min(until, last)


def _fitted(trainer: Trainer, end: int, scratch: Path) -> Path | None:
    """The bundle of a recommender as of the cut; None where nothing came before the cut."""
    cut, folder = end - trainer.training.horizon * DAY, scratch / "measured"
    if cut <= trainer.shop.log.start:
        log.warning("evaluation.skipped", reason="the data is no longer than the horizon")
        return None
    with trainer.timer.stage("measured"):
        trainer.fit(cut).save(folder)
    return folder


def _measurement(trainer: Trainer, bundle: Path | None, end: int, scratch: Path) -> Measurement | None:
    """Load what was saved, measure that, and draw it."""
    if bundle is None:
        return None
    with trainer.timer.stage("evaluation"):
        recommender = Recommender.load(bundle)
        found = measurement_of(recommender, trainer.shop, cut=recommender.time, end=end, bundle=bundle)
    if len(found.report.truth):
        with trainer.timer.stage("figures"):
            metrics = {**found.report.metrics, **found.metrics}
            figures.save(figures.of_run(found.report, metrics, found.background, found.importance), scratch / FIGURES)
    return found


def _run(trainer: Trainer, final: Recommender, measurement: Measurement | None, scratch: Path) -> TrainedRun:
    account, config, rejects = trainer.shop.report, configuration(trainer.settings), scratch / "rejected.parquet"
    counted = {f"data/{name}": float(value) for name, value in account.counts().items()}
    learned = {f"ranker/{name}": float(value) for name, value in trainer.coverage(final.time).items()}
    reasons: Counter[str] = Counter()
    for (_, reason), rows in account.rejected.items():
        reasons[str(reason)] += rows
    run = TrainedRun(
        shop=trainer.training.shop,
        provenance=Provenance(
            fingerprint=account.fingerprint,
            config_digest=digest(config),
            seed=trainer.training.seed,
            start=account.start,
            cut=measurement.report.truth.cut if measurement else None,
            end=final.time,
        ),
        final=scratch / "final",
        config=config,
        metrics=counted | learned,
        rejects=reasons,
        warnings=_warnings(measurement, final),
        files={"rejects": rejects} if rejects.exists() else {},
    )
    if measurement is None:
        return run
    return replace(
        run,
        measured=measurement.bundle,
        report=measurement.report,
        background=measurement.background,
        importance=measurement.importance,
        drawn=scratch / FIGURES if (scratch / FIGURES).is_dir() else None,
        metrics={**run.metrics, **measurement.metrics},
    )


def _warnings(measurement: Measurement | None, final: Recommender) -> tuple[str, ...]:
    """What a person should know before relying on the model or its figures."""
    found = []
    counts = isinstance(final.order, Counting)
    if counts:
        found.append(
            "too little was bought in past windows to learn a ranking from: "
            "products are ranked by counting what the customer and everybody bought"
        )
    if measurement is None:
        found.append(
            f"nothing was measured: the data begins on {day(final.facts['data_start'])}, "
            f"less than {final.facts['horizon']} days before its end; --horizon takes fewer"
        )
    elif len(measurement.report.truth) == 0:
        found.append("nothing was measured: nobody bought both before the test window and in it")
    elif not measurement.learned and not counts:
        found.append("the figures are those of a model that counts: only the registered one had enough to learn from")
    return tuple(found)


def _published(workspace: Path, bundle: Path, version: str) -> Path:
    """Give the bundle its version's name; what another registry, begun anew since, left under it gives way."""
    folder = workspace / FOLDER / version
    discard(folder)
    bundle.replace(folder)
    return folder
