"""Cache: ready lists of one model at one time, bounded in bytes, least recently used dropped first."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from serving.exploration.choice import Choice
from serving.listed import Listed

_OVERHEAD = 400  # bytes that an entry takes beside its text: key, objects, place in the table
_LISTED = 300  # bytes more where the exposure log keeps it


@dataclass(frozen=True, slots=True)
class ReadyList:
    """A list that was made once, without what is new in each answer."""

    text: bytes  # '"items":[...],"fallback":...' in JSON
    fallback: tuple[tuple[str, int], ...]  # (source, products) that filled it
    listed: Listed | None = None  # what the exposure log keeps of it
    choice: Choice | None = None  # what answers are drawn from; None where all are alike


class Cache:
    """Ready lists by what they were asked with; all are forgotten when the era (the lists' time) changes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit  # bytes
        self._size = 0
        self._era: Hashable = None
        self._lists: OrderedDict[Hashable, ReadyList] = OrderedDict()
        self._again: dict[Hashable, None] = {}  # keys that were found, the last one last

    def __len__(self) -> int:
        return len(self._lists)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    def popular(self) -> list[Any]:
        """The keys that were asked for more than once, the last used first.

        Any thread may ask: a dictionary is listed in one step, while an `OrderedDict` looks every key up and fails if
        it is changed meanwhile.
        """
        return list(self._again)[::-1]

    def enter(self, era: Hashable) -> None:
        """Forget every list of another era."""
        if era != self._era:
            self._lists.clear()
            self._again.clear()
            self._size = 0
            self._era = era

    def get(self, key: Hashable) -> ReadyList | None:
        """The list of a key, now the most recently used; None if there is none."""
        found = self._lists.get(key)
        if found is not None:
            self._lists.move_to_end(key)
            self._again.pop(key, None)
            self._again[key] = None
        return found

    def put(self, key: Hashable, value: ReadyList) -> None:
        """Keep a list, and drop the least recently used ones above the limit."""
        previous = self._lists.pop(key, None)
        if previous is not None:
            self._size -= _weight(previous)
        self._lists[key] = value
        self._size += _weight(value)
        while self._size > self._limit:
            oldest, dropped = self._lists.popitem(last=False)
            self._again.pop(oldest, None)
            self._size -= _weight(dropped)


def _weight(value: ReadyList) -> int:
    listed = 0 if value.listed is None else _LISTED
    drawn = 0 if value.choice is None else value.choice.size
    return len(value.text) + listed + drawn + _OVERHEAD
