"""Store: where a workspace's runs and models are kept.

`WORKSPACE/mlruns/` holds an sqlite database and the artifacts beside it, unless MLFLOW_TRACKING_URI names a server.

A new database is made under another name and gets its own when all its tables are there: MLflow makes them in hundreds
of steps, and cannot go on where it was killed in one of them.
"""

import fcntl
import logging
import os
import socket
import sqlite3
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from features.errors import EsnafError

if TYPE_CHECKING:
    from mlflow import MlflowClient

FOLDER = "mlruns"
DATABASE = "mlflow.db"
ARTIFACTS = "artifacts"
PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
)  # where MLflow keeps paths
VARIABLE = "MLFLOW_TRACKING_URI"
LOCKED = "database is locked"  # in what sqlite says
SERVER_WITHIN = 5.0  # seconds to answer a connection
_OPENING = threading.Lock()  # tables are made by a library whose state is that of the process
_FILES: dict[str, tuple[int, int]] = {}  # address -> device and inode of the database that was opened there


class TrackingError(EsnafError):
    """The tracking store cannot be reached or used."""


@dataclass(frozen=True)
class Store:
    """An address, and the folder of local artifacts where there is no server."""

    uri: str
    folder: Path | None

    @classmethod
    def of(cls, workspace: Path) -> Self:
        """The store of a workspace, made on first use; MLFLOW_TRACKING_URI comes before it."""
        if uri := os.environ.get(VARIABLE):
            return cls(uri, None)
        folder = workspace.resolve() / FOLDER
        return cls(f"sqlite:///{folder / DATABASE}", folder)

    @property
    def made(self) -> bool:
        """Whether there is one: what a server has is not asked, and an empty file is no database."""
        try:
            return self.folder is None or (self.folder / DATABASE).stat().st_size > 0
        except OSError:
            return False

    def check(self, *, made: bool = False) -> None:
        """Look, in milliseconds, whether the store can be used; TrackingError where it is sure that it cannot.

        A database that somebody else has locked is waited for, some seconds. With `made` there has to be one already.
        """
        try:
            if self.folder is None:
                self._knock()
            elif self.made:
                with self._locked(), closing(sqlite3.connect(self.folder / DATABASE)) as database, database:
                    database.execute("BEGIN IMMEDIATE")  # takes the right to write
            elif made:
                text = f"{self.uri}: the tracking store is gone; bring it back, or begin a new one with `esnaf train`"
                raise TrackingError(text)
            else:
                with self._locked():
                    pass
        except (OSError, sqlite3.DatabaseError) as error:
            raise self._unusable(error) from error

    def open(self) -> "MlflowClient":
        """A client of the store. The first caller makes the database; others wait, as making it twice at once fails."""
        quiet()
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with _OPENING, self._locked():
                self._make()
                self._follow_replacement()
                self._follow_move()
                client = MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)
                client.search_experiments(max_results=1)
        except (MlflowException, SQLAlchemyError, sqlite3.DatabaseError, OSError) as error:
            raise self._unusable(error) from error
        return client

    def open_soon(self) -> "Future[MlflowClient]":
        """Open in the background: the import and a new database take seconds, which a training can use meanwhile."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="tracking")
        opening = pool.submit(self.open)
        pool.shutdown(wait=False)
        return opening

    def experiment(self, client: "MlflowClient", shop: str) -> str:
        """The id of the shop's experiment, made on first use."""
        with self._locked():
            found = client.get_experiment_by_name(shop)
            if found is not None and found.lifecycle_stage == "active":
                return str(found.experiment_id)
            if found is not None:
                client.restore_experiment(found.experiment_id)
                return str(found.experiment_id)
            place = None if self.folder is None else (self.folder / ARTIFACTS).as_uri()
            return str(client.create_experiment(shop, artifact_location=place))

    @property
    def command(self) -> str:
        """The command that opens MLflow's pages."""
        return f"mlflow ui --backend-store-uri {self.uri}" if self.folder else f"open {self.uri}"

    def _unusable(self, error: Exception) -> TrackingError:
        reason = _first_line(error)
        return TrackingError(f"{self.uri}: the tracking store cannot be used ({reason}); {self._way_out(reason)}")

    def _way_out(self, reason: str) -> str:
        if LOCKED in reason:
            return "another process has it to itself; try again when that lets go of it"
        if self.folder is None:
            return f"start it, or unset {VARIABLE} to track in the workspace"
        return f"mend or move away {self.folder}, or name a server with {VARIABLE}"

    def _knock(self) -> None:
        """OSError where nobody listens at the address of a server."""
        address = urlsplit(self.uri)
        if address.scheme in {"http", "https"} and address.hostname:
            port = address.port or (443 if address.scheme == "https" else 80)
            socket.create_connection((address.hostname, port), timeout=SERVER_WITHIN).close()

    def _make(self) -> None:
        """A database with all its tables, unless there is one."""
        if self.folder is None or self.made:
            return
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        unfinished = self.folder / f".{DATABASE}-new"
        for leftover in self.folder.glob(f"{unfinished.name}*"):  # its journal as well
            leftover.unlink()
        made: Callable[[str, str], Any] = SqlAlchemyStore
        new = made(f"sqlite:///{unfinished}", (self.folder / ARTIFACTS).as_uri())
        new.engine.dispose()
        unfinished.replace(self.folder / DATABASE)

    def _follow_replacement(self) -> None:
        """MLflow keeps connections open; where another file has taken the place of the database, such as one that was
        brought back, they would go on with the one that is gone."""
        if self.folder is None:
            return
        from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as Models
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as Runs

        found = (self.folder / DATABASE).stat()
        file = found.st_dev, found.st_ino
        if _FILES.setdefault(self.uri, file) != file:
            for engines in (Models._engine_map, Runs._engine_map):  # noqa: SLF001  # there is no other way to them
                if self.uri in engines:
                    engines[self.uri].dispose()
            _FILES[self.uri] = file

    def _follow_move(self) -> None:
        """MLflow keeps whole paths of local artifacts; a workspace that was moved or copied has its own written in."""
        if self.folder is None or not (self.folder / DATABASE).exists():
            return
        here = (self.folder / ARTIFACTS).as_uri()
        with closing(sqlite3.connect(self.folder / DATABASE)) as database, database:
            try:
                found = database.execute("SELECT artifact_location FROM experiments").fetchall()
            except sqlite3.OperationalError:  # not made yet
                return
            elsewhere = [old for (old,) in found if old != here and str(old).endswith(f"/{FOLDER}/{ARTIFACTS}")]
            for old, (table, column) in product(elsewhere, PLACES):
                order = f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE {column} LIKE ? || '%'"  # noqa: S608
                database.execute(order, (here, len(old) + 1, old))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self.folder is None:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@contextmanager
