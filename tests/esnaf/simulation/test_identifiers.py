"""Ids are distinct and tell nothing."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from esnaf.simulation.identifiers import account_ids, hex_ids, scrambled


@given(st.integers(8, 56), st.integers(0, 1000))
def test_distinct_numbers_stay_distinct(bits: int, salt: int) -> None:
    numbers = np.arange(min(5_000, 1 << bits))
    mixed = scrambled(numbers, bits, salt=salt)
    assert len(np.unique(mixed)) == len(numbers)
    assert int(mixed.max()) < 1 << bits


def test_neighbours_land_far_apart() -> None:
    mixed = scrambled(np.arange(10_000), 48, salt=1).astype(np.float64)
    assert abs(np.corrcoef(mixed[1:], mixed[:-1])[0, 1]) < 0.05
    assert np.median(np.abs(np.diff(mixed))) > (1 << 48) / 10


def test_texts_have_prefix_digits_and_suffix() -> None:
    texts = hex_ids(np.arange(300), 12, salt=3, prefix="<", suffix=">").to_pylist()
    assert all(re.fullmatch(r"<[0-9a-f]{12}>", text) for text in texts)
    assert len(set(texts)) == 300
    assert texts[0] == f"<{int(scrambled(np.array([0]), 48, salt=3)[0]):012x}>"


def test_no_numbers_make_no_texts() -> None:
    assert hex_ids(np.zeros(0, np.int64), 12, salt=3).to_pylist() == []


def test_accounts_look_like_account_numbers() -> None:
    assert all(re.fullmatch(r"C\d{8}", text) for text in account_ids(np.arange(100)))
