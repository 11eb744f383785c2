"""Number columns."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools, Doubles
from features.tables.chunk import Column
from features.tables.patterns import NUMBER


def numbers(column: Column) -> tuple[Doubles, Bools]:
    """(n,) values, NaN where there is none, and (n,) which are there but are no finite numbers."""
    if _is_text(column.type):
        column = pc.utf8_trim_whitespace(column.cast(pa.string()))
        column = pc.if_else(pc.equal(column, ""), None, column)
    values = _parsed(column).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    there = column.is_valid().to_numpy(zero_copy_only=False)
    if pa.types.is_floating(column.type):
        there &= ~np.isnan(values)
    bad = there & ~np.isfinite(values)
    return np.where(bad, np.nan, values), bad


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind))


def _parsed(column: Column) -> Column:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return column
    if not pa.types.is_string(column.type):
        return pa.nulls(len(column), pa.float64())
    try:
        return column.cast(pa.float64())
    except pa.ArrowInvalid:  # some value is no number: look which
        return pc.if_else(pc.match_substring_regex(column, NUMBER), column, None).cast(pa.float64())
