"""Connections: what a client may do to one before its requests are read.

uvicorn waits for ever for a head, or for the rest of a body that is answered already, reads heads of any length, and
keeps an answer as long as its client does not read it; each costs who sends them next to nothing (OWASP, Denial of
Service Cheat Sheet: slow HTTP attacks). At the end it closes connections that wait although the next request may be on
its way; here their next answer says that it is the last.

Requests go from here straight to the application. BentoML's own layers (tracing, a timer, a task and a context for
each request) would do nothing for it, and take longer than an answer.
"""

import json
import socket
from asyncio import TimerHandle, Transport
from collections.abc import Callable
from functools import partial, partialmethod
from typing import Any, ClassVar

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn import Server
from uvicorn.protocols.http import auto
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from serving import environment
from serving.accepting import Accepting, Shares

HEAD_WITHIN = 5.0  # seconds from the first byte, or from the connection
HEAD_BYTES = 65_536
REST_WITHIN = 2.0  # seconds for what is still sent of a request that is answered
READ_WITHIN = 10.0  # seconds that a client may not read its answer
ENDS_AFTER = 1.0  # seconds that a waiting connection is kept when the service ends
_LOOK = 0.5  # seconds

_NEVER = float("inf")


def _answer(status: bytes, code: str, message: str) -> bytes:
    body = json.dumps({"error": {"code": code, "message": message, "field": None}}, separators=(",", ":")).encode()
    head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (status, len(body)) + body


_NO_HTTP = _answer(b"400 Bad Request", "invalid_http", "this is not HTTP/1.1")
_TOO_LONG = _answer(b"431 Request Header Fields Too Large", "head_too_large", f"a head may have {HEAD_BYTES:,} bytes")
_FULL = _answer(b"503 Service Unavailable", "too_many_connections", "no more connections now; come back later")


class Connection(HttpToolsProtocol):
    """One connection with its limits."""

    application: ClassVar[Any]  # ASGI
    most: ClassVar[int] = 1_000  # at once
    shares: ClassVar[Shares | None] = None  # how many each worker has; None for one that is alone

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = self.application
        self.access_log = False  # it would write the ids in paths
        self.ws_protocol_class = None
        self._quiet = False  # nothing came since the last answer
        self._head_since = self._rest_since = self._unread_since = _NEVER  # the loop's time
        self._head_bytes = 0
        self._mixed = False  # what came last is the end of a body too, and so not counted as a head
        self._ending = False
        self._answering: RequestResponseCycle | None = None  # while `cycle` may be one that came behind it
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to watch it, or turn it away."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(_FULL)
            return
        self._head_since = self.loop.time()
        self._timer = self.loop.call_later(_LOOK, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch it no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)
        if self.shares is not None:
            self.shares.count(-1)

    def data_received(self, data: bytes) -> None:
        """Parse, and count what belongs to a head."""
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self._quiet and self._rest_since == _NEVER:
            self._quiet, self._head_since = False, self.loop.time()
        self._mixed = False
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade:  # to nothing that is spoken here: it is answered as it stands
            pass
        except HttpParserError:
            self._refuse(_NO_HTTP)
        else:
            self._count(len(data))

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._head_since, self._head_bytes = _NEVER, 0
        super().on_headers_complete()
        if self._ending:
            self.cycle.keep_alive = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        """The body is there."""
        if self._rest_since != _NEVER:
            self._rest_since, self._head_since = _NEVER, self.loop.time()
            self._mixed = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The next request may come, or has come in part."""
        if self.cycle.more_body and not self.pipeline:
            self._rest_since = self.loop.time()
        self._quiet = True
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client reads more slowly than it is answered."""
        self._unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._unread_since = _NEVER
        super().resume_writing()

    def shutdown(self) -> None:
        """The service ends: close after the answer under way, or soon if none is."""
        self._ending = True
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            self.loop.call_later(ENDS_AFTER, super().shutdown)
        else:
            super().shutdown()

    def _count(self, size: int) -> None:
        if self._head_since != _NEVER and not self._mixed:
            self._head_bytes += size
            if self._head_bytes > HEAD_BYTES:
                self._refuse(_TOO_LONG)

    def _refuse(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()

    def _look(self) -> None:
        now = self.loop.time()
        if (
            now - self._head_since > HEAD_WITHIN
            or now - self._rest_since > REST_WITHIN
            or now - self._unread_since > READ_WITHIN
        ):
            self.transport.abort()
        else:
            self._timer = self.loop.call_later(_LOOK, self._look)


def install() -> None:
    """Let the server of this process make such connections, where it would use httptools anyway; one of several
    workers shares them with the others."""
    if auto.AutoHTTPProtocol is HttpToolsProtocol:
        auto.AutoHTTPProtocol = Connection
        Server.startup = partialmethod(_startup, Server.startup)  # type: ignore[assignment,method-assign]


async def _startup(server: Server, alone: Callable[..., Any], sockets: list[socket.socket] | None = None) -> None:
    """Start as `alone` would, but listen to sockets that other workers listen to beside them."""
    folder = environment.shared()
    if folder is None or not sockets:
        await alone(server, sockets)
        return
    await alone(server, [])
    shares = Connection.shares = Shares(folder)
    config, state = server.config, server.server_state
    made = partial(Connection, config=config, server_state=state, app_state=server.lifespan.state)
    for listening in sockets:
        listening.listen(config.backlog)
        server.servers.append(Accepting(listening, made, shares, ssl=config.ssl))  # type: ignore[arg-type]  # it ends alike
