"""Custom segments: those of the shop's own, by an expression over everything that is known of a customer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from features.arrays import DAY, Bools, Codes, Doubles, rows_of
from features.catalogue import Catalogue
from features.category import SEPARATOR, leaf_of
from features.history import History
from features.interests.account import LEAST
from features.interests.affinity import codes_of, interests_of, weighed
from features.interests.names import Level
from features.kinds import INTEREST
from features.profiles import Interests
from features.segments.config import CustomSegment
from features.segments.dimension import Asked
from features.segments.expression import Expression, Words
from features.segments.facts import FACTS, Known
from features.segments.foretold import FORETOLD

_LOOKED_DAYS = 90
_Named: TypeAlias = Sequence[Sequence[int]]  # codes of departments, categories and brands


@dataclass(frozen=True)
class Record:
    """What an expression may ask: facts, attributes, interests, and the segments found before."""

    known: Known
    segments: Mapping[str, tuple[Codes, int]]  # by full name: (R,) codes, and that of the segment

    def __len__(self) -> int:
        return len(self.known)

    @property
    def names(self) -> Collection[str]:
        """Facts, what a model gives, and attributes."""
        customers = self.known.customers
        return {*FACTS, *FORETOLD, *customers.given, *customers.profiles.attributes}

    def value(self, name: str) -> Doubles | Words:
        """(R,) a fact, or an attribute."""
        attribute = self.known.customers.profiles.attributes.get(name)
        if name in self.known:
            return self.known[name]
        if attribute is None:
            raise KeyError(name)
        return Words(attribute.code, attribute.names)

    def asked(self, function: str, text: str) -> Bools:
        """(R,) who is in a segment, declared an interest or shows one, or bought or looked at something of a kind."""
        if function == "segment":
            codes, code = self.segments[text]
            members: Bools = codes == code
            return members
        customers = self.known.customers
        named = _named(customers.catalogue, text)
        if function == "likes":
            return self._likes(named)
        if function == "inferred":
            return self._inferred(named)
        if function == "bought":
            return self._did(named, customers.bought)
        looks = customers.history.of_kinds(*INTEREST)
        return self._did(named, looks.only(looks.time >= customers.time - _LOOKED_DAYS * DAY))

    def _likes(self, named: _Named) -> Bools:
        told = self.known.customers.profiles
        levels = (told.departments, told.categories, told.brands)
        return np.asarray(np.logical_or.reduce([_has(*one) for one in zip(levels, named, strict=True)]))

    def _inferred(self, named: _Named) -> Bools:
        """Who did enough with a category or brand that they did not declare: an inferred interest of the record."""
        customers = self.known.customers
        done, size = weighed(customers.history, customers.time), len(customers)
        found = np.zeros(size, np.bool_)
        levels: Sequence[tuple[Level, Sequence[int]]] = (("category", named[1]), ("brand", named[2]))
        for level, codes in levels:
            groups = codes_of(customers.catalogue, level)[0][customers.history.product[done.at]]
            declared = interests_of(customers.profiles, level)
            for code in codes:
                affinity = np.bincount(customers.history.row[done.at], done.weight * (groups == code), size)
                found |= (affinity >= LEAST) & ~_has(declared, [code])
        return found

    def _did(self, named: _Named, done: History) -> Bools:
        customers = self.known.customers
        shop = customers.catalogue
        levels = (shop.department, shop.category, shop.brand)
        among = np.logical_or.reduce([np.isin(code, codes) for code, codes in zip(levels, named, strict=True)])
        return np.asarray(customers.total(np.append(among, False)[done.product], done) > 0)


class OfExpression:
    """One segment of the shop's own."""

    kind = "custom"

    def __init__(self, segment: CustomSegment) -> None:
        self.name = segment.name
        self.about = segment.where
        self.expression = Expression.parse(segment.where)

    def labels(self, known: Known) -> Sequence[str]:
        return (self.name,)

    def among(self, record: Record) -> Codes:
        """(R,) 0 for whom the expression holds, -1 for the others; ConfigError where it names what there is not."""
        return np.where(self.expression.holds(record), 0, -1).astype(np.int32)

    def assign(self, asked: Asked) -> Codes:
        """Without other segments to ask about."""
        return self.among(Record(asked.known, {}))

    def why(self, asked: Asked, code: int) -> str:
        record = Record(asked.known, {})
        told = [f"{name} = {_shown(record.value(name))}" for name in self.expression.names]
        return f"{', '.join(told)}; the rule is: {self.about}" if told else f"the rule is: {self.about}"


def _named(catalogue: Catalogue, text: str) -> _Named:
    """The codes of departments, categories and brands that a text means; KeyError where it means none."""
    wanted, levels = text.casefold(), (catalogue.department_names, catalogue.category_names, catalogue.brand_names)
    found = [[code for code, name in enumerate(names) if _means(wanted, name.casefold())] for names in levels]
    if not any(found):
        raise KeyError(text)
    return found


def _means(wanted: str, name: str) -> bool:
    """A whole path, its last step, or the beginning of one."""
    return wanted == name or name.startswith(f"{wanted}{SEPARATOR}") or leaf_of(name) == wanted


def _has(interests: Interests, codes: Sequence[int]) -> Bools:
    wanted = np.isin(interests.code, codes)
    found: Bools = np.bincount(rows_of(interests.offsets), wanted, len(interests.offsets) - 1) > 0
    return found


def _shown(value: Doubles | Words) -> str:
    if isinstance(value, Words):
        code = int(value.code[0])
        return "not known" if code < 0 else str(value.names[code])
    figure = float(value[0])
    return "not known" if np.isnan(figure) else f"{figure:,.6g}"
