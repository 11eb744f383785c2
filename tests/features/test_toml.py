"""TOML that is written is read again as it was."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.toml import toml_text, toml_value

plain = st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text()
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (0.5, "0.5"), (("a", 1), '["a", 1]'), ({}, "{}"), ({"a b": False}, '{ "a b" = false }')],
)
def test_values_as_toml(value: object, text: str) -> None:
    assert toml_value(value) == text


@given(st.dictionaries(st.text(), values))
def test_whatever_was_written_is_read(tables: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(tables)) == tables


def test_every_table_has_a_head() -> None:
    tables = {"ranker": {"trees": 3}, "candidates": {"als": {"factors": 32}, "module:Own": {}}}
    assert toml_text(tables) == '[ranker]\ntrees = 3\n\n[candidates.als]\nfactors = 32\n\n[candidates."module:Own"]\n'
