"""Expressions: what they may say, what they say of customers, and how they refuse everything else."""

import re
from collections.abc import Collection

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.arrays import Bools, Doubles
from features.errors import ConfigError
from features.segments.expression import Expression, Words

NAN = float("nan")


class Three:
    """Three customers."""

    names: Collection[str] = ("orders", "spend", "recency", "country")

    def __len__(self) -> int:
        return 3

    def value(self, name: str) -> Doubles | Words:
        known: dict[str, Doubles | Words] = {
            "orders": np.array([0.0, 2.0, 5.0]),
            "spend": np.array([0.0, 30.0, 100.0]),
            "recency": np.array([NAN, 3.0, 40.0]),
            "country": Words(np.array([-1, 0, 1]), ["France", "Spain"]),
        }
        return known[name]

    def asked(self, function: str, text: str) -> Bools:
        return {("segment", "value.vip"): np.array([False, False, True])}[function, text]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("orders >= 2", "011"),
        ("1 < orders < 5", "010"),
        ("orders > 1 and spend / orders > 16", "001"),
        ("not recency > 30", "110"),
        ("recency <= 3 or orders == 0", "110"),
        ("recency != 3", "001"),
        ("country == 'france'", "010"),
        ("country != 'France'", "001"),
        ("'Spain' == country", "001"),
        ("country in ['Spain', 'France']", "011"),
        ("country not in ['Spain']", "010"),
        ("orders in [0, 5]", "101"),
        ("segment('value.vip')", "001"),
        ("max(orders, recency) > 2.5", "011"),
        ("abs(-spend) - 30 >= 0", "011"),
        ("min(orders, 1) == 1", "011"),
        ("spend / orders > 0", "011"),
        ("True", "111"),
    ],
)
def test_for_whom_it_holds(text: str, found: str) -> None:
    assert "".join(map(str, Expression.parse(text).holds(Three()).astype(int))) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("orders >", "is no expression"),
        ("", "is no expression"),
        ("__import__('os').system('true')", "no function is called '`__import__('os').system`'"),
        ("orders.real > 1", "`orders.real` is not allowed (character 1)"),
        ("[o for o in orders]", "is not allowed"),
        ("(lambda: 1)() > 0", "no function is called"),
        ("orders ** 9 > 1", "Pow is not allowed"),
        (
            "eval('1') > 0",
            "no function is called 'eval'; there are: abs, min, max, segment, likes, inferred, bought, viewed",
        ),
        ("segment(orders)", "segment takes one text in quotes"),
        ("orders > 1e30", "`1e30` is no value that can be compared with"),
        ("orders > 3j", "is no value"),
        ("orders > None", "is no value"),
        ("x := 3", "is no expression"),
        ("f'{orders}' == 'a'", "is not allowed"),
        ("+".join(["1"] * 600), "1,199 characters; 1,000 are the most"),
        ("not " * 100 + "True", "nested more than 30 deep"),
    ],
)
def test_what_it_may_not_say(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        Expression.parse(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ordres > 1", "nothing is called 'ordres'; did you mean 'orders'?"),
        ("nonsense > 1", "there are: country, orders, recency, spend"),
        ("orders", "is a figure and no condition"),
        ("orders and spend > 1", "`orders` is no condition"),
        ("country > 'A'", "a text is compared by == or !="),
        ("orders == 'two'", "a figure is compared with a text"),
        ("country + 1 > 2", "`country` is no figure"),
        ("country in orders", "behind `in` stands a list of values"),
        ("segment('value.vpi')", "there is none of that name"),
        ("[1, 2] == 3", "a list stands only behind `in`"),
    ],
)
def test_what_means_nothing(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        Expression.parse(text).holds(Three())


def test_names_in_the_order_of_the_text() -> None:
    found = Expression.parse("max(spend, 1) > 2 and orders > 1 and spend > 3")
    assert found.names == ["spend", "orders"]
    assert Expression.parse("segment('a.b') and not segment('c.d')").segments == ["a.b", "c.d"]


@given(st.text("ordespn()[]'\"<>=+-*/. 0123456789{}:,\n@", max_size=40))
def test_any_text_is_an_answer_or_a_plain_error(text: str) -> None:
    try:
        found = Expression.parse(text).holds(Three())
    except ConfigError:
        return
    assert found.shape == (3,)
    assert found.dtype == np.bool_
