"""Columns of any type as text, and as JSON."""

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from features.tables.chunk import Column


def rows_as_json(rows: pa.Table) -> Column:
    """(n,) each row as an object; nulls are left out."""
    members = [_member(name, rows.column(name).combine_chunks()) for name in rows.column_names]
    return pc.binary_join_element_wise("{", joined(members, ", "), "}", "")


def as_text(column: Column) -> Column:
    """(n,) values as strings: whole numbers without a decimal point, lists and structs as JSON, texts unchanged."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_floating(kind):
        return _floats_as_text(column.cast(pa.float64()))
    if pa.types.is_decimal(kind):
        return pc.replace_substring_regex(column.cast(pa.string()), r"\.0+$", "")
    return values_as_json(column) if pa.types.is_nested(kind) else column.cast(pa.string())


def _floats_as_text(column: Column) -> Column:
    column = pc.if_else(pc.is_nan(column), None, column)
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 2.0**63))
    as_whole = pc.if_else(whole, column, None).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(as_whole, column.cast(pa.string()))


def joined(columns: Sequence[Column], separator: str) -> Column:
    """(n,) the texts of each row that are not null, with a separator between them."""
    parts = [pc.fill_null(pc.binary_join_element_wise(separator, column, ""), "") for column in columns]
    return pc.utf8_slice_codeunits(pc.binary_join_element_wise(*parts, ""), len(separator))


def values_as_json(column: Column) -> Column:
    """(n,) each value, null for null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return values_as_json(column.dictionary_decode())
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return column.cast(pa.string())
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_finite(column), as_text(column), None)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _lists(column)
    if pa.types.is_struct(kind) or pa.types.is_map(kind) or pa.types.is_binary(kind):
        texts = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in column.to_pylist()]
        return pa.array(texts, pa.string())
    return _quoted(column.cast(pa.string()))


def _member(name: str, column: Column) -> Column:
    key = json.dumps(name, ensure_ascii=False)
    return pc.binary_join_element_wise(f"{key}: ", values_as_json(column), "")


def _lists(column: Column) -> Column:
    items = pc.fill_null(values_as_json(pc.list_flatten(column)), "null")
    lengths = pc.fill_null(pc.list_value_length(column), 0).cast(pa.int32())
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
    texts = pc.binary_join(pa.ListArray.from_arrays(offsets, items), ", ")
    return pc.if_else(column.is_valid(), pc.binary_join_element_wise("[", texts, "]", ""), None)


def _quoted(column: Column) -> Column:
    plain = pc.binary_join_element_wise('"', column, '"', "")
    special = pc.fill_null(pc.match_substring_regex(column, r'[\\"\p{Cc}]'), False)
    if not pc.any(special).as_py():
        return plain
    escaped = [json.dumps(text, ensure_ascii=False) for text in column.filter(special).to_pylist()]
    return pc.replace_with_mask(plain, special, pa.array(escaped, pa.string()))
