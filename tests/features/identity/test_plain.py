"""What is told of a whole column is what is said of each value."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.identity.config import IdentityConfig, KindConfig
from features.identity.normalise import normal
from features.identity.plain import plain

CONFIG = IdentityConfig(kinds={"badge": KindConfig(), "till": KindConfig(blocked=("/a.*/",))})
PARTS = [
    "0",
    "-",
    "-1",
    "a",
    "A",
    "7",
    "_",
    ".",
    "@",
    "x",
    "test",
    "none",
    "no-reply",
    "n.a.",
    "b.c",
    " ",
    "\n",
    "\u00e9",
    "+",
]
KINDS = ["customer_id", "device_id", "anonymous_id", "email", "phone", "loyalty_card", "badge", "till"]


@given(kind=st.sampled_from(KINDS), values=st.lists(st.lists(st.sampled_from(PARTS), max_size=6).map("".join)))
def test_plain_values_are_their_own_normal_form(kind: str, values: list[str]) -> None:
    of = CONFIG.kind(kind)
    for value, told in zip(values, plain(pa.array(values, pa.string()), of).tolist(), strict=True):
        assert not told or normal(value, of, CONFIG) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("customer_id", "C00001903"),
        ("device_id", "df0e-981a"),
        ("email", "ann.lee@example.com"),
        ("badge", "B-7"),
        ("loyalty_card", "0018719383516"),
    ],
)
def test_most_values_are_plain(kind: str, value: str) -> None:
    assert plain(pa.array([value]), CONFIG.kind(kind)).tolist() == [True]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("device_id", value) for value in ("0", "00-00", "Guest", "-1", "a" * 300, "a\nb", " a", "")),
        *(("email", value) for value in ("no-reply@a.de", "Ann@a.de", "ann@home", "test@a.de")),
        ("phone", "+447700900123"),
        ("till", "bcd"),
    ],
)
def test_the_others_are_looked_at_one_by_one(kind: str, value: str) -> None:
    assert plain(pa.array([value]), CONFIG.kind(kind)).tolist() == [False]


def test_nothing_is_asked_of_no_values() -> None:
    assert plain(pa.array([], pa.string()), CONFIG.kind("email")).tolist() == []
