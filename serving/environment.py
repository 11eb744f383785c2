"""Environment: how settings reach the workers, which are processes of their own."""

import atexit
import os
import resource
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from features.errors import UsageError
from features.settings import FILE_NAME, Settings
from serving.clock import Clock, read_time
from serving.config import ServingConfig
from serving.policy.config import PolicyConfig

WORKSPACE = "ESNAF_WORKSPACE"
AS_OF = "ESNAF_AS_OF"
WORKERS = "ESNAF_WORKERS"

_METRICS_FOLDER = "ESNAF_METRICS_DIR"
_VERIFIED = "ESNAF_VERIFIED"
_PARENT = "ESNAF_PARENT"
_DEFAULTS = {
    # Waiting threads sleep instead of spinning, and one answer is one thread's work.
    "OMP_WAIT_POLICY": "PASSIVE",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Memory that a thread frees goes back to the system only from the one heap that all threads share.
    "MALLOC_ARENA_MAX": "1",
    # A shop's service reports to nobody how it is used.
    "BENTOML_DO_NOT_TRACK": "True",
}

_OWN_FILES = 256  # mapped arrays, database, log: with room
_NOT_FOR_PREDICTION = ("sklearn", "pandas", "pyarrow", "dask", "matplotlib", "graphviz")


def prepare() -> None:
    """Set what libraries read while they are being loaded; call it before they are."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    if _METRICS_FOLDER in os.environ:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.environ[_METRICS_FOLDER]


def import_ranker() -> None:
    """Import LightGBM without the libraries that it would look for and, where installed, take two seconds to load.

    It needs none of them to predict; whatever else wants one later still gets it.
    """
    hidden = [name for name in _NOT_FOR_PREDICTION if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None makes an import fail
    try:
        import_module("lightgbm")
    finally:
        for name in hidden:
            del sys.modules[name]


def share_metrics() -> None:
    """A folder in which the workers of this service, and of no other, add up what they count; gone when it ends."""
    folder = tempfile.mkdtemp(prefix="esnaf-metrics-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ[_METRICS_FOLDER] = folder


def shared() -> Path | None:
    """That folder; None for a worker that is alone, or that nobody made one for."""
    folder = os.environ.get(_METRICS_FOLDER)
    return Path(folder) if folder and workers() > 1 else None


def adopt() -> None:
    """Tell the workers whose they are."""
    os.environ[_PARENT] = str(os.getpid())


def orphaned() -> bool:
    """Whether the process that started this worker is gone; nobody would ever end it."""
    parent, now = os.environ.get(_PARENT), os.getppid()
    if parent is None or now == int(parent):
        return False
    return now == 1 or not _alive(int(parent))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of somebody else
        return True
    return True


def allow_connections(number: int) -> None:
    """Let this process open so many files besides its own, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number + _OWN_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def trust(identity: str) -> None:
    """Tell the workers that a bundle was verified, so that each need not do it again."""
    os.environ[_VERIFIED] = identity


def verified() -> str:
    """The identity of the bundle that the parent verified."""
    return os.environ.get(_VERIFIED, "")


def workspace() -> Path:
    """The folder of the shop: `ESNAF_WORKSPACE`, or the current one."""
    return Path(os.environ.get(WORKSPACE) or ".")


def settings() -> Settings:
    """The workspace's `esnaf.toml`."""
    return Settings.read(workspace() / FILE_NAME)


def config() -> ServingConfig:
    """Its section `[serving]`."""
    return settings().section("serving", ServingConfig)


def rules() -> PolicyConfig:
    """Its section `[policy]`."""
    return settings().section("policy", PolicyConfig)


def workers() -> int:
    """Processes: `ESNAF_WORKERS`, or the setting."""
    text = os.environ.get(WORKERS)
    if not text:
        return config().workers
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"{WORKERS}={text!r} is not a number of processes; write 1 or more")
    return int(text)


def clock() -> Clock:
    """The clock: as of `ESNAF_AS_OF`, or running."""
    text = os.environ.get(AS_OF)
    return Clock(step=config().clock_step_s, fixed=read_time(text) if text else None)
