"""Identities: which device and anonymous ids belong to exactly one customer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.errors import DataError
from features.tables.chunk import Chunk, Column, Reader, all_chunks
from features.tables.columns import Columns
from features.tables.config import TimeConfig
from features.tables.forgotten import Forgotten
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, Rejects, mark
from features.tables.text import Text, blocked, encode, malformed_ids, unified
from features.tables.times import times

KINDS = ("anonymous_id", "device_id")


@dataclass(frozen=True)
class Links:
    """Devices with one owner."""

    devices: Column
    owners: Column
    read: int
    shared: int  # values that several customers have, or that broken clients send


def read_links(
    readers: Sequence[Reader],
    columns: Columns,
    *,
    time: TimeConfig,
    until: int | None,
    rejects: Rejects,
    erased: Forgotten,
) -> Links:
    """All links known before `until`; rows of who is to be forgotten are never set aside."""
    values: list[Text] = []
    customers: list[Text] = []
    read = 0
    for chunk in all_chunks(readers, columns.names):
        read += len(chunk.row) + len(chunk.malformed)
        value, customer = _links(chunk, columns, time=time, until=until, rejects=rejects, erased=erased)
        values.append(value)
        customers.append(customer)
    if not read:
        raise DataError(f"{readers[0].place}: the table has no rows; fill it or take it away")
    value, customer = unified(values), unified(customers)
    pairs = np.unique(value.code.astype(np.int64) << 32 | customer.code)
    device, first, users = np.unique(pairs >> 32, return_index=True, return_counts=True)
    single = (users == 1) & ~blocked(value.texts)[device]
    owner = pairs[first[single]] & 0xFFFFFFFF
    devices, owners = value.texts.take(pa.array(device[single])), customer.texts.take(pa.array(owner))
    return Links(devices, owners, read, len(device) - len(devices))


def _links(
    chunk: Chunk, columns: Columns, *, time: TimeConfig, until: int | None, rejects: Rejects, erased: Forgotten
) -> tuple[Text, Text]:
    customer, kind, value = (encode(chunk.column(columns.own[n][0])) for n in ("customer_id", "kind", "value"))
    seen, bad_time = times(chunk.column(columns.own["seen_at"][0]) if "seen_at" in columns else _nulls(chunk), time)
    reason = np.full(len(chunk.row), ACCEPTED, np.int8)
    mark(reason, customer.code < 0, Reason.NO_CUSTOMER)
    mark(reason, customer.where(malformed_ids(customer.texts)), Reason.BAD_ID)
    mark(reason, bad_time, Reason.BAD_TIMESTAMP)
    rejects.add_chunk("identities", chunk, np.where(customer.where(erased.among(customer.texts)), ACCEPTED, reason))
    wanted = np.array([k.casefold() in KINDS for k in kind.texts.to_pylist()], bool)
    keep = (reason == ACCEPTED) & kind.where(wanted) & (value.code >= 0)
    if until is not None:
        keep &= seen < until
    return value.only(keep), customer.only(keep)


def _nulls(chunk: Chunk) -> Column:
    return pa.nulls(len(chunk.row), pa.string())
