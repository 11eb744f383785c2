"""Address: where the live store is, and what may be told of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from features.errors import ConfigError
from features.store.config import FILE, VARIABLE, StoreConfig

_WAY_OUT = "write sqlite:///FILE or postgresql://USER:$PASSWORD@HOST/DATABASE"


@dataclass(frozen=True)
class Address:
    """A URL, its password kept to itself."""

    url: URL

    @classmethod
    def of(cls, config: StoreConfig, workspace: Path) -> Self:
        """From the environment, else the settings, else a file in the workspace; ConfigError if it is none."""
        stated, source = os.environ.get(VARIABLE), VARIABLE
        if not stated:
            stated, source = os.path.expandvars(config.url), "esnaf.toml: [store] url"
        if not stated:
            return cls(URL.create("sqlite", database=str(workspace / FILE)))
        try:
            url = make_url(stated)
        except (ArgumentError, ValueError):  # what it was may hold a password
            raise ConfigError(f"{source}: this is no SQLAlchemy URL; {_WAY_OUT}") from None
        return cls(_checked(url, workspace, source))

    @property
    def file(self) -> Path | None:
        """The file of an embedded store."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @property
    def place(self) -> str:
        """For messages: no password, and no options, which may hold one."""
        url = self.url
        return str(self.file or URL.create(url.drivername, url.username, None, url.host, url.port, url.database))

    def hide(self, text: str) -> str:
        """A driver's message without the password."""
        return text.replace(str(self.url.password), "***") if self.url.password else text


def _checked(url: URL, workspace: Path, source: str) -> URL:
    kind = url.get_backend_name()
    if kind == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ConfigError(f"{source}: a store in memory is lost with its process; {_WAY_OUT}")
        return url.set(drivername="sqlite", database=str(workspace / url.database))
    if kind == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise ConfigError(f"{source}: {kind!r} is no store that is known; {_WAY_OUT}")
