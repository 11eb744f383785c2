"""Ids as codes."""

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from features.tables.hashing import hash_column
from features.tables.mixing import text_hash
from features.tables.rendering import as_text, rows_as_json
from features.tables.text import blocked, encode, malformed_ids


def texts(column: pa.Array) -> list[str | None]:
    found = encode(column)
    return [found.texts[int(c)].as_py() if c >= 0 else None for c in found.code]


def test_numbers_become_text_without_a_decimal_point() -> None:
    assert texts(pa.array([12.0, 1.5, float("nan"), None, 1e20])) == ["12", "1.5", None, None, "1e+20"]
    assert texts(pa.array([12, None], pa.int8())) == ["12", None]
    assert texts(pa.array(["12", "12.00"]).cast(pa.decimal128(9, 2))) == ["12", "12"]
    assert as_text(pa.array([True, None])).to_pylist() == ["true", None]
    assert as_text(pa.array([b"x"])).to_pylist() == ["x"]


def test_trimming_joins_what_is_equal() -> None:
    found = encode(pa.array([" a", "a ", "\ta", "b", "", "NULL", "n/a", None]).dictionary_encode())
    assert found.code.tolist() == [0, 0, 0, 1, -1, -1, -1, -1]
    assert found.texts.to_pylist() == ["a", "b"]
    assert encode(pa.array([None, ""], pa.string())).code.tolist() == [-1, -1]
    assert encode(pa.array([], pa.string())).code.tolist() == []


def test_ids_that_are_none() -> None:
    assert malformed_ids(pa.array(["a" * 256, "a" * 257, "ç" * 129, "a\x00", "a\x7f", "a\u0085"])).tolist() == [
        *[False, True, True, True, True, True]
    ]


def test_values_that_broken_clients_send() -> None:
    values = ["0000", "-1", "Anonymous", "unknown", "00000000-0000-0000-0000-000000000000", "0001", "d1"]
    assert blocked(pa.array(values)).tolist() == [True, True, True, True, True, False, False]


VALUES = st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=30)


@given(VALUES)
@example([None, "\x02"])  # mixes to nought
@example(["", "\x02"])
def test_equal_texts_and_only_they_have_equal_hashes(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    hashes = hash_column(column)
    assert np.array_equal(hashes, hash_column(column.dictionary_encode()))
    assert np.array_equal(hashes, hash_column(pa.concat_arrays([pa.array(["x", None]), column])[2:]))
    for i, one in enumerate(values):
        for j, other in enumerate(values):
            assert (hashes[i] == hashes[j]) == (one == other)


@given(VALUES)
@example([None, "\x02"])
def test_one_text_has_the_hash_that_it_has_in_a_column(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    assert hash_column(column).tolist() == [text_hash(value) for value in values]
    assert all(text_hash(value) for value in values if value is not None)


def test_hashes_of_other_types() -> None:
    for column in (
        pa.array([1, 2, None]),
        pa.array([1.5, 2.5, None]),
        pa.array([True, False, None]),
        pa.array([[1], [2], None]),
        pa.array([{"q": "mug"}, {"q": "pot"}, None]),
    ):
        first, second, nothing = hash_column(column)
        assert len({first, second, nothing}) == 3
        assert nothing == 0


def test_rows_as_json() -> None:
    rows = pa.table(
        {
            "a": ['say "hi"\n', None, "ü"],
            "b": [1.0, float("nan"), 2.5],
            "c": [["x", None], [], None],
            "d": pa.array([None, {"k": 1}, None]),
        }
    )
    assert rows_as_json(rows).to_pylist() == [
        r'{"a": "say \"hi\"\n", "b": 1, "c": ["x", null]}',
        '{"c": [], "d": {"k": 1}}',
        '{"a": "ü", "b": 2.5}',
    ]
    assert rows_as_json(rows.slice(1, 1).select(["a", "d"])).to_pylist() == ['{"d": {"k": 1}}']
    assert rows_as_json(rows.slice(0, 1).select(["d"])).to_pylist() == ["{}"]
