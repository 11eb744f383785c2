"""Train: from the tables to a measured, registered model.

The data's last `horizon` days are the test window. A recommender that knows only what came before is saved, loaded from
disk and measured on it; then the same recipe is brought up to the end of the data, and that recommender is registered.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

from features.arrays import DAY
from features.logs import log
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from training import pointer
from training.candidates import registry
from training.config import FeaturesConfig, PoolConfig, RankerConfig, TrainingConfig
from training.evaluation.baselines import Baselines
from training.evaluation.beyond import Background
from training.evaluation.generators import generator_recall
from training.evaluation.lists import Lists
from training.evaluation.protocol import Report, evaluate
from training.evaluation.slices import slices_of
from training.evaluation.truth import Truth
from training.measuring import measure
from training.pointer import Pointer
from training.ranker import Ranker
from training.recommender import Recommender
from training.timer import Timer, peak_megabytes
from training.tracking.importance import Importance
from training.tracking.provenance import Provenance
from training.tracking.registry import Registry
from training.tracking.run import TrainedRun, track
from training.tracking.store import Store
from training.trainer import Trainer

BUNDLES = "bundles"


@dataclass(frozen=True)
class Job:
    """What is to be trained, and where it goes."""

    workspace: Path
    settings: Settings
    data: Path | None = None  # folder of the tables, None if they come from SQL
    until: int | None = None  # ignore everything from this second on


@dataclass(frozen=True)
class Measurement:
    """What a window that the model had not seen says of it."""

    report: Report
    metrics: Mapping[str, float]  # beside those of the report
    background: Background
    importance: Importance | None
    bundle: Path


@dataclass(frozen=True)
class Trained:
    """A registered model."""

    version: str
    run_id: str
    bundle: Path
    metrics: Mapping[str, float]
    seconds: Mapping[str, float]
    warnings: tuple[str, ...]


def train(job: Job) -> Trained:
    """Fit, measure, log and register; the new version becomes the champion.

    Raises:
        DataError, ConfigError: tables or settings that cannot be used.
        TrackingError: the tracking store cannot be used.
    """
    store = Store.of(job.workspace)
    timer = Timer()
    with tempfile.TemporaryDirectory(prefix="esnaf-") as scratch, timer.stage("total"):
        rejects = Path(scratch) / "rejected.parquet"
        with timer.stage("read"):
            shop = load(job.data, TablesConfig.of(job.settings), until=job.until, rejects=rejects)
        opening = store.open_soon()
        trainer = Trainer(shop, job.settings, timer)
        end = _end(shop, job.until)
        cut = end - trainer.training.horizon * DAY
        measurement = _measured(trainer, cut, end, Path(scratch))
        with timer.stage("final"):
            final = trainer.fit(end)
            bundle = job.workspace / BUNDLES / f".new-{end}"
            discard_leftover(bundle)
            final.save(bundle)
        run = _run(job, trainer, measurement, cut=cut, end=end, bundle=bundle, rejects=rejects)
        with timer.stage("tracking"):
            client = opening.result()
            tracked = track(run, store, client)
            Registry.of(client, run.shop).point("champion", tracked.version)
    folder = _publish(job.workspace, bundle, tracked.version)
    metrics = {**(run.report.metrics if run.report else {}), **run.metrics}
    return Trained(tracked.version, tracked.run_id, folder, metrics, timer.seconds, run.warnings)


def configuration(settings: Settings) -> dict[str, Any]:
    """Every section in force, as a run records it."""
    pool = settings.section("pool", PoolConfig)
    sections: dict[str, Any] = {
        "training": settings.section("training", TrainingConfig),
        "pool": pool,
        "features": settings.section("features", FeaturesConfig),
        "ranker": settings.section("ranker", RankerConfig),
    }
    for path in pool.generators:
        generator = registry.create(path, settings)
        sections[f"candidates.{generator.name}"] = registry.config_of(generator)
    return sections


def measurement_of(recommender: Recommender, shop: Shop, *, cut: int, end: int, bundle: Path) -> Measurement:
    """Measure a loaded recommender on the window `cut <= time < end`, beside the baselines."""
    seed = int(recommender.facts["seed"])
    truth = Truth.of(shop.log, cut, end, seed=seed)
    history, products = shop.log.as_of(cut), shop.log.products_at(cut)
    background = Background.of(history, recommender.catalogue, products, seed=seed)
    if len(truth) == 0:
        return Measurement(evaluate({}, truth), {}, background, None, bundle)
    baselines = Baselines.of(history, products, cut)
    found = measure(recommender, truth)
    rankings = found.lists | {name: Lists.ask(rank, truth) for name, rank in baselines.ranks().items() if name not in found.lists}
    slices = slices_of(truth, shop.profiles)
    report = evaluate(rankings, truth, background=background, slices=slices, seed=seed)
    order = recommender.order
    importance = Importance.of(order.booster, found.matrix) if isinstance(order, Ranker) else None
    return Measurement(report, generator_recall(found.candidates, truth), background, importance, bundle)


def discard_leftover(folder: Path) -> None:
    """Remove what a broken attempt left under a name that is about to be used."""
    from training.bundle import discard

    discard(folder)


def _end(shop: Shop, until: int | None) -> int:
    """The end of the last day with an event, or `until` where that is sooner."""
    day = -(-shop.log.end // DAY) * DAY
    return day if until is None else min(until, day)


def _measured(trainer: Trainer, cut: int, end: int, scratch: Path) -> Measurement | None:
    """Fit as of the cut, save, load what was saved, and measure that; None where nothing came before the cut."""
    if cut <= trainer.shop.log.start:
        log.warning("evaluation.skipped", reason="the data is no longer than the horizon")
        return None
    with trainer.timer.stage("measured"):
        folder = scratch / "measured"
        trainer.fit(cut).save(folder)
    with trainer.timer.stage("evaluation"):
        return measurement_of(Recommender.load(folder), trainer.shop, cut=cut, end=end, bundle=folder)


def _run(
    job: Job,
    trainer: Trainer,
    measurement: Measurement | None,
    *,
    cut: int,
    end: int,
    bundle: Path,
    rejects: Path,
) -> TrainedRun:
    report, config = trainer.shop.report, configuration(job.settings)
    counted = {f"data/{name}": float(value) for name, value in report.counts().items()}
    learned = {f"ranker/{name}": float(value) for name, value in trainer.coverage(end).items()}
    metrics = counted | learned | {"memory/peak_mb": peak_megabytes()}
    return TrainedRun(
        shop=trainer.training.shop,
        provenance=Provenance(
            fingerprint=report.fingerprint,
            config_digest=digest(config),
            seed=trainer.training.seed,
            start=report.start,
            cut=cut if measurement else None,
            end=end,
        ),
        final=bundle,
        measured=measurement.bundle if measurement else None,
        config=config,
        report=measurement.report if measurement else None,
        background=measurement.background if measurement else None,
        importance=measurement.importance if measurement else None,
        metrics=metrics | (dict(measurement.metrics) if measurement else {}),
        seconds=trainer.timer.seconds,
        rejects={str(reason): count for (_, reason), count in report.rejected.items()},
        warnings=tuple(trainer.warnings),
        files={"rejects": rejects} if rejects.exists() else {},
    )


def digest(config: Mapping[str, Any]) -> str:
    """A short name for a configuration: equal settings, equal digest."""
    plain = {name: asdict(part) if is_dataclass(part) and not isinstance(part, type) else part for name, part in config.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _publish(workspace: Path, bundle: Path, version: str) -> Path:
    """Give the bundle its version's name and let the service use it."""
    folder = workspace / BUNDLES / version
    discard_leftover(folder)
    bundle.replace(folder)
    pointer.replace(workspace, Pointer(version, folder))
    return folder
