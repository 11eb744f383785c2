"""Entry: a fitted model enters the registry, and serves if the gate lets it."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from features.logs import log
from features.settings import Settings
from training.bundles import FOLDER
from training.champions import Champions
from training.comparison.answered import FILE as LISTS
from training.comparison.contender import Contender
from training.config import BundlesConfig
from training.configuration import configuration, digest
from training.counting import Counting
from training.measurement import Measurement
from training.recommender import Recommender
from training.rivalry import judged
from training.timer import Timer, peak_megabytes
from training.tracking.provenance import Provenance, day
from training.tracking.registry import CHALLENGER, Registry
from training.tracking.run import Tracked, TrainedRun, complete, metrics_of, track
from training.tracking.store import Store, TrackingError, answering
from training.trainer import Trainer

if TYPE_CHECKING:
    from mlflow import MlflowClient

FIGURES = "figures"
REJECTS = "rejected.parquet"
FINAL = "final"
MEASURED = "measured"
SEGMENTS = "segments.html"


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
    refused: str | None  # why it did not become champion, None where it did


@contextmanager
def scratch_of(workspace: Path) -> Iterator[Path]:
    """A folder beside the bundles, so that a finished one moves there in one step; nothing of it stays.

    Temporary files of libraries lie there as well, copies of bundles among them: if this process is killed, the next
    training clears them away with the rest.
    """
    (workspace / FOLDER).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=workspace / FOLDER) as folder, _temporary(Path(folder)):
        yield Path(folder)


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """New temporary files go to a folder within."""
    before = tempfile.tempdir
    tempfile.tempdir = tempfile.mkdtemp(prefix="temporary-", dir=folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@dataclass(frozen=True)
class Entry:
    """A model whose bundles lie in `scratch`: `final`, and `measured` where there was a window to measure on."""

    job: Job
    trainer: Trainer
    scratch: Path

    def run(self, final: Recommender, measurement: Measurement | None, learned: Mapping[str, int]) -> TrainedRun:
        """What is to be known of it; `learned` says what its ranker learned from."""
        account, config = self.trainer.shop.report, configuration(self.trainer.settings)
        rejects, drawn, page = (self.scratch / name for name in (REJECTS, FIGURES, SEGMENTS))
        counted = {f"data/{name}": float(value) for name, value in account.counts().items()}
        reasons: Counter[str] = Counter()
        for (_, reason), rows in account.rejected.items():
            reasons[str(reason)] += rows
        run = TrainedRun(
            shop=self.trainer.recipe.training.shop,
            provenance=Provenance(
                fingerprint=account.fingerprint,
                config_digest=digest(config),
                seed=self.trainer.recipe.training.seed,
                start=account.start,
                cut=measurement.report.truth.cut if measurement else None,
                end=final.time,
            ),
            final=self.scratch / FINAL,
            config=config,
            metrics=counted | {f"ranker/{name}": float(value) for name, value in learned.items()},
            rejects=reasons,
            warnings=_warnings(measurement, final),
            data=self.job.data,
            workspace=self.job.workspace,
            files={name: file for name, file in (("rejects", rejects), ("segments", page)) if file.exists()},
        )
        if measurement is None:
            return run
        if measurement.answered is not None:
            measurement.answered.write(self.scratch / LISTS, measurement.bundle)
            run = replace(run, files={**run.files, "bundles": self.scratch / LISTS})
        return replace(
            run,
            measured=measurement.bundle,
            left=True,
            report=measurement.report,
            importance=measurement.importance,
            drawn=drawn if drawn.is_dir() else None,
            metrics={**run.metrics, **measurement.metrics},
        )

    def enter(
        self,
        run: TrainedRun,
        measurement: Measurement | None,
        client: "MlflowClient",
        champion: Contender | None = None,
    ) -> "Entered":
        """Ask the gate, log and register the run, and let its version serve if it may. `champion` is the one that
        serves, where it was looked up already."""
        with answering():
            return self._entered(run, measurement, client, champion)

    def _entered(
        self, run: TrainedRun, measurement: Measurement | None, client: "MlflowClient", champion: Contender | None
    ) -> "Entered":
        timer, champions = self.trainer.timer, self._champions(client)
        with timer.stage("comparison"):
            run = replace(run, seconds=timer.seconds)
            run = judged(run, measurement, self.trainer.shop, self.job.settings, champions, known=champion)
        with timer.stage("tracking"):
            tracked = track(run, Store.of(self.job.workspace), client, taken=champions.numbers)
        folder = champions.bundles.publish(run.final, tracked.version)
        if run.verdict is None or run.verdict.passed:
            champions.promote(tracked.version, verify=False)
        else:
            Registry.of(client, run.shop).point(CHALLENGER, tracked.version)
        if self.trainer.shop.taken is not None:
            self.trainer.shop.taken.commit()
        return Entered(run, tracked, folder, timer, client)

    def _champions(self, client: "MlflowClient") -> Champions:
        registry = Registry.of(client, self.trainer.recipe.training.shop)
        return Champions(self.job.workspace, registry, self.job.settings.section("bundles", BundlesConfig))


@dataclass(frozen=True)
class Entered:
    """A version that is registered. What is known only at the end of all work is not logged yet."""

    run: TrainedRun
    tracked: Tracked
    bundle: Path
    timer: Timer
    client: "MlflowClient"

    def completed(self) -> Trained:
        """Log the time and memory of the whole."""
        metrics = {**self.run.metrics, "memory/peak_mb": peak_megabytes()}
        run = replace(self.run, seconds=self.timer.seconds, metrics=metrics)
        try:
            with answering():
                complete(self.tracked, run, self.client)
        except TrackingError as error:  # the version is whole, and serves if it may
            log.warning("tracking.incomplete", version=self.tracked.version, reason=str(error))
        verdict = self.run.verdict
        return Trained(
            version=self.tracked.version,
            run_id=self.tracked.run_id,
            bundle=self.bundle,
            metrics=metrics_of(run),
            seconds=self.timer.seconds,
            peak_mb=self.timer.peak_mb,
            warnings=self.run.warnings,
            refused=None if verdict is None or verdict.passed else verdict.text,
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
