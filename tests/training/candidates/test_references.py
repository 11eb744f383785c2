"""Everything that the code cites is in the one bibliography."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROOMS = ("features", "training", "serving", "esnaf", "benchmarks")
CITED = re.compile(r"\b([a-z]{3,}(?:19|20)\d\d[a-z]{2,})\b")


def keys() -> list[str]:
    return re.findall(r"@\w+\{(\w+),", (ROOT / "docs" / "references.bib").read_text())


def test_each_entry_is_there_once_and_in_order() -> None:
    assert keys() == sorted(set(keys()))


@pytest.mark.parametrize("room", ROOMS)
def test_citations_have_an_entry(room: str) -> None:
    cited = {key for path in (ROOT / room).rglob("*.py") for key in CITED.findall(path.read_text())}
    assert cited <= set(keys())
