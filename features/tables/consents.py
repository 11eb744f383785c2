"""Consents: what customers stated in the table and, which counts for more, to the shop since."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Array
from features.consent.purposes import ALL, Purpose, consent_of
from features.consent.register import Register
from features.tables.chunk import Column
from features.tables.static_rows import StaticRows
from features.tables.text import Text, encode
from features.vocabulary import Vocabulary


def granting(customers: Vocabulary, consent: Text, register: Register, *, default: bool) -> Array:
    """(C,) uint8, the purposes that each customer grants: as said to the shop, else as in the table's column `consent`
    (C,), else all or none as in `default`."""
    standing = ALL if default else 0
    stated = [consent_of(text).granting(standing) for text in consent.texts.to_pylist()]
    granted = np.array([*stated, standing], np.uint8)[consent.code]
    said = register.consents()
    index = customers.find(pa.array(list(said), pa.string()))
    for at, newer in zip(index.tolist(), said.values(), strict=True):
        if at >= 0:
            code = int(consent.code[at])
            older = consent_of(consent.texts[code].as_py()) if code >= 0 else type(newer)()
            granted[at] = newer.over(older).granting(standing)
    return granted


def said_of(purpose: Purpose, customers: StaticRows | None, register: Register) -> tuple[Column, Column]:
    """Who spoke of a purpose, and whether they granted it."""
    ids, granted = pa.array([], pa.string()), pa.array([], pa.bool_())
    if customers and "consent" in customers.columns:
        consent = encode(customers.columns["consent"])
        given = [bool(consent_of(text).granted & purpose) for text in consent.texts.to_pylist()]
        stated = pa.array(consent.code >= 0)
        ids = customers.ids.filter(stated)
        granted = pa.array(np.array([*given, False], bool)[consent.code]).filter(stated)
    said = {who: bool(c.granted & purpose) for who, c in register.consents().items() if c.stated & purpose}
    if not said:
        return ids, granted
    newer = pa.array(list(said), pa.string())
    older = pc.invert(pc.is_in(ids, newer))
    parts = [ids.filter(older), newer], [granted.filter(older), pa.array(list(said.values()), pa.bool_())]
    return pa.chunked_array(parts[0], pa.string()).combine_chunks(), pa.chunked_array(parts[1]).combine_chunks()
