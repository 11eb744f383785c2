"""Auditor: each look at what is known of a customer, written to the audit log by a thread of its own.

No answer waits for it, but where too much waits to be written nothing is shown: what cannot be written down may not be
looked at. A worker that is killed may lose the entries of its last moments; one that is stopped writes them.
"""

import threading
import time as clock
from collections import deque

from features.consent.entry import Entry
from features.errors import EsnafError, StoreBusy
from features.logs import log
from serving.errors import RequestError
from serving.keeper import Keeper

_MOST = 1_000  # entries that wait
_PAUSE = 0.5  # seconds between two tries to reach a store that is away


class Auditor:
    """The accesses of one worker."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._queue: deque[Entry] = deque()
        self._change = threading.Condition()
        self._ended = self._away = False
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._started = False

    def add(self, actor: str, action: str, customer_id: str, result: str) -> None:
        """Write it down sometime soon; RequestError (503) where too much waits."""
        with self._change:
            if len(self._queue) >= _MOST:
                message = "this look cannot be written down, since the live store is away; come back later"
                raise RequestError(503, "store_unavailable", message, retry_after=1)
            self._queue.append(Entry(int(clock.time()), actor, action, customer_id, result))
            if not self._started and not self._ended:
                self._started = True
                self._thread.start()
            self._change.notify()

    def close(self) -> None:
        """Write what waits, and end."""
        with self._change:
            self._ended = True
            self._change.notify()
        if self._started:
            self._thread.join()
        self._write()

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._queue or self._ended, timeout=None)
                if self._ended:
                    return
            if not self._write():
                with self._change:
                    self._change.wait_for(lambda: self._ended, timeout=_PAUSE)

    def _write(self) -> bool:
        """Whether nothing waits any more."""
        waiting = list(self._queue)
        if not waiting:
            return True
        try:
            self._keeper.write_down(waiting)
        except StoreBusy:
            return False
        except EsnafError as error:
            if not self._away:
                self._away = True
                log.error("audit.away", reason=str(error))
            return False
        self._away = False
        for _ in waiting:
            self._queue.popleft()
        return True