def answering() -> Iterator[None]:
    """TrackingError where the store does not do what it is asked for inside."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError) as error:
        raise TrackingError(f"the tracking store failed ({_first_line(error)}); mend it and try again") from error


@contextmanager
def current(client: "MlflowClient") -> Iterator[None]:
    """Make a client's store the one that MLflow's functions without a client use, and put back what was set before."""
    import mlflow

    uri, variable = mlflow.get_tracking_uri(), os.environ.get(VARIABLE)
    mlflow.set_tracking_uri(client.tracking_uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(uri)  # sets the variable too, which other workspaces would then follow
        os.environ.pop(VARIABLE, None)
        if variable is not None:
            os.environ[VARIABLE] = variable


def local(uri: str) -> Path | None:
    """The folder that an address of artifacts means, None where they are not on this machine."""
    address = urlsplit(uri)
    return Path(unquote(address.path)) if address.scheme in {"", "file"} else None


def quiet() -> None:
    """Keep MLflow to itself: no usage reports to its makers, no log lines about tables being made, and no warnings
    about its own insides. Filters by module, unlike a context of ignored warnings, are safe beside other threads."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_CONFIGURE_LOGGING", "false")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # it logs what it raises, with a traceback
    for name in ("mlflow", "alembic", "sqlalchemy"):
        warnings.filterwarnings("ignore", module=rf"{name}(\.|$)")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
