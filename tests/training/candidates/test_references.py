"""Everything that is cited is in the one bibliography, and nothing else is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROOMS = ("features", "training", "serving", "esnaf", "benchmarks", "docs")
CITED = re.compile(r"\b([a-z]{2,}(?:19|20)\d\d[a-z]{2,})\b")


def keys() -> list[str]:
    return re.findall(r"@\w+\{(\w+),", (ROOT / "docs" / "references.bib").read_text())


def cited(room: str) -> set[str]:
    files = (path for path in (ROOT / room).rglob("*") if path.suffix in {".py", ".md"})
    return {key for path in files for key in CITED.findall(path.read_text())}


def test_each_entry_is_there_once_and_in_order() -> None:
    assert keys() == sorted(set(keys()))


@pytest.mark.parametrize("room", ROOMS)
def test_citations_have_an_entry(room: str) -> None:
    assert cited(room) <= set(keys())


def test_each_entry_is_cited() -> None:
    assert set(keys()) <= set().union(*(cited(room) for room in ROOMS))
