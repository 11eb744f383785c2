"""Watch: notices a new champion, and puts its model in the place of the old one without a pause.

A thread of each worker looks at `champion.json`. A new model is loaded beside the old one, its checksums verified and a
few questions asked of it, and it makes the lists that are asked for again and again, so that they are ready as before;
all that in the thread. Then one reference is replaced. Requests under way end with the model they began with, whose
memory is let go of with the last of them. A model that cannot be served is refused: the old one goes on until the file
names a good one.
"""

import gc
import os
import signal
import sys
import threading
import time
import weakref
from pathlib import Path

from features.errors import EsnafError
from features.logs import log
from serving import environment, memory
from serving.champion import Champion
from serving.desk import Desk
from training import bundle, pointer
from training.recommender import Recommender

TRIED_AGAIN = 30.0  # seconds after which a refused model is looked at once more: its files may still have been coming
LET_GO_WITHIN = 10.0  # seconds, more than any request takes
GIVES_WAY = 0.0002  # seconds that Python code of the loading thread may keep an answer waiting


class Watch:
    """Looks at one workspace for one desk."""

    def __init__(self, workspace: Path, desk: Desk) -> None:
        self._workspace = workspace
        self._desk = desk
        self._mark: object = None
        self._again = 0.0
        self._refused: object = None
        self._old: list[tuple[weakref.ref[Recommender], float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="champion", daemon=True)

    def start(self) -> None:
        """Look again and again, in the background."""
        sys.setswitchinterval(min(sys.getswitchinterval(), GIVES_WAY))
        self._thread.start()

    def stop(self) -> None:
        """Return when no look is under way and none follows."""
        self._ended.set()
        self._thread.join()

    def look(self) -> None:
        """Take up the champion if it is another than the one that answers; whatever is wrong with it is logged once."""
        self._release()
        mark, now = self._stat(), time.monotonic()
        if mark == self._mark and now < self._again:
            return
        self._mark, self._again = mark, float("inf")
        try:
            self._take_up()
        except Exception as error:  # noqa: BLE001  # nothing in a bundle may end the watch
            self._again = now + TRIED_AGAIN
            self._refuse(error)

    def _run(self) -> None:
        while not self._ended.wait(self._desk.config.champion_poll_s):
            self.look()
            if environment.orphaned():
                log.error("service.gone", reason="the process that started this worker is no more")
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _stat(self) -> object:
        """Changes whenever the file is replaced."""
        try:
            found = (self._workspace / pointer.FILE).stat()
        except OSError as error:
            return error.errno
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _take_up(self) -> None:
        """Load the model that the file names, unless it is the one that answers, and let it answer."""
        start, old = time.monotonic(), self._desk.answers
        found = pointer.find(self._workspace)
        if (found.version, bundle.identity(found.bundle)) == (old.champion.version, old.champion.identity):
            return
        new = self._desk.prepared(Champion.of(self._workspace, found))
        lists = new.warm(old, self._desk.config.warm_s)
        self._desk.answers = new
        self._old.append((weakref.ref(old.champion.recommender), time.monotonic() + LET_GO_WITHIN))
        self._refused = None
        self._desk.metrics.switched()
        seconds = round(time.monotonic() - start, 3)
        log.info(
            "champion.switched", version=found.version, previous=old.champion.version, seconds=seconds, lists=lists
        )

    def _refuse(self, error: Exception) -> None:
        reason = str(error) if isinstance(error, EsnafError) else f"{type(error).__name__}: {error}"
        if (self._mark, reason) != self._refused:
            self._refused = self._mark, reason
            self._desk.metrics.refused()
            log.error("champion.refused", reason=reason, serving=self._desk.answers.champion.version)

    def _release(self) -> None:
        """Free old models that nothing uses and that a cycle of references keeps, even one the start has frozen; give
        the memory of those that are gone back to the system.
        """
        due = [old for old, when in self._old if old() is not None and time.monotonic() >= when]
        if due:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            if any(old() is not None for old in due):
                log.warning("champion.kept", reason="something still refers to a model that was replaced")
        left = [(old, when) for old, when in self._old if old() is not None and old not in due]
        if len(left) < len(self._old):
            self._old = left
            memory.give_back()
