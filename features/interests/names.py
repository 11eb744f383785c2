"""Names: what a shop's categories and brands may be called, and which of its products a name means."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, Self, TypeAlias

import numpy as np

from features.arrays import Bools
from features.catalogue import Catalogue
from features.category import SEPARATOR, department_of

Level: TypeAlias = Literal["department", "category", "brand"]
LEVELS: tuple[Level, ...] = ("department", "category", "brand")


@lru_cache(maxsize=10_000)  # many customers have the same interests
def key_of(name: str) -> str:
    """A name in one spelling: `home>KITCHEN` is `home > kitchen`."""
    return SEPARATOR.join(step.strip() for step in name.casefold().split(">"))


def within(key: str, other: str) -> bool:
    """Whether what one key names lies in what the other names, or is the same, as far as their words tell."""
    return key == other or key.startswith(f"{other}{SEPARATOR}")


@dataclass(frozen=True)
class Meaning:
    """The groups of a catalogue that one name stands for, by their codes."""

    departments: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()
    brands: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.departments or self.categories or self.brands)

    def of(self, level: Level) -> tuple[int, ...]:
        """The groups of one level."""
        return {"department": self.departments, "category": self.categories, "brand": self.brands}[level]

    @property
    def level(self) -> Level:
        """The kind of thing; the widest where a name is that of several."""
        return "department" if self.departments else "category" if self.categories else "brand"

    def products(self, catalogue: Catalogue) -> Bools:
        """(P,) whether a product is of one of the groups."""
        found = np.zeros(len(catalogue), np.bool_)
        for codes, wanted in (
            (catalogue.department, self.departments),
            (catalogue.category, self.categories),
            (catalogue.brand, self.brands),
        ):
            if wanted:
                found |= np.isin(codes, wanted)
        return found


NOTHING = Meaning()


@dataclass(frozen=True)
class Names:
    """Everything that an interest may be called.

    A department or a brand has its name. A category has its whole path or the last step of it; a path of two steps or
    more that others lie below stands for all of those.
    """

    meanings: Mapping[str, Meaning]  # by key
    spelt: Mapping[str, str]  # as the catalogue writes it, by key
    inside: Mapping[str, tuple[int, ...]]  # the categories of each department, by its key

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """The names of a catalogue."""
        departments: dict[str, list[int]] = {}
        categories: dict[str, list[int]] = {}
        brands: dict[str, list[int]] = {}
        spelt: dict[str, str] = {}
        for code, path in enumerate(catalogue.category_names):
            for name in _called(path):
                categories.setdefault(key_of(name), []).append(code)
                spelt.setdefault(key_of(name), name)
        for known, names in ((departments, catalogue.department_names), (brands, catalogue.brand_names)):
            for code, name in enumerate(names):
                known.setdefault(key_of(name), []).append(code)
                spelt[key_of(name)] = name
        parts = departments, categories, brands
        inside: dict[str, list[int]] = {}
        for code, path in enumerate(catalogue.category_names):
            inside.setdefault(key_of(department_of(path)), []).append(code)
        return cls(
            {key: Meaning(*(tuple(part.get(key, ())) for part in parts)) for key in spelt},
            spelt,
            {key: tuple(codes) for key, codes in inside.items()},
        )

    def find(self, name: str) -> Meaning:
        """What a name stands for, `NOTHING` where the catalogue has nothing of that name."""
        return self.meanings.get(key_of(name), NOTHING)

    def whole(self, name: str) -> Meaning:
        """What a name stands for, and all that lies in it."""
        found = self.find(name)
        inside = self.inside.get(key_of(name), ()) if found.departments else ()
        return replace(found, categories=(*found.categories, *inside)) if inside else found

    def shown(self, name: str) -> str:
        """A name as the catalogue writes it, or as it came where it is not known."""
        return self.spelt.get(key_of(name), name)

    def like(self, name: str) -> list[str]:
        """Up to three names that one may be a slip of."""
        return [self.spelt[key] for key in difflib.get_close_matches(key_of(name), self._comparable, 3)]

    @property
    def _comparable(self) -> Sequence[str]:
        return list(self.spelt)[:_COMPARED]


_COMPARED = 2_000  # names: a comparison takes some ten microseconds


def _called(path: str) -> list[str]:
    """What may stand for a category: the whole path, its last step, or a path of two steps or more above it."""
    steps = path.split(SEPARATOR)
    return [path, *([steps[-1]] if len(steps) > 1 else []), *(SEPARATOR.join(steps[:n]) for n in range(2, len(steps)))]
