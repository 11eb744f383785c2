"""Ids and their indices."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary import Vocabulary

IDS = st.lists(st.text(max_size=6), unique=True, max_size=90)


@given(IDS)
def test_there_and_back(ids: list[str]) -> None:
    known = Vocabulary.of(ids)
    assert len(known) == len(ids)
    assert known.ids() == ids
    assert known.indices(ids).tolist() == list(range(len(ids)))
    assert [known.index(i) for i in ids] == list(range(len(ids)))
    assert known.ids(np.arange(len(ids))[::-1]) == ids[::-1]


@given(IDS, st.text(max_size=6))
def test_what_is_not_known(ids: list[str], other: str) -> None:
    assert Vocabulary.of([i for i in ids if i != other]).index(other) == -1


@pytest.mark.parametrize("times", [1, 100])
def test_few_and_many_are_looked_up_alike(times: int) -> None:
    known = Vocabulary.of(["00012", "12", "", "ürün", "c 1"])
    assert known.indices(["12", "c1", "ürün", "00012", ""] * times).tolist() == [1, -1, 3, 0, 2] * times


@given(IDS, st.integers(0, 90))
def test_the_first_ids(ids: list[str], size: int) -> None:
    first = Vocabulary.of(ids).first(min(size, len(ids)))
    again = Vocabulary.of(ids[:size])
    assert first.ids() == ids[:size]
    assert first.indices(ids).tolist() == [i if i < size else -1 for i in range(len(ids))]
    for name in ("text", "offsets", "order"):
        assert getattr(first, name).tolist() == getattr(again, name).tolist()


def test_ids_are_found_by_their_bytes() -> None:
    known = Vocabulary.of(["b", "a", "é", "aa"])
    in_order = [known.id(i).encode() for i in known.order.tolist()]
    assert all(a < b for a, b in pairwise(in_order))
