"""Text columns: ids as codes with every check made once for each distinct value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools, Codes
from features.tables.chunk import Column
from features.tables.patterns import BLOCKED, MAX_ID_BYTES, MISSING, ZEROS
from features.tables.rendering import as_text


@dataclass(frozen=True)
class Text:
    """n values as codes into their distinct texts."""

    code: Codes  # (n,) -1 where there is none
    texts: Column  # distinct strings

    def only(self, keep: Bools) -> "Text":
        """The rows where `keep` (n,) is true."""
        return Text(self.code[keep], self.texts)

    def renamed(self, texts: Column) -> "Text":
        """The same rows with other texts in place of the distinct ones; some may have become equal."""
        encoded = texts.dictionary_encode()
        number = np.append(encoded.indices.to_numpy(zero_copy_only=False), -1).astype(np.int32)
        return Text(number[self.code], encoded.dictionary)

    def where(self, of_text: Bools) -> Bools:
        """(n,) whether the row has a text for which `of_text` (one for each distinct text) holds."""
        return np.append(of_text, False)[self.code]


def encode(column: Column) -> Text:
    """Trimmed texts as codes; empty ones and those that stand for nothing have none."""
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        column = as_text(column)
    raw = column.dictionary_encode()
    trimmed = pc.utf8_trim_whitespace(raw.dictionary.cast(pa.string()))
    missing = pc.is_in(pc.utf8_lower(trimmed), pa.array(MISSING))
    clean = pc.if_else(missing, None, trimmed).dictionary_encode()
    code = _codes(clean.indices)[_codes(raw.indices)] if len(clean) else np.full(len(column), -1, np.int32)
    return Text(np.where(_codes(raw.indices) < 0, np.int32(-1), code), clean.dictionary)


def first_of(one: Text, other: Text) -> Text:
    """The text of each row in `one`, else that in `other`; distinct texts may be null, which is none."""
    texts = pa.chunked_array([one.texts, other.texts]).combine_chunks().dictionary_encode()
    number = np.append(_codes(texts.indices), np.int32(-1))
    position = np.where(other.code >= 0, other.code + len(one.texts), -1)
    return Text(number[np.where(one.code >= 0, one.code, position)], texts.dictionary)


def unified(parts: Sequence[Text]) -> Text:
    """The rows of several parts, with one set of distinct texts."""
    if not parts:
        return Text(np.zeros(0, np.int32), pa.array([], pa.string()))
    columns = [pa.DictionaryArray.from_arrays(pa.array(p.code, mask=p.code < 0), p.texts) for p in parts]
    together = pa.chunked_array(columns).unify_dictionaries()
    return Text(np.concatenate([_codes(column.indices) for column in together.chunks]), together.chunk(0).dictionary)


def compact(column: Column) -> Column:
    """A dictionary column without the texts that no row has."""
    code = _codes(column.indices)
    used = np.bincount(code[code >= 0], minlength=len(column.dictionary)) > 0
    number = np.append(np.cumsum(used, dtype=np.int32) - 1, np.int32(-1))[code]
    return pa.DictionaryArray.from_arrays(pa.array(number, mask=code < 0), column.dictionary.filter(pa.array(used)))


def _codes(indices: Column) -> Codes:
    codes: Codes = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return codes


def malformed_ids(texts: Column) -> Bools:
    """Which texts cannot be ids: too long, or with control characters."""
    bad = pc.or_(pc.greater(pc.binary_length(texts), MAX_ID_BYTES), pc.match_substring_regex(texts, r"\p{Cc}"))
    found: Bools = bad.to_numpy(zero_copy_only=False)
    return found.astype(bool)


def blocked(texts: Column) -> Bools:
    """Which texts are values that many unrelated clients share."""
    lower = pc.utf8_lower(texts)
    zeros = pc.match_substring_regex(lower, ZEROS)
    found: Bools = pc.or_(pc.is_in(lower, pa.array(BLOCKED)), zeros).to_numpy(zero_copy_only=False)
    return found.astype(bool)
