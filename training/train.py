"""Train: from the tables to a measured, registered model.

The data's last `horizon` days are the test window. A recommender that knows only what came before is saved, loaded from
disk and measured on it; then the same recipe is brought up to the end of the data, and that recommender is registered.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from features.arrays import DAY
from features.logs import log
from features.store.training_view import stored_events
from features.tables import Shop, TablesConfig, load
from training.entry import FIGURES, FINAL, MEASURED, REJECTS, SEGMENTS, Entered, Entry, Job, Trained, scratch_of
from training.forgetting.purge import purge
from training.lock import training_alone
from training.measurement import Measurement, measurement_of
from training.recommender import Recommender
from training.segments.earlier import serving_segments
from training.segments.page import write_page
from training.timer import Timer
from training.tracking import figures
from training.tracking.registry import Registry
from training.tracking.store import Store
from training.tracking.unfinished import settle_killed
from training.trainer import Trainer
from training.value.figure import draw
from training.value.learning import Learning
from training.value.quality import Quality

if TYPE_CHECKING:
    from mlflow import MlflowClient

LEDGER = "ledger"


def train(job: Job) -> Trained:
    """Fit, measure, log and register; the new version becomes the champion if the gate lets it.

    Whatever fails before it is registered leaves the champion and the bundles as they were.

    Raises:
        DataError, ConfigError: tables or settings that cannot be used.
        TrackingError: the tracking store cannot be used.
        RefusedError: another training is under way in the workspace.
    """
    Store.of(job.workspace).check()
    timer = Timer()
    with training_alone(job.workspace), scratch_of(job.workspace) as scratch, timer.stage("total"):
        entered = trained(job, read(job, timer, scratch), timer, scratch)
        purge(job.workspace, job.settings)
    return entered.completed()


def read(job: Job, timer: Timer, scratch: Path, *, anew: bool = True) -> Shop:
    """The tables and the live store; what is not read again unless `anew` is in the workspace's ledger."""
    with timer.stage("read"), stored_events(job.workspace, job.settings) as live:
        return load(
            job.data,
            TablesConfig.of(job.settings),
            until=job.until,
            rejects=scratch / REJECTS,
            live=live,
            ledger=job.workspace / LEDGER,
            anew=anew,
        )


def trained(job: Job, shop: Shop, timer: Timer, scratch: Path) -> Entered:
    """Train on a shop that was read; the stage `total` of the timer is under way."""
    store = Store.of(job.workspace)
    trainer = Trainer(shop, job.settings, timer, champion=serving_segments(job.workspace))
    end = end_of(shop, job.until)
    cut = _cut(trainer, end)
    with timer.stage("windows"):
        trainer.prepare(end if cut is None else cut, complete=cut is None)
    opening = store.open_soon()  # beside trees: they need no interpreter, and reading does
    measured = None if cut is None else _fitted(trainer, cut, scratch)
    _raise_early(opening)
    with ThreadPoolExecutor(1, thread_name_prefix="evaluation") as beside:
        measuring = beside.submit(_measurement, trainer, measured, end, scratch)
        with timer.stage("final"):
            final = trainer.fit(end, complete=True)
            learning = trainer.learning(end)
            if learning is not None and final.value is None:
                final = replace(final, value=learning.fit(end))
            final.save(scratch / FINAL)
            _describe(trainer, final, scratch)
        measurement = measuring.result()
    quality = _quality(learning, trainer)
    entry = Entry(job, trainer, scratch)
    run = entry.run(final, measurement, trainer.coverage(final.time))
    if quality is not None:
        drawn = _drawn(quality, scratch) if trainer.recipe.training.figures else run.drawn
        run = replace(run, metrics={**run.metrics, **quality.named}, drawn=drawn)
    with timer.stage("tracking"):
        client = opening.result()
        settle_killed(store, Registry.of(client, trainer.recipe.training.shop), job.workspace)
    return entry.enter(run, measurement, client)


def _quality(learning: Learning | None, trainer: Trainer) -> Quality | None:
    """How well the spend of the last horizon could be foretold."""
    if learning is None:
        return None
    with trainer.timer.stage("value"):
        return learning.measured()


def _drawn(quality: Quality, scratch: Path) -> Path:
    """The folder of figures, with the calibration of what customers spend."""
    draw(quality, scratch / FIGURES / "value_calibration.svg")
    return scratch / FIGURES


def _raise_early(opening: "Future[MlflowClient]") -> None:
    """End now if it is known already that the store cannot be used."""
    if opening.done():
        opening.result()


def end_of(shop: Shop, until: int | None) -> int:
    """The end of the last day with an event, or `until` where that is sooner."""
    last = -(-shop.log.end // DAY) * DAY
    return last if until is None else min(until, last)


def _cut(trainer: Trainer, end: int) -> int | None:
    """Where the test window begins; None where nothing came before it."""
    cut = end - trainer.recipe.training.horizon * DAY
    if cut <= trainer.shop.log.start:
        log.warning("evaluation.skipped", reason="the data is no longer than the horizon")
        return None
    return cut


def _fitted(trainer: Trainer, cut: int, scratch: Path) -> Path:
    """The bundle of a recommender as of the cut."""
    folder = scratch / MEASURED
    with trainer.timer.stage("measured"):
        trainer.fit(cut).save(folder)
    return folder


def _describe(trainer: Trainer, final: Recommender, scratch: Path) -> None:
    """The page of the segments' profiles."""
    if final.segments is not None and final.segments.config.report:
        with trainer.timer.stage("segments_report"):
            title = f"Customer segments of {trainer.recipe.training.shop}"
            write_page(final, final.segments, scratch / SEGMENTS, final.time, title=title)


def _measurement(trainer: Trainer, bundle: Path | None, end: int, scratch: Path) -> Measurement | None:
    """Load what was saved, measure that, and draw it."""
    if bundle is None:
        return None
    with trainer.timer.stage("evaluation"):
        recommender = Recommender.load(bundle)
        found = measurement_of(recommender, trainer.shop, cut=recommender.time, end=end, bundle=bundle)
    if len(found.report.truth) and trainer.recipe.training.figures:
        with trainer.timer.stage("figures"):
            metrics = {**found.report.metrics, **found.metrics}
            figures.save(figures.of_run(found.report, metrics, found.background, found.importance), scratch / FIGURES)
    return found
