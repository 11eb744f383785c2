"""Clients that are slow, on purpose or not: each costs one connection for a while, and others go on."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.serving.conftest import Guarded
from tests.serving.patient import PATIENCE

pytestmark = pytest.mark.service

PAUSE = 0.2  # seconds between two bytes
HEAD = b"POST /v1/recommendations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

Client = Callable[[Guarded], Coroutine[Any, Any, bytes]]


@asynccontextmanager
async def connection(service: Guarded) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    where = urlsplit(service.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()  # what was not sent is not to be
        with suppress(OSError):
            await writer.wait_closed()


async def trickled(service: Guarded, first: bytes, then: bytes) -> bytes:
    """All that comes back before the service ends the connection, while one byte after the other is sent."""
    async with connection(service) as (reader, writer):
        answer = asyncio.ensure_future(all_that_comes(reader))
        writer.write(first)
        while not answer.done():
            await asyncio.sleep(PAUSE)
            if then and not writer.is_closing():
                writer.write(then)
        return answer.result()


async def all_that_comes(reader: asyncio.StreamReader) -> bytes:
    """Until the end of the connection, however it ends: what came before a reset did come."""
    told = b""
    with suppress(ConnectionError):
        while part := await reader.read(65_536):
            told += part
    return told


async def silent(service: Guarded) -> bytes:
    return await trickled(service, b"", b"")


async def slow_head(service: Guarded) -> bytes:
    return await trickled(service, b"GET /healthz HTTP/1.1\r\nX-Slow: ", b"a")


async def empty_lines(service: Guarded) -> bytes:
    return await trickled(service, b"", b"\r\n")


async def slow_second_head(service: Guarded) -> bytes:
    return await trickled(service, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /heal", b"t")


async def slow_body(service: Guarded) -> bytes:
    token = f"Authorization: Bearer {service.tokens['recommend']}\r\n".encode()
    return await trickled(service, HEAD + token + b"Content-Length: 5000\r\n\r\n", b" ")


async def slow_chunks(service: Guarded) -> bytes:
    token = f"Authorization: Bearer {service.tokens['recommend']}\r\n".encode()
    return await trickled(service, HEAD + token + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")


async def body_of_a_refused_request(service: Guarded) -> bytes:
    return await trickled(service, HEAD + b"Content-Length: 5000\r\n\r\n", b" ")


SLOW: dict[str, tuple[Client, list[bytes]]] = {
    "silent": (silent, []),
    "slow_head": (slow_head, []),
    "empty_lines": (empty_lines, []),
    "slow_second_head": (slow_second_head, [b" 200 OK"]),
    "slow_body": (slow_body, [b" 408 ", b"body_too_slow"]),
    "slow_chunks": (slow_chunks, [b" 408 ", b"body_too_slow"]),
    "body_of_a_refused_request": (body_of_a_refused_request, [b" 401 "]),
}


async def unread(service: Guarded) -> bool:
    """Ask for far more than the buffers on the way hold, and read none of it until the service gives up."""
    where = urlsplit(service.address)
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(raw, (where.hostname, where.port))
        await loop.sock_sendall(raw, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 500)
        port = raw.getsockname()[1]
        assert _held(port)
        while _held(port):  # noqa: ASYNC110  # nothing tells of the end
            await asyncio.sleep(PAUSE)
    return True


def _held(port: int) -> bool:
    """Whether a worker holds its end of a connection; ours cannot tell, as nothing more fits in."""
    return any(one.raddr and one.raddr.port == port and one.pid for one in psutil.net_connections("tcp"))


async def others(service: Guarded, ended: asyncio.Event) -> int:
    """Lists that somebody else got meanwhile, each over a connection of its own."""
    headers = {"Authorization": f"Bearer {service.tokens['recommend']}", "Connection": "close"}
    answered = 0
    async with httpx.AsyncClient(base_url=service.address, headers=headers, timeout=PATIENCE) as client:
        while not ended.is_set():
            answer = await client.post("/v1/recommendations", json={"customer_id": "ann"})
            assert answer.status_code == 200
            answered += 1
            await asyncio.sleep(0.05)
    return answered


def test_slow_clients_are_given_up_and_others_go_on(guarded: Guarded) -> None:
    async def all_at_once() -> tuple[dict[str, bytes], bool, int]:
        ended = asyncio.Event()
        meanwhile = asyncio.ensure_future(others(guarded, ended))
        async with asyncio.timeout(PATIENCE):
            giving_up = asyncio.ensure_future(unread(guarded))
            told = await asyncio.gather(*(client(guarded) for client, _ in SLOW.values()))
            given_up = await giving_up
        ended.set()
        return dict(zip(SLOW, told, strict=True)), given_up, await meanwhile

    told, given_up, answered = asyncio.run(all_at_once())
    for name, (_, words) in SLOW.items():
        assert all(word in told[name] for word in words), (name, told[name])
        assert words or told[name] == b"", (name, told[name])
    assert given_up
    assert answered > 10


def test_connections_beyond_the_limit_are_turned_away(guarded: Guarded) -> None:
    async def crowd() -> list[bytes]:
        async with AsyncExitStack() as opened, asyncio.timeout(PATIENCE):
            readers = [(await opened.enter_async_context(connection(guarded)))[0] for _ in range(140)]
            return await asyncio.gather(*(reader.read() for reader in readers))

    answers = asyncio.run(crowd())
    turned_away = [answer for answer in answers if answer]
    assert len(turned_away) >= 60  # two workers keep forty each
    assert all(answer.startswith(b"HTTP/1.1 503 ") and b"too_many_connections" in answer for answer in turned_away)
    with guarded.client() as client:
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 400_000, 431, b"head_too_large"),
        (b"GET /" + b"a" * 400_000, 431, b"head_too_large"),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 60_000, 431, b"head_too_large"),
        (b"\x16\x03\x01 hello\r\n\r\n", 400, b"invalid_http"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400, b"invalid_http"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, b"invalid_http"),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, b"invalid_http"),
        (b"GET /a b c HTTP/1.1\r\n\r\n", 400, b"invalid_http"),
        (b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n", 400, b"invalid_http"),
    ],
)
def test_what_is_no_request_is_refused(guarded: Guarded, sent: bytes, status: int, code: bytes) -> None:
    async def ask() -> bytes:
        async with connection(guarded) as (reader, writer), asyncio.timeout(PATIENCE):
            writer.write(sent)
            return await reader.readuntil(b"}}")

    answer = asyncio.run(ask())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert code in answer


def test_the_rest_of_a_body_that_was_refused_is_no_head(guarded: Guarded) -> None:
    """The connection goes on with the next request, however much of the one before came late."""

    async def ask() -> tuple[bytes, bytes]:
        head = b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 250000\r\n\r\n"
        async with connection(guarded) as (reader, writer), asyncio.timeout(PATIENCE):
            writer.write(head)
            refused = await reader.readuntil(b"}}")
            writer.write(b"a" * 250_000 + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            return refused, await reader.readuntil(b'"ok"')

    refused, healthy = asyncio.run(ask())
    assert not refused.startswith(b"HTTP/1.1 2")
    assert healthy.startswith(b"HTTP/1.1 200 ")
