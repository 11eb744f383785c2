"""Recorder: what was shown, written to the exposure log in groups by a thread of its own.

An answer never waits for it: what does not fit into the queue is not written down, but counted. While the log is away
what waits goes on waiting, up to the bound of the queue. Nothing is made or loaded before the first list.
"""

import gc
import threading
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from features.errors import EsnafError, StoreBusy
from features.exposures.config import ExposuresConfig
from features.exposures.exposure import Exposure
from features.exposures.group import packed
from features.logs import log
from features.settings import Settings
from features.store.config import StoreConfig
from serving.clock import Clock
from serving.config import ServingConfig
from serving.fading.config import FadingConfig
from serving.fading.fading import Fading
from serving.keeper import Keeper
from serving.listed import Listed
from serving.metrics import Metrics
from serving.standing import standing_of

if TYPE_CHECKING:
    from features.exposures.log import ExposureLog

Waiting: TypeAlias = tuple[Exposure, Listed]
_GROUP = 1_000  # exposures of a transaction, at most
_WEIGHT = 2_000  # likewise, in lists of ten
_TRIMMED_EVERY = 600.0  # seconds, once nothing too old is left
_AWAY = 1.0  # seconds, at least, between two tries to reach a log that is away


class Recorder:
    """The exposures of one worker."""

    def __init__(
        self, workspace: Path, settings: Settings, *, clock: Clock, metrics: Metrics, keeper: Keeper | None = None
    ) -> None:
        self._workspace = workspace
        self._config = settings.section("exposures", ExposuresConfig)
        self._store = settings.section("store", StoreConfig)
        self._reused = settings.section("serving", ServingConfig).clock_step_s
        self.fading = Fading(settings.section("fading", FadingConfig))
        self._clock, self._metrics, self._keeper = clock, metrics, keeper
        self._queue: deque[Waiting] = deque()
        self._group: list[Waiting] = []  # taken from the queue, and not written yet
        self._in, self._out = 0, 0  # lists of ten that came and went; each number is changed by one thread alone
        self._full, self._left, self._counted = 0, 0, 0  # exposures that are not written down, and how many were told
        self._log: ExposureLog | None = None
        self._away = False
        self._trim_at = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exposures", daemon=True)

    @property
    def enabled(self) -> bool:
        """Whether anything is written down."""
        return self._config.enabled

    @property
    def waiting(self) -> int:
        """Lists of ten that wait to be written."""
        return self._in - self._out

    def add(self, exposure: Exposure, listed: Listed) -> None:
        """Write it down sometime soon, or count it where too much waits."""
        weight = listed.weight
        if self._in - self._out + weight > self._config.queue:
            self._full += 1
        else:
            self._in += weight
            self._queue.append((exposure, listed))

    def start(self) -> None:
        """Write in the background."""
        if self._config.enabled:
            self._thread.start()

    def close(self) -> None:
        """Write what waits, and let go of the log."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if not self._away:
            self.flush()
        self._left += len(self._group) + len(self._queue)
        self._group.clear()
        self._queue.clear()
        self._count_lost()
        self._leave()

    def flush(self) -> None:
        """Write what waits; what cannot be written now goes on waiting."""
        try:
            if self._group or self._queue:
                self._write_all(self._opened())
        except StoreBusy:
            pass  # others write at this moment
        except EsnafError as error:
            self._failed(str(error))
        except Exception as error:  # noqa: BLE001  # nothing that goes wrong here may end the thread
            self._failed(type(error).__name__)
        self._count_lost()

    def _run(self) -> None:
        while not self._ended.wait(max(self._config.flush_s, _AWAY) if self._away else self._config.flush_s):
            self.flush()
            self._follow()

    def _follow(self) -> None:
        """Tell what fades what was written, by all workers; once this one has written something itself."""
        try:
            if self._log is not None:
                self.fading.look(self._log, self._clock.now())
        except StoreBusy:
            pass
        except EsnafError as error:
            self._failed(str(error))

    def _opened(self) -> "ExposureLog":
        if self._log is None:
            from features.exposures.log import ExposureLog

            self._log = ExposureLog.open(self._workspace, self._store)
            gc.freeze()  # the database's library stays for good; see `service`
            log.info("exposures.open", place=self._log.place)
        return self._log

    def _write_all(self, to: "ExposureLog") -> None:
        while self._group or self._queue:
            if not self._group:
                self._take()
            self._write(to)
        if self._away:
            self._away = False
            log.info("exposures.back")
        self._trim(to)

    def _take(self) -> None:
        weight = 0
        while self._queue and len(self._group) < _GROUP and weight < _WEIGHT:
            self._group.append(self._queue.popleft())
            weight += self._group[-1][1].weight

    def _write(self, to: "ExposureLog") -> None:
        lists = [listed for _, listed in self._group]
        new = {listed.list_id: listed for listed in lists if listed.written is not to}
        products = sum(listed.shown for listed in lists)
        to.append([listed.row() for listed in new.values()], lambda: [packed(self._permitted(), products)])
        for listed in new.values():
            listed.written = to
        self._out += sum(listed.weight for listed in lists)
        self._group.clear()
        self._metrics.recorded(len(lists))

    def _permitted(self) -> list[Exposure]:
        """The group, without the names of those who were erased, or refused to be named, since their list was made."""
        shown = [exposure for exposure, _ in self._group]
        if self._keeper is None:
            return shown
        self._keeper.follow()
        register = self._keeper.register
        if not register:
            return shown
        names = {name: standing_of(register, name).named for name in {one.customer_id for one in shown} if name}
        return [one._replace(customer_id=None) if names.get(one.customer_id or "") is False else one for one in shown]

    def _trim(self, written: "ExposureLog") -> None:
        """A step of it now and then; step after step while there is more."""
        from features.exposures.retention import trim

        now = time.monotonic()
        if now >= self._trim_at and not trim(written, self._config, self._clock.now(), reused=self._reused):
            self._trim_at = now + _TRIMMED_EVERY

    def _failed(self, reason: str) -> None:
        if not self._away:
            self._away = True
            log.error("exposures.away", reason=reason)
        self._leave()

    def _leave(self) -> None:
        """Lists that were written there are written anew to what is opened next."""
        written, self._log = self._log, None
        if written is not None:
            written.close()

    def _count_lost(self) -> None:
        lost = self._full + self._left
        if lost > self._counted:
            self._metrics.not_recorded(lost - self._counted)
            self._counted = lost
