"""docs/store.md: its example runs, and its limits are those of the code."""

import re
from pathlib import Path

import pytest

from features.tables.patterns import MAX_ID_BYTES, MAX_NAME_BYTES, MAX_POSITION, MAX_PROPERTIES_BYTES

PAGE = (Path(__file__).parents[3] / "docs" / "store.md").read_text()


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "docs/store.md", "exec"), {})  # noqa: S102  # our own page


def test_limits_are_those_of_the_code() -> None:
    for limit in (MAX_ID_BYTES, MAX_NAME_BYTES, MAX_PROPERTIES_BYTES):
        assert f"{limit:,} bytes" in PAGE
    assert f"{MAX_POSITION:,}" in PAGE
