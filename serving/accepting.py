"""Accepting: workers that listen to one socket take its connections in turn.

Whichever worker wakes first would take a connection, and that is mostly the one that is awake. Connections are kept,
so that all requests of a client with a few of them might wait for one worker while the others have nothing to do
(M. Majkowski, "Why does one NGINX worker take all the load?", Cloudflare, 2017). Here a worker that has more
connections than another leaves a new one to it for a moment.
"""

import asyncio
import mmap
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from features.logs import log

WAITS = 0.02  # seconds that a connection is left to others: longer than a list takes, since they may be making one
_AGAIN = 0.0005  # seconds between two looks at such a one
_FORGOTTEN = 0.05  # seconds after which it is another one
_FULL = 1.0  # seconds until it is tried again where the system lets no more connections be opened
_LISTED = 1.0  # seconds between two looks at who the others are
_NAME, _SIZE = "connections-", 8


class Shares:
    """How many connections each worker of a service has, as numbers in files of a common folder."""

    def __init__(self, folder: Path, worker: int | None = None) -> None:
        self._folder = folder
        self._path = folder / f"{_NAME}{os.getpid() if worker is None else worker}"
        self._path.write_bytes(bytes(_SIZE))
        self._number = _mapped(self._path, write=True)
        self._others: dict[Path, mmap.mmap] = {}
        self._listed = float("-inf")
        self.own = 0

    def count(self, more: int) -> None:
        """So many connections more."""
        self.own += more
        self._number[:] = max(self.own, 0).to_bytes(_SIZE, "little")

    def fewest(self, now: float) -> int | None:
        """What the other worker with fewest connections has, as of the loop's time; None where there is no other."""
        if now - self._listed >= _LISTED:
            self._list()
            self._listed = now
        return min((int.from_bytes(number, "little") for number in self._others.values()), default=None)

    def close(self) -> None:
        """This worker takes no more of them."""
        self._path.unlink(missing_ok=True)

    def _list(self) -> None:
        there = {path for path in self._folder.glob(f"{_NAME}*") if path != self._path and _lives(path)}
        for path in there - self._others.keys():
            with suppress(OSError, ValueError):  # it just ended, or is not written yet
                self._others[path] = _mapped(path)
        for path in self._others.keys() - there:
            del self._others[path]


class Accepting:
    """Takes the connections of one listening socket, on the loop of one worker."""

    def __init__(
        self, listening: socket.socket, made: Callable[[], asyncio.BaseProtocol], shares: Shares, *, ssl: Any = None
    ) -> None:
        self._socket, self._made, self._shares, self._ssl = listening, made, shares, ssl
        self._loop = asyncio.get_running_loop()
        self._left = float("-inf")  # since when a connection is left to others, the loop's time
        self._timer: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[None]] = set()
        listening.setblocking(False)
        self._resume()

    def close(self) -> None:
        """Take no more; those that are there stay."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._socket.fileno())
        self._shares.close()

    async def wait_closed(self) -> None:
        """As servers of the loop have it: there is nothing to wait for."""

    def _resume(self) -> None:
        self._timer = None
        self._loop.add_reader(self._socket.fileno(), self._look)

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._socket.fileno())
        self._timer = self._loop.call_later(seconds, self._resume)

    def _look(self) -> None:
        """A connection waits: take it, unless it is left to another worker."""
        now = self._loop.time()
        fewest = self._shares.fewest(now)
        if fewest is not None and self._shares.own > fewest:
            if now - self._left > _FORGOTTEN:
                self._left = now
            if now - self._left < WAITS:
                self._pause(_AGAIN)
                return
        self._left = float("-inf")
        try:
            taken, _ = self._socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):  # another worker was sooner, or it is gone
            return
        except OSError as error:
            log.error("connections.refused", reason=str(error))
            self._pause(_FULL)
            return
        self._shares.count(1)
        task = self._loop.create_task(self._open(taken))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, taken: socket.socket) -> None:
        try:
            taken.setblocking(False)
            if taken.family in (socket.AF_INET, socket.AF_INET6):
                taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._made, taken, ssl=self._ssl)
        except OSError:  # whoever asked is gone
            self._shares.count(-1)
            taken.close()


def _mapped(path: Path, *, write: bool = False) -> mmap.mmap:
    with path.open("r+b" if write else "rb") as file:
        return mmap.mmap(file.fileno(), _SIZE, access=mmap.ACCESS_WRITE if write else mmap.ACCESS_READ)


def _lives(path: Path) -> bool:
    """Whether the worker of a file is there; the file of one that was killed is cleared away."""
    try:
        os.kill(int(path.name.removeprefix(_NAME)), 0)
    except (ProcessLookupError, ValueError):
        path.unlink(missing_ok=True)
        return False
    except PermissionError:
        return True
    return True
