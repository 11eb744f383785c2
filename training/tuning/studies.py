"""Studies: Optuna's database in the workspace, which outlives every process."""

import fcntl
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import optuna

from features.errors import EsnafError, RefusedError
from training.tuning.config import TuneConfig
from training.tuning.sampler import Neighbours
from training.tuning.space import Space

FOLDER = "tune"
DATABASE = "studies.db"
FIRST = 4  # complete trials before any is pruned


class StudyError(EsnafError):
    """The database of studies cannot be used."""


@dataclass(frozen=True)
class Studies:
    """`WORKSPACE/tune`: the database, and a folder of scores for each study."""

    folder: Path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """RefusedError where another process tunes in this workspace: trials found unfinished are then nobody's."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RefusedError(f"{self.folder}: another `esnaf tune` is at work here; wait for its end") from error
            yield

    @contextmanager
    def answering(self) -> Iterator[None]:
        """StudyError where the database does not do what it is asked for inside."""
        try:
            yield
        except optuna.exceptions.StorageInternalError as error:
            raise self._error(error.__cause__ or error) from error

    def _error(self, error: BaseException) -> StudyError:
        text = str(error).partition("\n")[0]
        return StudyError(f"{self.folder / DATABASE}: cannot be used ({text}); mend it, or move it away to begin anew")

    def study(self, name: str, space: Space, config: TuneConfig, *, seed: int) -> optuna.Study:
        """A study, a new one or where it was left; StudyError where the database cannot be used."""
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.filterwarnings("ignore", module=r"(optuna|alembic|sqlalchemy)(\.|$)")
        file = self.folder.resolve() / DATABASE
        new = not file.exists()
        try:
            storage = optuna.storages.RDBStorage(f"sqlite:///{file}")
            if new:
                shutil.rmtree(self.scores(name), ignore_errors=True)  # numbered by a database that is gone
            return optuna.create_study(
                study_name=name,
                storage=storage,
                direction="maximize",
                sampler=Neighbours(space, seed, config.changes),
                pruner=optuna.pruners.MedianPruner(n_startup_trials=FIRST),
                load_if_exists=True,
            )
        except Exception as error:
            raise self._error(error) from error

    def scores(self, name: str) -> Path:
        """The folder of a study's scores."""
        return self.folder / name
