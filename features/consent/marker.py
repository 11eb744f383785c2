"""Marker: keyed hashes by which those who were erased are known again, and by nothing else.

HMAC-SHA-256 (RFC 2104), cut to 128 bits, under a random key that the store keeps: made with the first use, it never
changes, since what it marked cannot be marked anew.
"""

import hmac
import os
from dataclasses import dataclass, field

KEY = "marker_key"
"""Name of the key among the store's facts."""
_BYTES = 16


@dataclass(frozen=True)
class Marker:
    """Hashes of one store."""

    key: bytes = field(repr=False)

    def of(self, who: str) -> str:
        """The mark of an id in the store."""
        digest = hmac.digest(self.key, who.encode("utf-8", "surrogatepass"), "sha256")
        return digest[:_BYTES].hex()


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(32)
