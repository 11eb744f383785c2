"""Gate: who may ask for what, and how often.

With tokens, a request needs one whose scopes fit. Without, the service is for its own machine alone. A token that was
just made counts at once, in every worker: one that is not known makes it look whether the file is another. So does a
request now and then, wherefore what is revoked counts for half a second at most.
"""

import ipaddress
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hmac import compare_digest
from pathlib import Path
from typing import Self

from features.errors import EsnafError
from features.logs import log
from serving.bucket import Bucket
from serving.call import Call
from serving.config import ServingConfig
from serving.errors import RequestError
from serving.tokens import Token, TokenFile, digest_of

_LOOKED_AFTER = 0.5  # seconds
_LONGEST = 256  # bytes of an Authorization header that are looked at; ours have 56
_BEARER = b"bearer "
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})
_WAY_OUT = "send Authorization: Bearer TOKEN; `esnaf token make` makes one"


@dataclass(frozen=True)
class Holder:
    """Who has a token."""

    token: Token
    bucket: Bucket | None  # None without a limit


class Gate:
    """Lets requests of one service in, or raises what their senders get instead."""

    def __init__(self, file: TokenFile, config: ServingConfig, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._config = config
        self._clock = clock
        self._mark = self._stat()
        tokens = file.read()
        self._holders = None if tokens is None else self._held(tokens, {})  # by digest; None without tokens
        self._again = clock() + _LOOKED_AFTER

    @classmethod
    def open(cls, workspace: Path, config: ServingConfig) -> Self:
        """The gate of a workspace; ConfigError if its tokens cannot be read."""
        return cls(TokenFile.of(workspace), config)

    @property
    def locked(self) -> bool:
        """Whether a token is needed. Once it is, it stays so as long as the service runs."""
        return self._holders is not None

    def admit(self, call: Call, scopes: frozenset[str]) -> None:
        """Let a call in that has one of the scopes, and note who sent it.

        Raises:
            RequestError: no token or a wrong one (401), none of the scopes (403), from elsewhere to a service without
                tokens (403), more often than the token may (429).
        """
        now = self._clock()
        if now >= self._again:
            self._look(now)
        if self._holders is None:
            return _check_near(call)
        call.holder = holder = self._holder(call, now)
        if holder.bucket is not None:
            wait = holder.bucket.take(now)
            if wait:
                raise _too_many(holder.bucket, wait)
        if scopes.isdisjoint(holder.token.scopes):
            raise _forbidden(scopes, holder.token)
        return None

    @staticmethod
    def charge(call: Call, amount: int) -> None:
        """Count a call that was let in as so many more."""
        if call.holder is not None and call.holder.bucket is not None:
            call.holder.bucket.owe(amount)

    def _holder(self, call: Call, now: float) -> Holder:
        value = call.headers.get(b"authorization")
        if value is None or call.twice or len(value) > _LONGEST or value[:7].lower() != _BEARER:
            raise _unauthorized(f"this needs one token; {_WAY_OUT}", b"Bearer")
        digest = digest_of(value[7:].strip())
        holder = self._known(digest)
        if holder is None:
            self._look(now)
            holder = self._known(digest)
        if holder is None:
            raise _unauthorized(
                f"this token is not known here, or no more; {_WAY_OUT}", b'Bearer error="invalid_token"'
            )
        return holder

    def _known(self, digest: bytes) -> Holder | None:
        # Who tries tokens learns from the time of the look-up at most something of a hash that cannot be steered.
        holder = self._holders.get(digest) if self._holders else None
        return holder if holder is not None and compare_digest(holder.token.digest, digest) else None

    def _look(self, now: float) -> None:
        self._again = now + _LOOKED_AFTER
        mark = self._stat()
        if mark == self._mark:
            return
        self._mark = mark
        try:
            tokens = self._file.read()
        except EsnafError as error:  # what was good goes on
            log.error("tokens.refused", reason=str(error))
            return
        if tokens is None and self._holders is None:
            return
        self._holders = self._held(tokens or (), self._holders or {})
        log.info("tokens.read", tokens=len(self._holders))

    def _held(self, tokens: Sequence[Token], before: dict[bytes, Holder]) -> dict[bytes, Holder]:
        """Holders by digest; who was there before goes on with what is left in the bucket."""
        held: dict[bytes, Holder] = {}
        for token in tokens:
            old = before.get(token.digest)
            held[token.digest] = old if old is not None and old.token == token else Holder(token, self._bucket(token))
        return held

    def _bucket(self, token: Token) -> Bucket | None:
        rate = self._config.rate_per_s if token.rate is None else token.rate
        return Bucket(rate, rate * self._config.burst_s) if rate else None

    def _stat(self) -> object:
        """Changes whenever the file is replaced."""
        try:
            found = self._file.path.stat()
        except OSError as error:
            return error.errno
        return found.st_mtime_ns, found.st_ino, found.st_size, found.st_mode


def _check_near(call: Call) -> None:
    """RequestError unless the sender is on this machine, and passes nothing on for somebody who may not be."""
    client = call.scope.get("client")
    if not client or not is_loopback(client[0]) or any(name in _FORWARDED for name, _ in call.scope["headers"]):
        message = "without tokens the service answers its own machine alone; `esnaf token make` makes one"
        raise RequestError(403, "this_machine_only", message)


@lru_cache(1024)
def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own, IPv4 written as IPv6 too."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def _unauthorized(message: str, challenge: bytes) -> RequestError:
    return RequestError(401, "unauthorized", message, headers={"WWW-Authenticate": challenge.decode()})


def _forbidden(scopes: frozenset[str], token: Token) -> RequestError:
    message = (
        f"this needs a token with the scope {' or '.join(sorted(scopes))}; yours has {', '.join(sorted(token.scopes))}"
    )
    challenge = 'Bearer error="insufficient_scope"'
    return RequestError(403, "forbidden", message, headers={"WWW-Authenticate": challenge})


def _too_many(bucket: Bucket, wait: float) -> RequestError:
    message = f"more than {bucket.rate:g} requests a second; come back later"
    return RequestError(429, "too_many_requests", message, retry_after=max(1, math.ceil(wait)))
