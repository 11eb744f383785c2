"""People: records of many persons, some of them twice with typing errors, made from the words of a smaller table."""

from string import ascii_lowercase
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

AGAIN = 0.25  # share of the records that are somebody's second one
MOST_ERRORS = 4  # in a second record
PERSON = "person"


def people(words: "pd.DataFrame", records: int, *, seed: int) -> "pd.DataFrame":
    """So many records with the columns of `words` and PERSON, whose record it is.

    Each column is drawn by itself, so that persons are as many as wanted; digits are drawn anew, or a hundred thousand
    persons would share five thousand birthdays.
    """
    import pandas as pd

    random = np.random.default_rng(seed)
    persons = records - int(records * AGAIN)
    made = {str(name): _drawn(column, persons, random) for name, column in words.items()}
    first = pd.DataFrame({PERSON: np.arange(persons), **made})
    again = first.iloc[random.choice(persons, records - persons, replace=False)].copy()
    columns = [name for name in again.columns if name != PERSON]
    values = again[columns].to_numpy(dtype=object, copy=True)
    for row in values:
        for column in random.integers(0, len(columns), random.integers(1, MOST_ERRORS + 1)).tolist():
            row[column] = _mistyped(row[column], random)
    again[columns] = values
    both = pd.concat([first, again], ignore_index=True)
    return both.iloc[random.permutation(len(both))].reset_index(drop=True)


def _drawn(column: "pd.Series[str]", size: int, random: np.random.Generator) -> list[str | None]:
    values = column.sample(size, replace=True, random_state=random).tolist()
    return [_digits(value, random) if isinstance(value, str) and value.isdigit() else value for value in values]


def _digits(text: str, random: np.random.Generator) -> str:
    """A number of as many digits; of a date (eight of them) the day and year alone."""
    if len(text) == 8:
        return f"{random.integers(1925, 2010)}{text[4:6]}{random.integers(1, 29):02d}"
    return "".join(str(digit) for digit in random.integers(0, 10, len(text)))


def _mistyped(text: str | None, random: np.random.Generator) -> str | None:
    """A value left out, or with a character dropped, doubled, replaced or swapped with the next."""
    if not isinstance(text, str) or len(text) < 2 or random.random() < 0.1:
        return None
    at, kind = int(random.integers(0, len(text) - 1)), int(random.integers(0, 4))
    other = str(random.integers(0, 10)) if text[at].isdigit() else ascii_lowercase[random.integers(0, 26)]
    changed = ("", text[at] * 2, other, text[at + 1] + text[at])[kind]
    return text[:at] + changed + text[at + (2 if kind == 3 else 1) :]
