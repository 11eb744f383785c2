"""Customers: profiles from the customers table, without anything that names a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from features.arrays import NO_TIME, Array, Times, elements_of, rows_of
from features.catalogue import Catalogue
from features.consent.purposes import Purpose
from features.consent.register import Register
from features.interests.names import LEVELS, Names
from features.interests.saying import put_upon
from features.interests.told import Told
from features.profiles import Attribute, Interests, Profiles
from features.tables.consents import granting
from features.tables.lists import list_of
from features.tables.static_rows import StaticRows
from features.tables.text import Text, encode
from features.tables.veil import PERSONAL_NAME
from features.vocabulary import Vocabulary

MOST_VALUES = 1_000
"""An attribute with more distinct values describes persons, not groups."""

_PERSONAL_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d\s()./-]{9,}")
_NOT_ATTRIBUTES = {"name", "interests", "consent"}


@dataclass(frozen=True)
class ProfileFacts:
    """Profiles, and what of the table did not enter them."""

    profiles: Profiles
    unknown_interests: int  # declared interests that no category or brand of the catalogue has
    left_out: tuple[str, ...]  # columns that would describe single persons


def profiles_of(
    customers: Vocabulary,
    rows: StaticRows | None,
    catalogue: Catalogue,
    *,
    default: bool,
    register: Register,
    told: Mapping[str, Told] = MappingProxyType({}),
) -> ProfileFacts:
    """One row for each customer of the log. `default` is the consent of those who stated none, in the table or to the
    shop since, as the `register` has it; `told` is what customers said of their interests besides. Nothing is kept of
    those who do not consent to personalisation but that.
    """
    row = rows.positions(customers) if rows else np.full(len(customers), -1)
    nothing = Text(np.full(len(row), -1, np.int32), pa.array([], pa.string()))
    stated = encode(rows.taken("consent", row)) if rows and "consent" in rows.columns else nothing
    consent = granting(customers, stated, register, default=default)
    personal = (consent & Purpose.PERSONALISATION) > 0
    row = np.where(personal, row, -1)
    columns = {name: encode(rows.taken(name, row)) for name in rows.columns} if rows else {}
    attributes, left_out = _attributes({n: t for n, t in columns.items() if n not in _NOT_ATTRIBUTES})
    names = Names.of(catalogue)
    interests = _Declared.of(columns.get("interests", nothing), names, since=_created(rows, row))
    saying = {
        int(at): told[id]
        for at, id in zip(customers.indices(list(told)), told, strict=True)
        if at >= 0 and personal[at]
    }
    departments, categories, brands = put_upon(interests.levels, saying, names)
    profiles = Profiles(
        attributes=attributes,
        departments=departments,
        categories=categories,
        brands=brands,
        consent=consent,
    )
    return ProfileFacts(profiles, interests.unknown, left_out)


def _attributes(columns: Mapping[str, Text]) -> tuple[dict[str, Attribute], tuple[str, ...]]:
    attributes: dict[str, Attribute] = {}
    left_out = []
    for name, text in columns.items():
        values = text.texts.to_pylist()
        if _is_personal(name, values, int((text.code >= 0).sum())):
            left_out.append(name)
        else:
            attributes[name] = Attribute(text.code, values)
    return attributes, tuple(left_out)


def _is_personal(column: str, values: Sequence[str], filled: int) -> bool:
    if len(values) > MOST_VALUES or PERSONAL_NAME.search(column.casefold()):
        return True
    if len(values) > 20 and len(values) > 0.5 * filled:  # nearly everybody has a value of their own
        return True
    return bool(values) and 2 * sum(bool(_PERSONAL_VALUE.fullmatch(v)) for v in values) > len(values)


def _created(rows: StaticRows | None, row: Array) -> Times:
    """(n,) since when each customer is known: they declared their interests then."""
    return np.full(len(row), NO_TIME) if rows is None else np.append(rows.created, NO_TIME)[row]


@dataclass(frozen=True)
class _Declared:
    levels: tuple[Interests, ...]
    unknown: int

    @classmethod
    def of(cls, text: Text, names: Names, *, since: Times) -> "_Declared":
        """Every distinct list is looked up once."""
        found = [[names.find(item) for item in list_of(t) or ()] for t in text.texts.to_pylist()]
        unknown = [sum(not meaning for meaning in meanings) for meanings in found]
        return cls(
            tuple(
                _matched(text.code, [[m.of(level) for m in meanings] for meanings in found], since) for level in LEVELS
            ),
            int(np.array([*unknown, 0])[text.code].sum()),
        )


def _matched(row: Array, lists: Sequence[Sequence[Sequence[int]]], since: Times) -> Interests:
    """CSR of the codes that each row's list of names stands for; row -1 has none."""
    found = [*(sorted({code for codes in names for code in codes}) for names in lists), []]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum([len(items) for items in found], out=offsets[1:])
    taken, positions = elements_of(offsets, np.where(row < 0, len(lists), row))
    code = np.array([c for items in found for c in items], np.int32)[positions]
    return Interests(taken, code, since[rows_of(taken)])
