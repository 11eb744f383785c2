"""Workers that listen to one socket share its connections: none takes more while another has fewer."""

import asyncio
import os
import socket
from functools import partial
from pathlib import Path

import psutil
import pytest

from serving.accepting import WAITS, Accepting, Shares
from tests.serving.patient import PATIENCE

_DEAD = 2**22 + 1  # more than Linux ever numbers a process


class _Noted(asyncio.Protocol):
    """A connection that says hello and notes when it ends."""

    def __init__(self, shares: Shares, gone: asyncio.Semaphore | None = None) -> None:
        self._shares, self._gone = shares, gone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")

    def connection_lost(self, exc: Exception | None) -> None:
        self._shares.count(-1)
        if self._gone is not None:
            self._gone.release()


def _listening() -> socket.socket:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    return listening


def test_who_has_more_leaves_them_to_the_other(tmp_path: Path) -> None:
    async def shared() -> list[int]:
        listening, shares = _listening(), [Shares(tmp_path, os.getpid()), Shares(tmp_path, os.getppid())]
        sockets, gone = [listening, listening.dup()], asyncio.Semaphore(0)
        servers = [Accepting(one, partial(_Noted, own, gone), own) for one, own in zip(sockets, shares, strict=True)]
        clients = [await asyncio.open_connection(*listening.getsockname()) for _ in range(6)]
        for reader, _ in clients:
            assert await reader.readexactly(5) == b"hello"
        found = [own.own for own in shares]
        for _, writer in clients[:4]:
            writer.close()
        async with asyncio.timeout(PATIENCE):
            for _ in range(4):
                await gone.acquire()
        assert sum(own.own for own in shares) == 2
        for server in servers:
            server.close()
            await server.wait_closed()
        for _, writer in clients:
            writer.close()
        for one in sockets:
            one.close()
        return found

    assert asyncio.run(shared()) == [3, 3]
    assert not list(tmp_path.iterdir())


def test_what_the_other_does_not_take_is_taken(tmp_path: Path) -> None:
    async def taken() -> tuple[int, float]:
        loop, listening, own, _ = (
            asyncio.get_running_loop(),
            _listening(),
            Shares(tmp_path),
            Shares(tmp_path, os.getppid()),
        )
        own.count(1)
        server, start = Accepting(listening, lambda: _Noted(own), own), loop.time()
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        assert await reader.readexactly(5) == b"hello"
        took = loop.time() - start
        server.close()
        writer.close()
        listening.close()
        return own.own, took

    count, took = asyncio.run(taken())
    assert count == 2
    assert took >= WAITS


def test_the_file_of_a_worker_that_was_killed_is_cleared_away(tmp_path: Path) -> None:
    own = Shares(tmp_path)
    assert own.fewest(0.0) is None
    assert not psutil.pid_exists(_DEAD)
    Shares(tmp_path, _DEAD)
    other = Shares(tmp_path, os.getppid())
    other.count(3)
    assert own.fewest(0.5) is None  # looked at once a second
    assert own.fewest(1.5) == 3
    other.count(-1)
    assert own.fewest(1.6) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"connections-{worker}" for worker in (os.getpid(), os.getppid())
    )
    other.close()
    assert own.fewest(3.0) is None


def test_a_system_without_room_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.accepting._FULL", 0.01)

    class Full(socket.socket):
        tries = 0

        def accept(self) -> tuple[socket.socket, object]:
            self.tries += 1
            if self.tries <= 2:
                raise OSError(24, "Too many open files")
            return super().accept()

    async def taken() -> int:
        with _listening() as plain:
            listening = Full(fileno=plain.detach())
        own = Shares(tmp_path)
        server = Accepting(listening, lambda: _Noted(own), own)
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        assert await reader.readexactly(5) == b"hello"
        server.close()
        writer.close()
        listening.close()
        return listening.tries

    assert asyncio.run(taken()) == 3
