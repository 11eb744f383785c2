"""Time columns: ISO 8601, a format of one's own, epoch numbers or timestamps of any unit and zone, as seconds UTC."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import NO_TIME, Bools, Times
from features.tables.chunk import Column
from features.tables.config import TimeConfig
from features.tables.patterns import EPOCH, ISO, LIMITS, PER_SECOND, ZONE

_NAIVE, _ZONED = pa.timestamp("us"), pa.timestamp("us", "UTC")


def times(column: Column, config: TimeConfig) -> tuple[Times, Bools]:
    """(n,) seconds since the epoch, NO_TIME where there is none, and (n,) which are there but are no times.

    Times without a zone are in the configured one. Times at or before the epoch are taken for placeholders.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        column = pc.utf8_trim_whitespace(column.cast(pa.string()))
        column = pc.if_else(pc.equal(column, ""), None, column)
    seconds = _seconds(column, config)
    there = column.is_valid().to_numpy(zero_copy_only=False)
    if pa.types.is_floating(kind):
        there &= ~np.isnan(column.to_numpy(zero_copy_only=False))
    return np.where(seconds > 0, seconds, NO_TIME), there & (seconds <= 0)


def _seconds(column: Column, config: TimeConfig) -> Times:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _of_timestamps(column, config.zone)
    if pa.types.is_date(kind):
        return _of_timestamps(column.cast(pa.timestamp("s")), config.zone)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _of_numbers(column, config.unit)
    if pa.types.is_string(kind):
        return _of_text(column, config)
    return np.full(len(column), NO_TIME)


def _of_timestamps(column: Column, zone: str) -> Times:
    if column.type.tz is None and zone != "UTC":
        column = pc.assume_timezone(column, zone, ambiguous="earliest", nonexistent="latest")
    seconds = column.cast(pa.int64()) if column.type.unit == "s" else _floored(column)
    whole: Times = seconds.fill_null(NO_TIME).to_numpy(zero_copy_only=False)
    return whole


def _floored(column: Column) -> Column:
    per_second = PER_SECOND[column.type.unit]
    ticks = column.cast(pa.int64())
    return pc.divide(pc.subtract(ticks, pc.if_else(pc.less(ticks, 0), per_second - 1, 0)), per_second)


def _of_numbers(column: Column, unit: str) -> Times:
    if pa.types.is_integer(column.type):
        values = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    else:
        values = column.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
        values = np.nan_to_num(values, posinf=0, neginf=0)
    per_second: Times
    if unit == "auto":
        per_second = 1_000 ** np.searchsorted(np.array(LIMITS), np.abs(values), side="right").astype(np.int64)
    else:
        per_second = np.full(len(values), PER_SECOND[unit])
    seconds = np.where(np.abs(values) < 2.0**63, values // per_second, 0).astype(np.int64)
    return np.where(column.is_valid().to_numpy(zero_copy_only=False), seconds, NO_TIME)


def _of_text(column: Column, config: TimeConfig) -> Times:
    if config.format:
        return _of_timestamps(pc.strptime(column, config.format, "s", error_is_null=True), config.zone)
    for kind in (_NAIVE, _ZONED):  # most files write all times alike
        try:
            return _of_timestamps(column.cast(kind), config.zone)
        except pa.ArrowInvalid:
            continue
    numeric = pc.match_substring_regex(column, EPOCH)
    zoned = pc.match_substring_regex(column, ISO + ZONE)
    naive = pc.match_substring_regex(column, ISO + "$")
    seconds = _of_iso(pc.if_else(naive, column, None), config.zone, zoned=False)
    seconds = np.maximum(seconds, _of_iso(pc.if_else(zoned, column, None), config.zone, zoned=True))
    if pc.any(numeric).as_py():
        epochs = _as_numbers(pc.if_else(numeric, column, None))
        seconds = np.maximum(seconds, _of_numbers(epochs, config.unit))
    return seconds


def _as_numbers(column: Column) -> Column:
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:  # with decimals
        return column.cast(pa.float64())


def _of_iso(column: Column, zone: str, *, zoned: bool) -> Times:
    if column.null_count == len(column):
        return np.full(len(column), NO_TIME)
    try:
        return _of_timestamps(column.cast(_ZONED if zoned else _NAIVE), zone)
    except pa.ArrowInvalid:  # nanoseconds, `UTC`, or no day of the calendar: pandas tells them apart
        texts = column.to_pandas().str.replace(r"( ?UTC|z)$", "Z", regex=True)
        parsed = pd.to_datetime(texts, format="ISO8601", utc=zoned, errors="coerce")
        naive = parsed.dt.tz_localize(None) if zoned else parsed
        return _of_timestamps(pa.array(naive.dt.as_unit("us").to_numpy()), "UTC" if zoned else zone)
