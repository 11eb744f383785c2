"""Profiles: what customers told the shop about themselves, as arrays by customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import Array, Bools, Codes, Offsets, elements_of
from features.catalogue import Catalogue, first_names
from features.consent.purposes import ALL, Purpose


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

    def below(self, code: int) -> "Interests":
        """Those with a lower code alone."""
        keep = self.code < code
        return Interests(np.append(0, np.cumsum(keep))[self.offsets], self.code[keep])

    def take(self, rows: Array) -> "Interests":
        """The customers of some rows, in that order."""
        offsets, positions = elements_of(self.offsets, rows)
        return Interests(offsets, self.code[positions])


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

    @classmethod
    def unknown(cls, rows: int) -> Self:
        """`rows` customers who told nothing, and to whom personalisation is allowed."""
        nothing = Interests(np.zeros(rows + 1, np.int64), np.zeros(0, np.int32))
        return cls({}, nothing, nothing, nothing, np.full(rows, ALL, np.uint8))

    def first(self, customers: int, catalogue: Catalogue) -> "Profiles":
        """The first customers alone, and of their interests those in what a catalogue has: as of an earlier moment."""
        some = self.take(np.arange(customers))
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
            return Interests(np.append(interests.offsets, interests.offsets[-1]), interests.code)

        return Profiles(
            {name: Attribute(np.append(a.code, np.int32(-1)), a.names) for name, a in self.attributes.items()},
            longer(self.departments),
            longer(self.categories),
            longer(self.brands),
            np.append(self.consent, np.uint8(ALL)),
        )
