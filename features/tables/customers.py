"""Customers: profiles from the customers table, without anything that names a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from features.arrays import Array, elements_of
from features.catalogue import Catalogue
from features.consent.purposes import Purpose
from features.consent.register import Register
from features.profiles import Attribute, Interests, Profiles
from features.tables.consents import granting
from features.tables.lists import list_of
from features.tables.static_rows import PATH, StaticRows
from features.tables.text import Text, encode
from features.vocabulary import Vocabulary

MOST_VALUES = 1_000
"""An attribute with more distinct values describes persons, not groups."""

_PERSONAL_NAME = re.compile(r"(^|_)(e_?mail|phone|mobile|tel|address|street|surname|(first|last|full)_?name|name)($|_)")
_PERSONAL_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d\s()./-]{9,}")
_NOT_ATTRIBUTES = {"name", "interests", "consent"}


@dataclass(frozen=True)
class ProfileFacts:
    """Profiles, and what of the table did not enter them."""

    profiles: Profiles
    unknown_interests: int  # declared interests that no category or brand of the catalogue has
    left_out: tuple[str, ...]  # columns that would describe single persons


def profiles_of(
    customers: Vocabulary, rows: StaticRows | None, catalogue: Catalogue, *, default: bool, register: Register
) -> ProfileFacts:
    """One row for each customer of the log. `default` is the consent of those who stated none, in the table or to the
    shop since; nothing else is kept of those who do not consent to personalisation."""
    row = rows.positions(customers) if rows else np.full(len(customers), -1)
    nothing = Text(np.full(len(row), -1, np.int32), pa.array([], pa.string()))
    stated = encode(rows.taken("consent", row)) if rows and "consent" in rows.columns else nothing
    consent = granting(customers, stated, register, default=default)
    row = np.where(consent & Purpose.PERSONALISATION, row, -1)
    columns = {name: encode(rows.taken(name, row)) for name in rows.columns} if rows else {}
    attributes, left_out = _attributes({n: t for n, t in columns.items() if n not in _NOT_ATTRIBUTES})
    interests = _Declared.of(columns.get("interests", nothing), catalogue)
    profiles = Profiles(
        attributes=attributes,
        departments=interests.departments,
        categories=interests.categories,
        brands=interests.brands,
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
    if len(values) > MOST_VALUES or _PERSONAL_NAME.search(column.casefold()):
        return True
    if len(values) > 20 and len(values) > 0.5 * filled:  # nearly everybody has a value of their own
        return True
    return bool(values) and 2 * sum(bool(_PERSONAL_VALUE.fullmatch(v)) for v in values) > len(values)


@dataclass(frozen=True)
class _Declared:
    departments: Interests
    categories: Interests
    brands: Interests
    unknown: int

    @classmethod
    def of(cls, text: Text, catalogue: Catalogue) -> "_Declared":
        """Every distinct list is looked up once."""
        departments = {name.casefold(): [i] for i, name in enumerate(catalogue.department_names)}
        brands = {name.casefold(): [i] for i, name in enumerate(catalogue.brand_names)}
        categories = _category_keys(catalogue.category_names)
        keys = [[_key(item) for item in list_of(t) or ()] for t in text.texts.to_pylist()]
        unknown = [sum(k not in departments and k not in categories and k not in brands for k in ks) for ks in keys]
        return cls(
            departments=_matched(text.code, keys, departments),
            categories=_matched(text.code, keys, categories),
            brands=_matched(text.code, keys, brands),
            unknown=int(np.array([*unknown, 0])[text.code].sum()),
        )


@lru_cache(maxsize=10_000)  # many customers have the same interests
def _key(item: str) -> str:
    return PATH.join(step.strip() for step in item.casefold().split(">"))


def _category_keys(paths: Sequence[str]) -> dict[str, list[int]]:
    """What may stand for each category path: the whole path, its last step, or a path of two steps or more above it."""
    keys: dict[str, list[int]] = {}
    for i, path in enumerate(paths):
        steps = path.casefold().split(PATH)
        above = {PATH.join(steps[:n]) for n in range(2, len(steps))}
        for key in {path.casefold(), steps[-1]} | above:
            keys.setdefault(key, []).append(i)
    return keys


def _matched(row: Array, keys: list[list[str]], codes: Mapping[str, list[int]]) -> Interests:
    """CSR of the codes that each row's list of keys stands for; row -1 has none."""
    found = [*(sorted({c for key in items for c in codes.get(key, ())}) for items in keys), []]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum([len(items) for items in found], out=offsets[1:])
    taken, positions = elements_of(offsets, np.where(row < 0, len(keys), row))
    return Interests(taken, np.array([c for items in found for c in items], np.int32)[positions])
