"""The same content is written the same way."""

import pandas as pd
import pytest

from training.matching.cleaning import cleaned
from training.matching.config import Meaning


@pytest.mark.parametrize(
    ("meaning", "values", "clean"),
    [
        ("surname", ["  Müller-Lüdenscheidt ", "O'Brien", "n/a"], ["muller ludenscheidt", "obrien", None]),
        ("birth_date", ["1971-06-24", "1971-06-24T00:00:00", "19710624"], ["19710624"] * 3),
        ("email", ["A.B@Example.org", "no address", "@x"], ["a.b@example.org", None, None]),
        ("phone", ["+49 171 234 5678", "0171/2345678", None], ["712345678", "712345678", None]),
        ("postcode", ["SW1A 1AA", "sw1a1aa", ""], ["sw1a1aa", "sw1a1aa", None]),
        ("street", ["12, High  St.", "null", None], ["12 high st", None, None]),
    ],
)
def test_cleaned(meaning: Meaning, values: list[str | None], clean: list[str | None]) -> None:
    assert cleaned(pd.Series(values, dtype="object"), meaning).tolist() == clean
