"""The page of segments names what there is."""

import re
from pathlib import Path

from features.segments.facts import FACTS
from features.segments.foretold import FORETOLD
from features.segments.segments import OF_MODEL, PLAIN

PAGE = (Path(__file__).parents[3] / "docs" / "segments.md").read_text()
NAMED = set(re.findall(r"`(\w+)`", PAGE))


def test_every_fact_is_named() -> None:
    assert FACTS.keys() - NAMED == set()


def test_what_a_model_foretells_is_told() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert {name: about for name, about in rows if name in FORETOLD} == FORETOLD


def test_every_dimension_is_named() -> None:
    assert {dimension.name for dimension in (*PLAIN, *OF_MODEL)} - NAMED - {"recency", "frequency", "monetary"} == set()
