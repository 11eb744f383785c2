"""Tokens: who may ask the service, in a file of the workspace that holds no secret.

A secret is 32 random bytes, shown once; only its SHA-256 is kept. Slow, salted hashes protect words that people choose
and others can guess. Nobody can try 2^256 values, and a slow hash would be paid for with every request. NIST asks the
same of random secrets from 112 bits on: an approved one-way function, no salt, no work factor (grassi2017digital,
5.1.2.2).
"""

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias, cast, get_args

from features.durable import sync
from features.errors import ConfigError, UsageError

FILE = "tokens.json"
VARIABLE = "ESNAF_TOKENS"

Scope: TypeAlias = Literal["recommend", "ingest", "admin", "customers"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_PREFIX = "esnaf_"  # by which scanners of code and logs know a secret that went astray
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FORMAT = 1
_OTHERS_WRITE = 0o022


@dataclass(frozen=True)
class Token:
    """What is known of one: everything but the secret."""

    name: str
    scopes: frozenset[str]
    digest: bytes = field(repr=False)  # SHA-256 of the secret
    made: str  # 2026-01-31T12:00:00Z
    rate: float | None = None  # requests a second and worker; None is as the settings say


def digest_of(secret: bytes) -> bytes:
    """What is kept of a secret."""
    return sha256(secret).digest()


class TokenFile:
    """The tokens of a workspace. Changes replace the file in one step, so that services read the old one or the new."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, workspace: Path) -> Self:
        """The file that `ESNAF_TOKENS` names, or `tokens.json` in the workspace."""
        return cls(Path(os.environ.get(VARIABLE) or workspace / FILE))

    def read(self) -> tuple[Token, ...] | None:
        """All tokens, None where there is no file; ConfigError where it is damaged, or others than its owner may write
        it."""
        try:
            with self.path.open("rb") as file:
                mode, text = os.fstat(file.fileno()).st_mode, file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigError(
                f"{self.path}: cannot be read ({error.strerror}); it must belong to the service's user"
            ) from None
        if mode & _OTHERS_WRITE:
            raise ConfigError(f"{self.path}: others may write it; `chmod 600` it, and look at `esnaf token list`")
        try:
            return _parsed(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ConfigError(
                f"{self.path}: is no file of tokens; remove it, and `esnaf token make` new ones"
            ) from None

    def make(self, name: str, scopes: Sequence[Scope], rate: float | None = None) -> tuple[Token, str]:
        """A new token and its secret, which is nowhere else; UsageError for a name that is taken or cannot be one."""
        _check(name, scopes, rate)
        secret = _PREFIX + secrets.token_urlsafe(32)
        made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        token = Token(name, frozenset(scopes), digest_of(secret.encode()), made, rate)
        with self._changing() as tokens:
            if any(known.name == name for known in tokens):
                raise UsageError(f"there is a token {name!r} already; revoke it, or give the new one another name")
            tokens.append(token)
        return token, secret

    def revoke(self, name: str) -> Token:
        """Take a token away; UsageError where there is none of that name. A file without tokens lets nobody in."""
        with self._changing() as tokens:
            found = [token for token in tokens if token.name == name]
            if not found:
                raise UsageError(f"there is no token {name!r}; `esnaf token list` shows those there are")
            tokens.remove(found[0])
        return found[0]

    @contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        """The tokens, written again at the end; whoever else changes them waits."""
        try:
            folder = os.open(self.path.parent, os.O_RDONLY)
        except OSError as error:
            raise UsageError(f"{self.path.parent}: cannot be opened ({error.strerror})") from None
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            tokens = list(self.read() or ())
            yield tokens
            self._write(tokens)
        finally:
            os.close(folder)

    def _write(self, tokens: Sequence[Token]) -> None:
        rows = [_row(token) for token in tokens]
        temporary = self.path.with_name(f".{self.path.name}-{os.getpid()}")
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                if os.geteuid() == 0:  # the service's user, who owns the folder, has to read what root makes
                    owner = self.path.parent.stat()
                    os.fchown(handle, owner.st_uid, owner.st_gid)
                file.write(json.dumps({"format": _FORMAT, "tokens": rows}, indent=1) + "\n")
                file.flush()
                os.fsync(handle)
            temporary.replace(self.path)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be written ({error.strerror})") from None
        finally:
            temporary.unlink(missing_ok=True)
        sync(self.path.parent)


def _check(name: str, scopes: Sequence[str], rate: float | None) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name[:80]!r} is no name for a token: up to 64 letters, digits, dots, dashes and underscores"
        )
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise UsageError(f"{', '.join(map(repr, unknown)) or 'nothing'} is no scope; there are {', '.join(SCOPES)}")
    if rate is not None and not 0 < rate < float("inf"):
        raise UsageError(f"--rate {rate:g} is not above 0")


def _row(token: Token) -> dict[str, Any]:
    scopes = [scope for scope in SCOPES if scope in token.scopes]
    return {"name": token.name, "scopes": scopes, "sha256": token.digest.hex(), "made": token.made, "rate": token.rate}


def _parsed(value: Any) -> tuple[Token, ...]:
    if value["format"] != _FORMAT:
        raise ValueError
    return tuple(_token(row) for row in value["tokens"])


def _token(row: Any) -> Token:
    digest, rate = bytes.fromhex(row["sha256"]), row.get("rate")
    scopes = frozenset(cast(list[str], row["scopes"]))
    if len(digest) != sha256().digest_size or not scopes <= set(SCOPES) or not _NAME.fullmatch(row["name"]):
        raise ValueError
    return Token(row["name"], scopes, digest, str(row["made"]), None if rate is None else float(rate))
