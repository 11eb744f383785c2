"""What commands print."""

import json
from pathlib import Path

import numpy as np

from esnaf.output import markdown_table, text_table, to_json


def test_json_is_strict() -> None:
    value = {"a": np.float32(0.5), "b": [np.nan, float("inf")], "c": Path("x"), 4: np.arange(2), "d": None, "e": True}
    assert json.loads(to_json(value)) == {
        "a": 0.5,
        "b": [None, None],
        "c": "x",
        "4": [0, 1],
        "d": None,
        "e": True,
    }


def test_numbers_stand_to_the_right() -> None:
    assert text_table(("name", "value"), [("a", 0.5), ("long name", 1234.5)]).splitlines() == [
        "name         value",
        "---------  -------",
        "a           0.5000",
        "long name  1,234.5",
    ]


def test_a_table_without_rows_and_with_gaps() -> None:
    assert text_table(("a", "b"), []) == "a  b\n-  -"
    assert text_table(("a", "b"), [(None, True)]).splitlines()[-1] == "   True"


def test_markdown() -> None:
    assert markdown_table(("a", "b"), [(1, 0.25)]) == "| a | b |\n| --- | --- |\n| 1 | 0.2500 |"
