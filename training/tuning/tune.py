"""Tune: from the tables to better settings.

The test window, the last horizon of the data, is cut off before anything is read for a trial: settings are judged on
earlier windows alone, so the test window still tells what they are worth.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from features.arrays import DAY
from features.errors import RefusedError
from features.logs import log
from features.settings import Settings
from features.store.training_view import stored_events
from features.tables import Shop, TablesConfig, load
from training.config import TrainingConfig
from training.configuration import configuration, digest
from training.entry import Job
from training.tracking.provenance import day
from training.tracking.store import Store
from training.train import end_of
from training.tuning.bench import Bench
from training.tuning.config import TuneConfig
from training.tuning.cut import Cut, cuts_before
from training.tuning.journal import Journal
from training.tuning.outcome import Outcome
from training.tuning.patience import Patience
from training.tuning.progress import Progress
from training.tuning.search import Search
from training.tuning.space import Space
from training.tuning.studies import FOLDER, Studies
from training.tuning.tuned import tuned_text, write_tuned

RUN = "run_id"  # of the study's parent run, among what Optuna keeps of it


@dataclass(frozen=True)
class Tuned:
    """A finished or interrupted tuning."""

    study: str
    run_id: str
    file: Path  # the settings to go on with, written whichever they are
    outcome: Outcome


def tune(job: Job, config: TuneConfig | None = None) -> Tuned:
    """Look for better settings of a shop, on past windows only, and write them to `WORKSPACE/tuned.toml`.

    `config` comes before the section `[tune]`, but for its space. A study of the same data, settings and space goes on
    where it was left. SIGINT and SIGTERM end it with what was found; KeyboardInterrupt where that is nothing yet.
    Training with `outcome.settings` is the caller's.

    Raises:
        DataError, ConfigError: tables, settings or a space that cannot be used.
        RefusedError: the data is too short, or another process tunes here.
        TrackingError, StudyError: the tracking store or the database of studies cannot be used.
    """
    config, space = config or job.settings.section("tune", TuneConfig), Space.of(job.settings)
    store = Store.of(job.workspace)
    store.check()
    studies = Studies(job.workspace / FOLDER)
    with studies.alone(), studies.answering():
        opening = store.open_soon()  # while the tables are read
        shop, end = _before_the_test(job)
        cuts = cuts_before(end, shop, job.settings, config.cuts)
        name, client = _name(shop, space, cuts), opening.result()  # one after the other: both databases make tables
        study = studies.study(name, space, config, seed=_training(job.settings).seed)
        journal = Journal.opened(
            store,
            client,
            _training(job.settings).shop,
            name=f"tune until {day(end)}",
            tags={"study": name, "data_fingerprint": shop.report.fingerprint, "cuts": ", ".join(map(str, cuts))},
            settings=configuration(job.settings) | {"tune": asdict(config)},
            run_id=study.user_attrs.get(RUN),
        )
        study.set_user_attr(RUN, journal.run_id)
        patience = Patience(60 * config.minutes)
        progress, bench = Progress.of(study, patience), Bench(shop, space, config.keep)
        log.info("tune.started", study=name, cuts=len(cuts), trials=progress.trials, minutes=config.minutes)
        return _run(
            Search(study, bench, cuts, config, patience, journal, progress, studies.scores(name)), job.workspace
        )


def _run(search: Search, workspace: Path) -> Tuned:
    """Search, measure the best again, write and log what was found."""
    journal, patience = search.journal, search.patience
    try:
        with patience, closing(search.progress):
            search.run()
            outcome = Outcome.of(search, search.confirm())
        text = tuned_text(outcome.settings, outcome.about)
        file = write_tuned(workspace, text)
    except BaseException:
        journal.end(journal.run_id, "interrupted" if patience.stopped else "failed", {})
        raise
    journal.explain("\n\n".join(outcome.about), tuned=text)
    journal.end(journal.run_id, "interrupted" if outcome.interrupted else "complete", outcome.metrics)
    trials = outcome.trials["complete"] + outcome.trials["pruned"]
    log.info("tune.ended", trials=trials, improved=outcome.improved, file=str(file))
    return Tuned(search.study.study_name, journal.run_id, file, outcome)


def _training(settings: Settings) -> TrainingConfig:
    return settings.section("training", TrainingConfig)


def _before_the_test(job: Job) -> tuple[Shop, int]:
    """The events as they were before the test window that `train` would take, and where that begins.

    They are read again: nothing that was read beyond the cut is at hand.
    """
    tables = TablesConfig.of(job.settings)
    with stored_events(job.workspace, job.settings) as live:
        shop = load(job.data, tables, until=job.until, live=live)
        end = end_of(shop, job.until) - _training(job.settings).horizon * DAY
        if end <= shop.log.start:
            begin = day(shop.log.start)
            raise RefusedError(f"the data begins on {begin}: nothing lies before the test window to tune on")
        del shop
        return load(job.data, tables, until=end, live=live), end


def _name(shop: Shop, space: Space, cuts: Sequence[Cut]) -> str:
    """Of a study: other data, another space or other cuts make another one."""
    of_space = digest({"space": space.digest, "cuts": list(map(str, cuts))})
    return f"{_training(space.base).shop}-{shop.report.fingerprint}-{of_space}"
