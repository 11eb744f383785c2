"""Columns as JSON text."""

import json

import pyarrow as pa
import pyarrow.compute as pc

from features.tables.chunk import Column
from features.tables.text import as_text


def rows_as_json(rows: pa.Table) -> Column:
    """(n,) each row as an object; nulls are left out."""
    if not rows.num_columns:
        return pa.array(["{}"] * len(rows), pa.string())
    members = [_member(name, rows.column(name).combine_chunks()) for name in rows.column_names]
    body = pc.binary_join_element_wise(*members, ", ", null_handling="skip")
    return pc.binary_join_element_wise("{", body, "}", "")


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
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, items), ", ")
    return pc.if_else(column.is_valid(), pc.binary_join_element_wise("[", joined, "]", ""), None)


def _quoted(column: Column) -> Column:
    plain = pc.binary_join_element_wise('"', column, '"', "")
    special = pc.fill_null(pc.match_substring_regex(column, r'[\\"\p{Cc}]'), False)
    if not pc.any(special).as_py():
        return plain
    escaped = [json.dumps(text, ensure_ascii=False) for text in column.filter(special).to_pylist()]
    return pc.replace_with_mask(plain, special, pa.array(escaped, pa.string()))
