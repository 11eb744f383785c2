"""Keys: what personal identifiers are hashed and sealed with, from secrets that only the environment has.

A secret is never used itself: HKDF (RFC 5869) derives one key for hashes and one for seals from it. Hashes are
HMAC-SHA-256 (RFC 2104), so that whoever reads the database alone cannot try telephone numbers against them; seals are
AES-256-GCM (NIST SP 800-38D) with a random nonce, and name the key that opens them.
"""

import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Self

from features.errors import ConfigError, SecretError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VARIABLE = "ESNAF_SECRET"
SHORTEST = 32  # characters of a secret
HOW = f"print one with `esnaf secret new`, keep it outside of the workspace, and set {VARIABLE} to it"

_ID = 4  # bytes of a key's id
_NONCE = 12  # bytes, as SP 800-38D recommends
_TAG = 16  # bytes
_FORMAT = b"\x01"


@dataclass(frozen=True)
class Key:
    """What is derived from one secret."""

    hashing: bytes = field(repr=False)
    sealing: bytes = field(repr=False)
    id: bytes  # tells keys apart; of the derived keys, so it tells nothing of the secret

    @classmethod
    def of(cls, secret: str) -> Self:
        """Both keys of a secret."""
        hashing, sealing = _derived(secret, b"esnaf hash"), _derived(secret, b"esnaf seal")
        return cls(hashing, sealing, sha256(b"id" + hashing + sealing).digest()[:_ID])

    @property
    def name(self) -> str:
        """The id as hashes begin with it."""
        return self.id.hex()

    def hash(self, kind: str, value: str) -> str:
        """See `Keys.hash`."""
        digest = hmac.digest(self.hashing, f"{kind}\0{value}".encode(), "sha256")
        return f"{self.name}.{urlsafe_b64encode(digest)[:-1].decode()}"

    @cached_property
    def cipher(self) -> "AESGCM":
        """The cipher of the seals."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.sealing)


@dataclass(frozen=True)
class Keys:
    """The first key hashes and seals; all of them find and open, so that a new secret can come before the old one."""

    keys: tuple[Key, ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The keys of `ESNAF_SECRET`: one secret, or several with commas between, the one in use first.

        Raises:
            SecretError: there is none. ConfigError: one is too short to be safe. No message has a secret in it.
        """
        found = cls.find(environment)
        if found is None:
            raise SecretError(f"{VARIABLE} is not set, and personal identifiers are kept only under it; {HOW}")
        return found

    @classmethod
    def find(cls, environment: Mapping[str, str] = os.environ) -> Self | None:
        """The keys, None where no secret is set; ConfigError for one that is too short."""
        secrets = [secret.strip() for secret in environment.get(VARIABLE, "").split(",")]
        secrets = [secret for secret in secrets if secret]
        for place, secret in enumerate(secrets, 1):
            if len(secret) < SHORTEST:
                raise ConfigError(
                    f"{VARIABLE}: secret {place} has {len(secret)} characters, fewer than {SHORTEST}; {HOW}"
                )
        return cls(tuple(Key.of(secret) for secret in dict.fromkeys(secrets))) if secrets else None

    @property
    def current(self) -> Key:
        """The key in use."""
        return self.keys[0]

    def hash(self, kind: str, value: str) -> str:
        """The keyed hash of a normalised value: the id of its key, a dot, and 43 characters."""
        return self.keys[0].hash(kind, value)

    def hashes(self, kind: str, value: str) -> list[str]:
        """The hash under every key, the one in use first: what was written before a rotation is found too."""
        return [key.hash(kind, value) for key in self.keys]

    def seal(self, data: bytes, about: bytes = b"") -> bytes:
        """Encrypted and authenticated; opens only with the same `about`, so that seals cannot change places."""
        nonce = os.urandom(_NONCE)
        head = _FORMAT + self.current.id
        return head + nonce + self.current.cipher.encrypt(nonce, data, head + about)

    def open(self, sealed: bytes, about: bytes = b"") -> bytes:
        """What was sealed; SecretError where its secret is not among ours, or a byte of it has changed."""
        from cryptography.exceptions import InvalidTag

        head, nonce, rest = sealed[: 1 + _ID], sealed[1 + _ID : 1 + _ID + _NONCE], sealed[1 + _ID + _NONCE :]
        if head[:1] != _FORMAT or len(rest) < _TAG:
            raise SecretError("this is no value that was sealed here; is the store damaged?")
        key = next((key for key in self.keys if key.id == head[1:]), None)
        if key is None:
            raise SecretError(
                f"a value is sealed with key {head[1:].hex()}, and {VARIABLE} has {self.names}; "
                "add the secret that it was sealed with behind the one in use, with a comma between"
            )
        try:
            return key.cipher.decrypt(nonce, rest, head + about)
        except InvalidTag:
            raise SecretError(f"a value sealed with key {key.name} has been changed or moved") from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value is sealed with the key in use."""
        return sealed[1 : 1 + _ID] == self.current.id

    @property
    def names(self) -> str:
        """The ids of the keys, which are no secret."""
        return ", ".join(key.name for key in self.keys)


def _derived(secret: str, purpose: bytes) -> bytes:
    """HKDF with SHA-256 and one block of output."""
    extracted = hmac.digest(b"esnaf", secret.encode(), "sha256")
    return hmac.digest(extracted, purpose + b"\x01", "sha256")
