"""Cache: ready lists of one model at one time, bounded in bytes, least recently used dropped first.

Lists that were asked for once have a 24th of the room, and those that were asked for again, or surely will be, the
rest (johnson1994twoq). What nobody asks for twice, such as the list of a basket, neither drives out what many ask for
nor fills the memory; of what had to go, so much is remembered that it is kept when it comes up again. A list is of a
state, such as what somebody did last: in another state it takes the place of the one before.
"""

from array import array
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, TypeAlias

from serving.exploration.choice import Choice
from serving.listed import Listed

_OVERHEAD = 600  # bytes that an entry takes beside its text: key, objects, place in the table
_LISTED = 250  # bytes more where the exposure log keeps it
ONCE = 24  # of the bytes, one in so many is for lists that were asked for once
_REMEMBERED = 1 << 16  # hashes of keys that were asked for once, and whose lists had to go, at most
_NOTHING = array("q", [-1]) * _REMEMBERED  # no hash is -1


@dataclass(frozen=True, slots=True)
class ReadyList:
    """A list that was made once, without what is new in each answer."""

    text: bytes  # '"items":[...],"fallback":...' in JSON
    fallback: tuple[tuple[str, int], ...]  # (source, products) that filled it
    listed: Listed | None = None  # what the exposure log keeps of it
    choice: Choice | None = None  # what answers are drawn from; None where all are alike


_Entry: TypeAlias = tuple[Hashable, ReadyList]  # a state, and the list in it


class _Part:
    """Some of the lists, the last used one last."""

    def __init__(self) -> None:
        self.size = 0  # bytes
        self._lists: OrderedDict[Hashable, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._lists)

    def put(self, key: Hashable, entry: _Entry) -> None:
        """Keep a list as the last used; its key is in no part."""
        self._lists[key] = entry
        self.size += _weight(entry[1])

    def take(self, key: Hashable) -> _Entry | None:
        """The list of a key, no longer kept; None if there is none."""
        entry = self._lists.pop(key, None)
        if entry is not None:
            self.size -= _weight(entry[1])
        return entry

    def shrunk(self, limit: int) -> list[tuple[Hashable, _Entry]]:
        """Those that went, least recently used first, so that no more than `limit` bytes are left."""
        gone = []
        while self.size > limit:
            key, entry = self._lists.popitem(last=False)
            self.size -= _weight(entry[1])
            gone.append((key, entry))
        return gone

    def clear(self) -> None:
        """Forget all."""
        self._lists.clear()
        self.size = 0


class Cache:
    """Ready lists by what they were asked with; all are forgotten when the era (the lists' time) changes."""

    def __init__(self, limit: int) -> None:
        self._once_limit = limit // ONCE  # bytes
        self._often_limit = limit - self._once_limit
        self._era: Hashable = None
        self._once, self._often = _Part(), _Part()
        self._again: dict[Hashable, None] = {}  # keys of those asked for often, the last used last
        self._gone = array("q", _NOTHING)  # hashes of keys, at the place of each the one that went last

    def __len__(self) -> int:
        return len(self._once) + len(self._often)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._once.size + self._often.size

    def popular(self) -> list[Any]:
        """The keys of lists that were asked for more than once, or kept from the first, the last used first.

        Any thread may ask: a dictionary is listed in one step, while an `OrderedDict` looks every key up and fails if
        it is changed meanwhile.
        """
        return list(self._again)[::-1]

    def enter(self, era: Hashable) -> None:
        """Forget every list of another era."""
        if era != self._era:
            self._once.clear()
            self._often.clear()
            self._again.clear()
            self._gone = array("q", _NOTHING)
            self._era = era

    def get(self, key: Hashable, state: Hashable) -> ReadyList | None:
        """The list of a key in a state, now one that was asked for again; None if there is none."""
        entry = self._taken(key)
        if entry is None:
            return None
        self._keep(key, entry)
        return entry[1] if entry[0] == state else None

    def put(self, key: Hashable, state: Hashable, value: ReadyList) -> None:
        """Keep a list, in the place of the one that its key had in another state."""
        entry = state, value
        if self._taken(key) is None and not self._remembers(key):
            self._drop_in(key, entry)
        else:
            self._keep(key, entry)

    def keep(self, key: Hashable, state: Hashable, value: ReadyList) -> None:
        """Keep a list that will be asked for again."""
        self._taken(key)
        self._keep(key, (state, value))

    def _taken(self, key: Hashable) -> _Entry | None:
        if (entry := self._often.take(key)) is None:
            return self._once.take(key)
        self._again.pop(key, None)
        return entry

    def _keep(self, key: Hashable, entry: _Entry) -> None:
        """The least recently used of those above their limit have to be asked for once more."""
        self._often.put(key, entry)
        self._again[key] = None
        for oldest, dropped in self._often.shrunk(self._often_limit):
            self._again.pop(oldest, None)
            self._drop_in(oldest, dropped)

    def _drop_in(self, key: Hashable, entry: _Entry) -> None:
        if _weight(entry[1]) > self._once_limit:  # it would drive out all others
            self._remember(key)
            return
        self._once.put(key, entry)
        for gone, _ in self._once.shrunk(self._once_limit):
            self._remember(gone)

    def _remember(self, key: Hashable) -> None:
        number = hash(key)
        self._gone[number % _REMEMBERED] = number

    def _remembers(self, key: Hashable) -> bool:
        number = hash(key)
        return self._gone[number % _REMEMBERED] == number


def _weight(value: ReadyList) -> int:
    listed = 0 if value.listed is None else _LISTED
    drawn = 0 if value.choice is None else value.choice.size
    return len(value.text) + listed + drawn + _OVERHEAD
