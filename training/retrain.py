"""Retrain: the champion brought up to date with what happened since, in a fraction of a training.

Only new rows are read, only products and customers with new purchases are learned anew, and the ranker stays until it
is too old. Both bundles of the champion are refreshed: the one that serves to the end of the data, and the measured one
to a horizon before it, so that neither model that the gate compares has seen anything of the window.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from features.arrays import DAY
from features.errors import BundleError
from features.logs import log
from training import pointer
from training.boosting import lightgbm
from training.bundles import Bundles
from training.candidates.library import implicit
from training.champions import Champions
from training.comparison.contender import Contender
from training.config import BundlesConfig, RetrainConfig, TrainingConfig
from training.configuration import configuration, digest
from training.counting import Counting
from training.entry import FINAL, MEASURED, Entered, Entry, Job, Trained, scratch_of
from training.forgetting.purge import purge
from training.lock import training_alone
from training.measurement import measurement_of
from training.memory import reused_memory
from training.recommender import Recommender
from training.timer import Timer
from training.tracking.contender import registered
from training.tracking.registry import Registry, UnknownVersionError
from training.tracking.store import Store, answering, quiet
from training.tracking.unfinished import settle_killed
from training.train import end_of, read, trained
from training.trainer import Trainer


@dataclass(frozen=True)
class Retrained:
    """What a retraining came to."""

    trained: Trained | None  # None where there was nothing new
    champion: str  # that was to be brought up to date
    full: str | None  # why everything was trained anew, None where the champion was refreshed
    events: int  # new ones
    reused: tuple[str, ...] = ()  # what was


def retrain(job: Job, *, full: bool = False) -> Retrained:
    """Bring the champion up to date; the new version serves if the gate lets it.

    Raises:
        RefusedError: another training is under way.
        BundleError: there is no champion, or it is damaged.
        DataError, ConfigError: tables or settings that cannot be used.
        TrackingError: the tracking store cannot be used.
    """
    with training_alone(job.workspace), reused_memory():
        store, timer = Store.of(job.workspace), Timer()
        if not store.made:
            pointer.read(job.workspace)  # without a champion either, there is nothing to bring back
        store.check(made=True)
        with scratch_of(job.workspace) as scratch, timer.stage("total"):
            registry = _registry(job, store)
            settle_killed(store, registry, job.workspace)
            champions = Champions(job.workspace, registry, job.settings.section("bundles", BundlesConfig))
            champions.adopt()
            with answering():
                found, entered = _Retraining(job, registry, timer, scratch, full).run()
            purge(job.workspace, job.settings)
        return replace(found, trained=entered.completed()) if entered else found


def load_libraries() -> None:
    """Import what a retraining needs. It takes longer than the work itself, and a process that goes on looking for new
    events does it once."""
    quiet()
    lightgbm()
    implicit("cpu.als")
    implicit("nearest_neighbours")
    import mlflow.pyfunc
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401


@dataclass
class _Retraining:
    job: Job
    registry: Registry
    timer: Timer
    scratch: Path
    full: bool

    def run(self) -> tuple[Retrained, Entered | None]:
        served = pointer.find(self.job.workspace)
        serving = Recommender.load(served.bundle)
        shop = read(self.job, self.timer, self.scratch, anew=self.full)
        end = end_of(shop, self.job.until)
        events = shop.log.events_before(end) - int(serving.facts.get("events", 0))  # late ones count, and those gone
        new = max(events, shop.log.events_before(end) - shop.log.events_before(serving.time))
        least = self.job.settings.section("retrain", RetrainConfig).least_events
        if not self.full and (end < serving.time or abs(events) < least):
            if shop.taken is not None:
                shop.taken.commit()
            log.info("retrain.nothing_new", version=served.version, until=end)
            return Retrained(None, served.version, None, 0), None
        trainer, champion = Trainer(shop, self.job.settings, self.timer), self._champion(served.version)
        reason = self._reason(champion, serving, trainer, end)
        if reason is not None:
            log.info("retrain.full", version=served.version, reason=reason)
            entered = trained(self.job, shop, self.timer, self.scratch)
            return Retrained(None, served.version, reason, new), entered
        log.info("retrain.refresh", version=served.version, events=new)
        assert champion is not None  # noqa: S101  # `_reason` has looked
        with threadpool_limits(1):  # too little to do for threads that wait for each other
            final, entered = self._refreshed(champion, serving, trainer, end)
        reused = tuple(_reused(champion, serving, final, shop.fresh))
        log.info("retrain.reused", version=served.version, parts=list(reused))
        return Retrained(None, served.version, None, new, reused), entered

    def _champion(self, version: str) -> Contender | None:
        """What the registry knows of it, None where that was begun anew since."""
        bundles, folder = Bundles.of(self.job.workspace).folder, Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            return registered(self.registry, version, bundles, folder)
        except UnknownVersionError as error:
            log.warning("retrain.unknown_champion", version=version, reason=str(error))
            return None

    def _reason(self, champion: Contender | None, serving: Recommender, trainer: Trainer, end: int) -> str | None:
        """Why the champion cannot be refreshed, None where it can."""
        if self.full:
            return "asked for"
        if champion is None:
            return "the tracking store does not know the version that serves"
        if champion.measured is None or _damaged(champion, champion.measured):
            return f"version {champion.version} has no measured bundle, or a damaged one"
        if "trained" not in serving.facts:
            return f"version {champion.version} was made by an earlier version of Esnaf"
        if isinstance(serving.order, Counting):
            return f"version {champion.version} ranks by counting"
        mine = digest(configuration(self.job.settings))
        if self.registry.get(champion.version).tags.get("config_digest") != mine:
            return "the settings have changed"
        days = self.job.settings.section("retrain", RetrainConfig).full_days
        age = (end - int(serving.facts["trained"])) // DAY
        if age >= days:
            return f"the ranker learned {age} days ago, [retrain] full_days is {days}"
        return trainer.obstacle(serving)

    def _refreshed(
        self, champion: Contender, serving: Recommender, trainer: Trainer, end: int
    ) -> tuple[Recommender, Entered]:
        assert champion.measured is not None  # noqa: S101  # `_reason` has looked
        cut = end - trainer.recipe.training.horizon * DAY
        champion.seed(serving)
        with self.timer.stage("measured"):
            earlier = champion.load(champion.measured)
            trainer.refreshed(earlier, cut).save(self.scratch / MEASURED)
        with self.timer.stage("final"):
            final = trainer.refreshed(serving, end, complete=True)
            final.save(self.scratch / FINAL)
        with self.timer.stage("evaluation"):
            most = self.job.settings.section("retrain", RetrainConfig).measured
            folder = self.scratch / MEASURED
            measured = Recommender.load(folder, verify=False)
            found = measurement_of(measured, trainer.shop, cut=cut, end=end, bundle=folder, most=most, alone=False)
        entry = Entry(self.job, trainer, self.scratch)
        return final, entry.enter(entry.run(final, found, {}), found, self.registry.client, champion)


def _registry(job: Job, store: Store) -> Registry:
    return Registry.of(store.open(), job.settings.section("training", TrainingConfig).shop)


def _damaged(champion: Contender, folder: Path) -> bool:
    try:
        champion.load(folder)
    except BundleError as error:
        log.warning("retrain.damaged", reason=str(error))
        return True
    return False


def _reused(champion: Contender, serving: Recommender, final: Recommender, fresh: int) -> Iterator[str]:
    age = (final.time - int(serving.facts["trained"])) / DAY
    yield f"all events but {fresh} came from the ledger"
    yield f"generators of version {champion.version} learned what changed since"
    yield f"the ranker learned {age:.0f} days ago and stays"
    if final.value is not None and final.value is serving.value:
        yield "so does what foretells spend and churn"
    if final.segments is not None and final.segments.learned:
        old, new = serving.segments, final.segments
        stay = old is not None and old.tastes is new.tastes and old.missions is new.missions
        yield f"groups of taste and missions {'stay' if stay else 'were learned anew: much of what is bought is newer'}"
