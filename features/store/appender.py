"""Appender: events of many callers written in common, each caller told when its own are on the disk."""

import math
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from features.errors import StoreBusy, StoreError, StoreUnavailable
from features.logs import log
from features.store.event import Event
from features.store.livestore import LiveStore

Sequences: TypeAlias = list[int]  # of each event in order, 0 for one that was there already
_LONGEST_WAIT = 30  # seconds to come back after
_COMPANY = 0.005  # seconds, at most, that a write waits for those whom the last one told


@dataclass(frozen=True)
class _Waiting:
    events: Sequence[Event]
    done: "Future[Sequences]" = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)


class Appender:
    """A bounded queue before one writer thread.

    A sync of the disk takes milliseconds however much is written: what comes in during one write goes together into the
    next. Callers who come again as soon as they are told would so end up in two halves that take turns, so a write
    waits a moment for those whom the last one told. A future has its result after the commit, never before; with an
    error nothing is promised, and since events are told apart by their keys, the same may be sent again.
    """

    def __init__(self, store: LiveStore) -> None:
        self._store, self._config = store, store.config
        self._queue: deque[_Waiting] = deque()
        self._events = 0  # in the queue
        self._wanted = 1  # lists in the queue at which the writer wants to be woken
        self._told, self._took = 0, 0.0  # lists of the last write, and its seconds
        self._writing: float | None = None  # since when what is being written has waited
        self._change = threading.Condition()
        self._closed = False
        self._rate = 1_000.0  # events a second, of late
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Events in the queue."""
        return self._events

    @property
    def lag(self) -> float:
        """Seconds that the oldest event waits that is not on the disk yet."""
        with self._change:
            since = self._queue[0].since if self._writing is None and self._queue else self._writing
        return 0.0 if since is None else time.monotonic() - since

    def append(self, events: Sequence[Event]) -> "Future[Sequences]":
        """Queue a list, all or nothing of it.

        Raises:
            StoreBusy: the queue is full; the error says when to come back.
            StoreUnavailable: the appender is closed.
        """
        entry = _Waiting(events)
        entry.done.set_running_or_notify_cancel()  # what is queued is written, whoever still waits for it
        with self._change:
            if self._closed:
                raise StoreUnavailable(f"{self._store.place}: no more events are taken in, the service is ending")
            if self._events and self._events + len(events) > self._config.queue:
                wait = min(math.ceil(self._events / self._rate), _LONGEST_WAIT)
                raise StoreBusy(
                    f"{self._events:,} events wait to be written; come back later", retry_after=max(wait, 1)
                )
            self._queue.append(entry)
            self._events += len(events)
            if len(self._queue) >= self._wanted or self._events >= self._config.batch:
                self._change.notify()
        return entry.done

    def close(self) -> None:
        """Take no more, write what waits, and end."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while group := self._next():
            begin = time.monotonic()
            try:
                self._write(group)
            except (StoreBusy, StoreUnavailable) as error:
                self._fail([*group, *self._rest()], error)
            except Exception:  # noqa: BLE001  # whatever it is, it may be of one of them alone
                self._write_singly(group)
            written = sum(len(entry.events) for entry in group)
            self._told, self._took = len(group), time.monotonic() - begin
            self._writing = None
            self._rate = max(written / max(self._took, 1e-4), 1.0)

    def _next(self) -> list[_Waiting]:
        """What goes into one transaction; nothing after the end."""
        with self._change:
            before = len(self._queue)
            self._wait(1)
            if self._config.linger_ms:
                self._wait(self._config.batch, self._config.linger_ms / 1_000)
            elif self._told > 1:
                self._wait(before + self._told, min(self._took / 2, _COMPANY))
            group: list[_Waiting] = []
            size = 0
            while self._queue and (not group or size + len(self._queue[0].events) <= self._config.batch):
                group.append(self._queue.popleft())
                size += len(group[-1].events)
            self._events -= size
            self._writing = group[0].since if group else None
            return group

    def _wait(self, lists: int, seconds: float | None = None) -> None:
        """Until so many lists, or the events of a transaction, are in the queue."""
        self._wanted, full = lists, self._config.batch
        self._change.wait_for(
            lambda: len(self._queue) >= lists or self._events >= full or self._closed, timeout=seconds
        )

    def _rest(self) -> list[_Waiting]:
        """Everything in the queue: behind a database that is away each group would wait for the timeout once more."""
        with self._change:
            rest = list(self._queue)
            self._queue.clear()
            self._events = 0
            return rest

    def _write(self, group: list[_Waiting]) -> None:
        sequences = self._store.append([event for entry in group for event in entry.events])
        begin = 0
        for entry in group:
            end = begin + len(entry.events)
            entry.done.set_result(sequences[begin:end])
            begin = end

    def _write_singly(self, group: list[_Waiting]) -> None:
        """One caller's event that no column takes must not fail the others, and none may end the thread."""
        for entry in group:
            try:
                self._write([entry])
            except StoreError as error:
                self._fail([entry], error)
            except Exception as error:  # noqa: BLE001  # callers must not wait for ever
                self._fail([entry], StoreUnavailable(f"{self._store.place}: {type(error).__name__} while writing"))

    def _fail(self, group: list[_Waiting], error: StoreError) -> None:
        log.warning("store.failed", lists=len(group), error=str(error))
        for entry in group:
            entry.done.set_exception(error)
