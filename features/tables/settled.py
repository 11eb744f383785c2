"""Settled: what was stated under several ids of a person, as stated by the person."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.consent.purposes import Consent, consent_of
from features.consent.register import Register
from features.interests.told import Told
from features.tables.chunk import Column
from features.tables.static_rows import StaticRows
from features.tables.statics import Statics


def settled_register(register: Register, persons: Statics) -> Register:
    """Consents by person: who refused under one id refused."""
    ids = list(register.consents())
    known = dict(zip(ids, persons.settled(pa.array(ids, pa.string())).to_pylist(), strict=True))
    return register.by_person(known)


def settled_told(told: Mapping[str, Told], persons: Statics) -> dict[str, Told]:
    """Interests by person: what was said under any id, in the order in which it was said, which is that of `told`."""
    who = persons.settled(pa.array(list(told), pa.string())).to_pylist()
    found: dict[str, Told] = {}
    for said, person in zip(told.values(), who, strict=True):
        found[person] = found[person].followed_by(said) if person in found else said
    return found


def settled_rows(rows: StaticRows, statics: Statics) -> StaticRows:
    """Customers by person: the row of the id that stands for a person, with what only the other rows know.

    Whoever denied something under one id denied it.
    """
    persons = statics.settled(rows.ids)
    code = persons.dictionary_encode().indices.to_numpy()
    other = pc.not_equal(persons, rows.ids).to_numpy(zero_copy_only=False)
    if not other.any():
        return rows
    order = np.lexsort((rows.created, other, code))
    first = np.append(True, np.diff(code[order]) != 0)
    head = order[first]
    columns = {name: column.take(pa.array(head)) for name, column in rows.columns.items()}
    place = np.cumsum(first) - 1
    for name, column in rows.columns.items():
        columns[name] = _first_stated(column, order, place, columns[name])
    if "consent" in columns:
        columns["consent"] = _least_consent(rows.columns["consent"], order, place, columns["consent"])
    return replace(
        rows,
        ids=persons.take(pa.array(head)),
        columns=columns,
        numbers={name: values[head] for name, values in rows.numbers.items()},
        created=rows.created[head],
    )


def _first_stated(column: Column, order: np.ndarray, place: np.ndarray, own: Column) -> Column:
    """The own value of each person, else the first that another row of theirs has."""
    stated = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False)[order])
    if not len(stated):
        return own
    found = np.full(len(own), -1)
    found[place[stated[::-1]]] = order[stated[::-1]]
    return column.take(pa.array(found, mask=found < 0))


def _least_consent(column: Column, order: np.ndarray, place: np.ndarray, own: Column) -> Column:
    """What a person grants: what they refused under one id is refused."""
    texts = column.take(pa.array(order))
    stated = np.flatnonzero(pc.greater(pc.binary_length(texts), 0).fill_null(False).to_numpy(zero_copy_only=False))
    person, code = place[stated], texts.take(pa.array(stated)).dictionary_encode().indices.to_numpy()
    last = np.full(len(own), -1)
    last[person] = code
    several = np.zeros(len(own), np.bool_)  # most persons said one thing, if anything
    several[person[code != last[person]]] = True
    said: dict[int, set[str]] = {}
    mixed = np.flatnonzero(several[person])
    for at, text in zip(person[mixed].tolist(), texts.take(pa.array(stated[mixed])).to_pylist(), strict=True):
        said.setdefault(at, set()).add(text)
    least = []
    for at in sorted(said):
        granted = reduce(Consent.beside, map(consent_of, sorted(said[at]))).named
        least.append(json.dumps([name for name, given in granted.items() if given]))
    return pc.replace_with_mask(own.cast(pa.string()), pa.array(several), pa.array(least, pa.string()))
