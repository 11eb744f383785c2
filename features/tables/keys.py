"""Keys: what makes two events the same one, wherever each came from.

An event_id is the event's own key. Without one the whole content is: who, what, when, which kind, how many, for how
much, in which order, and the columns of `extras`. Files, databases and live events give the same key for the same
event; the scalar twin, for one live event, is `features.store.keys`.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Array, Codes, Doubles, Times
from features.tables.chunk import Column
from features.tables.extras import Extras, text_hashes
from features.tables.hashing import Hashes, combine, hash_column
from features.tables.patterns import MISSING
from features.tables.rendering import as_text
from features.tables.text import Text, encode

_LONGEST = max(map(len, MISSING))


def event_keys(column: Column) -> Hashes:
    """(n,) keys of the event ids, 0 where there is none."""
    if pa.types.is_dictionary(column.type):
        return text_hashes(encode(column))
    ids = pc.utf8_trim_whitespace(as_text(column).cast(pa.string()))
    short = pc.less_equal(pc.binary_length(ids), _LONGEST)
    if pc.any(short).as_py():
        ids = pc.if_else(pc.is_in(pc.utf8_lower(ids), pa.array(MISSING)), None, ids)
    return hash_column(ids)


def content_keys(
    customer: Hashes,
    texts: tuple[Text, Text, Text],
    *,
    extras: Extras,
    time: Times,
    kind: Array,
    quantity: Doubles,
    price: Doubles,
) -> Hashes:
    """(n,) keys from the hash of the customer, the texts of product, order and name, and everything else."""
    key = customer
    for hashes in (*map(text_hashes, texts), *extras.hashes()):
        key = combine(key, hashes)
    for values in (time, kind):
        key = combine(key, values)
    for numbers in (quantity, price, extras.position):
        with np.errstate(over="ignore"):  # of rows that are set aside
            narrow = np.nan_to_num(numbers, nan=-1.0).astype(np.float32)
        key = combine(key, narrow + np.float32(0))  # no negative zero
    return key


def occurrences(key: Hashes) -> Codes:
    """(n,) how many rows before this one have its key."""
    by = np.argsort(key, kind="stable")
    new = np.append(True, key[by][1:] != key[by][:-1])[: len(key)]
    place = np.arange(len(key))
    number = np.empty(len(key), np.int32)
    number[by] = place - np.maximum.accumulate(np.where(new, place, 0))
    return number


def nth(key: Hashes, occurrence: Codes) -> Hashes:
    """(n,) keys of equal lines of an order, which are events of their own: the first has the plain key."""
    return np.where(occurrence > 0, combine(key, occurrence), key)
