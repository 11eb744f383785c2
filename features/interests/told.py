"""Told: what one customer said of their interests, and what comes of saying more."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from features.interests.names import key_of, within

MOST = 100  # interests that a customer declares
MOST_REMOVED = 500  # and takes away; the oldest of more count no longer


class Declared(NamedTuple):
    """One interest."""

    name: str
    since: int  # seconds since the epoch, UTC


@dataclass(frozen=True)
class Told:
    """What a customer declared, and what they do not want to be known for."""

    declared: tuple[Declared, ...] | None = None  # None for one who never declared any: what the tables say counts
    removed: tuple[str, ...] = ()

    def declare(self, names: Sequence[str], now: int) -> "Told":
        """These are the interests from now on. One that was declared before keeps its time, and one that was removed is
        no more."""
        since = {key_of(name): time for name, time in self.declared or ()}
        given = {key_of(name): name for name in names}
        declared = tuple(Declared(name, since.get(key, now)) for key, name in given.items())
        return Told(declared, tuple(name for name in self.removed if key_of(name) not in given))

    def remove(self, name: str) -> "Told":
        """Without an interest, and all that lies in it, until it is declared again."""
        key = key_of(name)
        declared = self.declared and tuple(one for one in self.declared if not within(key_of(one.name), key))
        removed = (*(other for other in self.removed if key_of(other) != key), name)
        return replace(self, declared=declared, removed=removed[-MOST_REMOVED:])

    def followed_by(self, later: "Told") -> "Told":
        """The same customer's words under two ids: the later declaration counts, and every removal but of what was
        declared since."""
        said = Told(self.declared if later.declared is None else later.declared, self.removed)
        given = {key_of(name) for name, _ in later.declared or ()}
        said = replace(said, removed=tuple(name for name in said.removed if key_of(name) not in given))
        for name in later.removed:
            said = said.remove(name)
        return said

    def packed(self) -> tuple[str | None, str]:
        """As two texts for a database."""
        return None if self.declared is None else _text(self.declared), _text(self.removed)

    @classmethod
    def unpacked(cls, declared: str | None, removed: str) -> Self:
        """From the texts."""
        pairs = None if declared is None else tuple(Declared(*pair) for pair in json.loads(declared))
        return cls(pairs, tuple(json.loads(removed)))


NOTHING = Told()


def _text(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
