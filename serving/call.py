"""Call: one request, its head read in one pass."""

import itertools
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope

if TYPE_CHECKING:
    from serving.gate import Holder

_KEPT = frozenset(
    {b"authorization", b"content-type", b"content-encoding", b"content-length", b"x-request-id"}
)  # names are in lower case, whatever was sent
_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # nothing that could spoil a header or a line of a log
_ours = os.urandom(6).hex().encode()  # of this process
_numbers = itertools.count(1)


class Call:
    """What came in, and who sent it once the gate knows."""

    __slots__ = ("headers", "holder", "id", "method", "parameter", "path", "receive", "scope", "second", "twice")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.parameter = ""  # what the path has in the place of its {name}
        self.second = ""  # and in the place of a second one
        self.holder: Holder | None = None
        self.twice = False  # there are two tokens
        self.headers = self._headers()
        self.id = self._id()

    def _headers(self) -> Mapping[bytes, bytes]:
        kept: dict[bytes, bytes] = {}
        for name, value in self.scope["headers"]:
            if name in _KEPT:
                if name == b"authorization" and name in kept:
                    self.twice = True
                kept[name] = value
        return kept

    def _id(self) -> bytes:
        """The sender's X-Request-ID where it is well-formed, else one of our own."""
        given = self.headers.get(b"x-request-id")
        if given is not None and _ID.fullmatch(given):
            return given
        return b"%b-%x" % (_ours, next(_numbers))
