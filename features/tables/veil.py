"""Veil: rows that are set aside, without what is personal in them; a file of them is read by many."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from features.tables.chunk import Column

PERSONAL_NAME = re.compile(r"(^|_)(e_?mail|phone|mobile|tel|address|street|surname|(first|last|full)_?name|name)($|_)")
"""Columns that name a person."""
HIDDEN = "***"
_EMAIL = r"[^@\s\"'<>,;{}\[\]]+@[^@\s\"'<>,;{}\[\]]+\.[A-Za-z]{2,}"
_PLAIN = {"identities": ("customer_id", "kind", "seen_at")}  # nothing else of this table is told


def veiled(table: str, rows: pa.Table) -> pa.Table:
    """The rows with `***` in the place of names, addresses and numbers of customers, and of emails anywhere."""
    for at, field in enumerate(rows.schema):
        column = rows.column(at).combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if _hidden(table, field.name):
            hidden = pc.if_else(column.is_valid(), HIDDEN, None).cast(pa.string())
            rows = rows.set_column(at, field.name, hidden)
        elif _is_text(field.type):
            rows = rows.set_column(at, field.name, _without_emails(column))
    return rows


def _hidden(table: str, name: str) -> bool:
    plain = _PLAIN.get(table)
    if plain is not None:
        return name.casefold() not in plain
    return table == "customers" and bool(PERSONAL_NAME.search(name.casefold()))


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value))


def _without_emails(column: Column) -> Column:
    texts = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    return pc.replace_substring_regex(texts, _EMAIL, HIDDEN)
