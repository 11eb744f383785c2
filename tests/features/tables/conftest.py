"""Small shops on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from features.settings import Settings
from features.tables import Shop, TablesConfig, load

NOW = 1_700_000_000


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Shop]:
    """Write tables given as CSV text and load them: read(events="...", products="...", toml="...", until=...)."""

    def read(*, toml: str = "", until: int | None = None, now: int = NOW, **tables: str) -> Shop:
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        config = TablesConfig.of(Settings.parse(toml))
        return load(tmp_path, config, until=until, now=now, rejects=tmp_path / "rejected.parquet")

    return read
