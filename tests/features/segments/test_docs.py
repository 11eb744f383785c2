"""The page of segments names what there is."""

import re
from pathlib import Path

from features.segments.facts import FACTS
from features.segments.segments import PLAIN

PAGE = (Path(__file__).parents[3] / "docs" / "segments.md").read_text()
NAMED = set(re.findall(r"`(\w+)`", PAGE))


def test_every_fact_is_named() -> None:
    assert FACTS.keys() - NAMED == set()


def test_every_dimension_is_named() -> None:
    assert {dimension.name for dimension in PLAIN} - NAMED - {"recency", "frequency", "monetary"} == set()
