"""A small table of people, a fifth of whom are in it twice with typing errors, made without any data set."""

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.people import PERSON, people

if TYPE_CHECKING:
    import pandas as pd

SYLLABLES = ("ka", "le", "mi", "ro", "su", "ta", "ven", "dor", "bel", "fin", "gra", "jo")


def persons(records: int = 800, *, seed: int = 1) -> "pd.DataFrame":
    """Names, dates of birth, postcodes and emails, and in PERSON whose record each is."""
    import pandas as pd

    random = np.random.default_rng(seed)

    def words(size: int, parts: int) -> list[str]:
        return ["".join(random.choice(SYLLABLES, parts)) for _ in range(size)]

    size = 400
    given, surname = words(size, 2), words(size, 3)
    table = pd.DataFrame(
        {
            "first_name": given,
            "last_name": surname,
            "dob": [f"19{random.integers(40, 99)}0{random.integers(1, 9)}{random.integers(10, 28)}" for _ in given],
            "zip": [str(code) for code in random.integers(10_000, 99_999, size)],
            "email": [f"{a}.{b}@{c}.example" for a, b, c in zip(given, surname, words(size, 2), strict=True)],
        }
    )
    return people(table, records, seed=seed)


__all__ = ["PERSON", "persons"]
