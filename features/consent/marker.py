"""Marker: keyed hashes by which those who were erased are known again, and by nothing else.

HMAC-SHA-256 (RFC 2104), cut to 128 bits, under a random key of the store's own: made with the first use, it never
changes, since what it marked cannot be marked anew. The store keeps it sealed with the keys of `ESNAF_SECRET` where
that is set, and as it is where it is not.
"""

import hmac
import os
from dataclasses import dataclass, field
from typing import Self

from features.errors import SecretError
from features.identity.keys import HOW, VARIABLE, Keys

NAME = "marker_key"
"""Of the key among the store's facts."""
_BYTES = 16
_SEALED, _PLAIN = b"s", b"p"
_ABOUT = b"marker"


@dataclass(frozen=True)
class Marker:
    """Hashes of one store."""

    key: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """With a key of 32 random bytes."""
        return cls(os.urandom(32))

    @classmethod
    def opened(cls, kept: bytes, keys: Keys | None) -> Self:
        """As `kept` gave it; SecretError where the secret is missing, or another one."""
        if kept[:1] == _PLAIN:
            return cls(kept[1:])
        if keys is None:
            raise SecretError(f"who was erased is known under {VARIABLE}, which is not set; {HOW}")
        return cls(keys.open(kept[1:], _ABOUT))

    def kept(self, keys: Keys | None) -> bytes:
        """As the store keeps it."""
        return _PLAIN + self.key if keys is None else _SEALED + keys.seal(self.key, _ABOUT)

    def of(self, who: str) -> str:
        """The mark of an id in the store."""
        digest = hmac.digest(self.key, who.encode("utf-8", "surrogatepass"), "sha256")
        return digest[:_BYTES].hex()


def outdated(kept: bytes, keys: Keys | None) -> bool:
    """Whether it is to be sealed, or sealed anew, with the secret in use."""
    return keys is not None and (kept[:1] == _PLAIN or not keys.is_current(kept[1:]))
