"""Identities: the rows of the table as links between customers and their identifiers."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from features.arrays import Bools, Doubles
from features.errors import DataError
from features.identity.gathering import Gathering
from features.tables.chunk import Chunk, Column, Reader, all_chunks
from features.tables.columns import Columns
from features.tables.config import TimeConfig
from features.tables.forgotten import Forgotten
from features.tables.numbers import numbers
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, Rejects, mark
from features.tables.text import Text, encode, malformed_ids, unified
from features.tables.times import times


def add_table(
    into: Gathering,
    readers: Sequence[Reader],
    columns: Columns,
    *,
    time: TimeConfig,
    until: int | None,
    rejects: Rejects,
    erased: Forgotten,
) -> int:
    """Gather all links of a table that were known before `until`; how many rows it has. Rows of who is to be forgotten
    are never set aside."""
    parts: list[tuple[Text, ...]] = []
    seen: list[np.ndarray] = []
    certain: list[Doubles] = []
    read = 0
    for chunk in all_chunks(readers, columns.names):
        read += len(chunk.row) + len(chunk.malformed)
        texts, at, probability = _links(chunk, columns, time=time, until=until, rejects=rejects, erased=erased)
        parts.append(texts)
        seen.append(at)
        certain.append(probability)
    if not read:
        raise DataError(f"{readers[0].place}: the table has no rows; fill it or take it away")
    customer, kind, value = (unified(list(column)) for column in zip(*parts, strict=True))
    into.add_rows(customer, kind, value, np.concatenate(seen), np.concatenate(certain))
    return read


def _links(
    chunk: Chunk, columns: Columns, *, time: TimeConfig, until: int | None, rejects: Rejects, erased: Forgotten
) -> tuple[tuple[Text, Text, Text], np.ndarray, Doubles]:
    customer, kind, value = (encode(chunk.column(columns.own[n][0])) for n in ("customer_id", "kind", "value"))
    seen, bad_time = times(chunk.column(columns.own["seen_at"][0]) if "seen_at" in columns else _nulls(chunk), time)
    reason = np.full(len(chunk.row), ACCEPTED, np.int8)
    mark(reason, customer.code < 0, Reason.NO_CUSTOMER)
    mark(reason, customer.where(malformed_ids(customer.texts)), Reason.BAD_ID)
    mark(reason, bad_time, Reason.BAD_TIMESTAMP)
    probability, wrong = probabilities(chunk, columns)
    mark(reason, wrong, Reason.BAD_VALUE)
    rejects.add_chunk("identities", chunk, np.where(customer.where(erased.among(customer.texts)), ACCEPTED, reason))
    keep = (reason == ACCEPTED) & (kind.code >= 0) & (value.code >= 0)
    if until is not None:
        keep &= seen < until
    return (customer.only(keep), kind.only(keep), value.only(keep)), seen[keep], probability[keep]


def probabilities(chunk: Chunk, columns: Columns) -> tuple[Doubles, Bools]:
    """(n,) how likely each link is, 1 where nothing is said of it, and (n,) which values are no probability."""
    if "probability" not in columns:
        return np.ones(len(chunk.row)), np.zeros(len(chunk.row), np.bool_)
    found, bad = numbers(chunk.column(columns.own["probability"][0]))
    bad |= (found < 0.0) | (found > 1.0)
    return np.where(np.isnan(found) | bad, 1.0, found), bad


def _nulls(chunk: Chunk) -> Column:
    return pa.nulls(len(chunk.row), pa.string())
