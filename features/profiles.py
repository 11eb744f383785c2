"""Profiles: what customers told the shop about themselves, as arrays by customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import NO_TIME, Array, Bools, Codes, Offsets, Times, elements_of, offsets_of, rows_of
from features.catalogue import Catalogue, first_names
from features.consent.purposes import ALL, Purpose


def _no_times() -> Times:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Attribute:
    """One column of the customers table as codes."""

    code: Codes  # (C,) index in names, -1 where unknown
    names: Sequence[str]


@dataclass(frozen=True)
class Interests:
    """Declared interests in categories or brands, CSR by customer."""

    offsets: Offsets  # (C + 1,)
    code: Codes
    since: Times = field(default_factory=_no_times)  # when each was declared, NO_TIME where unknown, as by default

    def __post_init__(self) -> None:
        if len(self.since) != len(self.code):
            object.__setattr__(self, "since", np.full(len(self.code), NO_TIME))

    @classmethod
    def of(cls, rows: Sequence[Mapping[int, int]]) -> Self:
        """From the time of each code, one mapping a customer."""
        offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        pairs = [pair for row in rows for pair in sorted(row.items())]
        return cls(
            offsets, np.array([code for code, _ in pairs], np.int32), np.array([time for _, time in pairs], np.int64)
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, row: int) -> dict[int, int]:
        """When a customer declared each of their interests, by code."""
        own = slice(int(self.offsets[row]), int(self.offsets[row + 1]))
        return dict(zip(self.code[own].tolist(), self.since[own].tolist(), strict=True))

    def only(self, keep: Bools) -> "Interests":
        """Some of them."""
        kept = offsets_of(rows_of(self.offsets)[keep], len(self))
        return Interests(kept, self.code[keep], self.since[keep])

    def below(self, code: int) -> "Interests":
        """Those with a lower code alone."""
        return self.only(self.code < code)

    def until(self, time: int, rows: Bools) -> "Interests":
        """Without what some customers (C,) declared at a moment or later."""
        late = self.since >= time
        return self.only(~(late & rows[rows_of(self.offsets)])) if late.any() else self

    def take(self, rows: Array) -> "Interests":
        """The customers of some rows, in that order."""
        if len(rows) == 1:
            start, end = self.offsets[rows[0] : rows[0] + 2].tolist()
            return Interests(np.array([0, end - start]), self.code[start:end], self.since[start:end])
        offsets, positions = elements_of(self.offsets, rows)
        return Interests(offsets, self.code[positions], self.since[positions])


@dataclass(frozen=True)
class Profiles:
    """C customers in the order of the event log's index. Names and other personal data are not in it."""

    attributes: dict[str, Attribute]
    departments: Interests  # first steps of category paths
    categories: Interests  # whole category paths
    brands: Interests
    consent: Array  # (C,) uint8: sum of the purposes that each consents to

    @cached_property
    def personal(self) -> Bools:
        """(C,) whether each consents to personalisation; of others nothing else is kept."""
        granted: Bools = (self.consent & Purpose.PERSONALISATION) > 0
        return granted

    def __len__(self) -> int:
        return len(self.consent)

    @property
    def interests(self) -> tuple[Interests, Interests, Interests]:
        """Departments, categories and brands."""
        return self.departments, self.categories, self.brands

    @classmethod
    def unknown(cls, rows: int) -> Self:
        """`rows` customers who told nothing, and to whom personalisation is allowed."""
        nothing = Interests(np.zeros(rows + 1, np.int64), np.zeros(0, np.int32))
        return cls({}, nothing, nothing, nothing, np.full(rows, ALL, np.uint8))

    def with_interests(self, levels: Sequence[Interests]) -> "Profiles":
        """With other departments, categories and brands."""
        departments, categories, brands = levels
        return replace(self, departments=departments, categories=categories, brands=brands)

    def until(self, time: int, rows: Bools) -> "Profiles":
        """Without the interests that some customers (C,) declared at a moment or later."""
        return self.with_interests([level.until(time, rows) for level in self.interests])

    def first(self, customers: int, catalogue: Catalogue, time: int | None = None) -> "Profiles":
        """The first customers alone, and of their interests those in what a catalogue has, declared before a time if
        one is given: as of an earlier moment."""
        some = self.take(np.arange(customers))
        if time is not None:
            some = some.until(time, np.ones(customers, np.bool_))
        return Profiles(
            {name: Attribute(a.code, first_names(a.names, a.code)) for name, a in some.attributes.items()},
            some.departments.below(len(catalogue.department_names)),
            some.categories.below(len(catalogue.category_names)),
            some.brands.below(len(catalogue.brand_names)),
            some.consent,
        )

    def take(self, rows: Array) -> "Profiles":
        """The customers of some rows, in that order; -1 gives one who told nothing."""
        if len(rows) and (rows < 0).any():
            return self._with_stranger().take(np.where(rows >= 0, rows, len(self)))
        return Profiles(
            {name: Attribute(a.code[rows], a.names) for name, a in self.attributes.items()},
            self.departments.take(rows),
            self.categories.take(rows),
            self.brands.take(rows),
            self.consent[rows],
        )

    def _with_stranger(self) -> "Profiles":
        def longer(interests: Interests) -> Interests:
            offsets = np.append(interests.offsets, interests.offsets[-1])
            return Interests(offsets, interests.code, interests.since)

        return Profiles(
            {name: Attribute(np.append(a.code, np.int32(-1)), a.names) for name, a in self.attributes.items()},
            longer(self.departments),
            longer(self.categories),
            longer(self.brands),
            np.append(self.consent, np.uint8(ALL)),
        )
