"""A stream of items worked on by several threads."""

import threading
from collections.abc import Iterator

import pytest

from features.tables.ahead import AT_ONCE, ahead


def test_in_order() -> None:
    assert list(ahead(lambda number: number * number, range(50))) == [(n, n * n) for n in range(50)]
    assert list(ahead(str, [])) == []


def test_few_are_held() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    for place, _ in enumerate(ahead(str, items())):
        assert len(taken) <= place + AT_ONCE + 1


def test_two_are_worked_on_at_once() -> None:
    met = threading.Barrier(AT_ONCE, timeout=30)
    assert len(list(ahead(lambda _: met.wait(), range(2 * AT_ONCE)))) == 2 * AT_ONCE


def test_what_fails_ends_the_stream() -> None:
    with pytest.raises(ZeroDivisionError):
        list(ahead(lambda number: 1 // number, [1, 0, 1]))
