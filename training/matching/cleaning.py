"""Cleaning: the same content written the same way, and nothing where nothing is said."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from training.matching.config import Meaning

if TYPE_CHECKING:
    import pandas as pd

_NOTHING = frozenset({"", "nan", "none", "null", "na", "n/a", "unknown", "-", "."})
_PHONE_DIGITS = 9  # the last ones: countries write the first ones in different ways


def cleaned(values: "pd.Series[str]", meaning: Meaning) -> "pd.Series[str]":
    """The column with each distinct value cleaned; what says nothing is None."""
    import pandas as pd

    known = values.dropna()
    clean = _CLEAN.get(meaning, _words)
    said = {value: clean(_folded(str(value))) for value in known.unique()}
    return pd.Series([said.get(value) or None for value in values], values.index, dtype="object")


def _folded(text: str) -> str:
    """Small letters without accents."""
    plain = unicodedata.normalize("NFKD", text)
    folded = "".join(c for c in plain if not unicodedata.combining(c)).casefold().strip()
    return "" if folded in _NOTHING else folded


def _letters(text: str) -> str:
    return " ".join("".join(c if c.isalpha() else " " for c in text.replace("'", "")).split())


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text).split())


def _solid(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _date(text: str) -> str:
    """The digits of a date, in the order given: tables write all dates in one way."""
    return re.sub(r"\D+", "", text.partition(" ")[0].partition("t")[0])


def _email(text: str) -> str:
    return text if "@" in text.strip("@") else ""


def _phone(text: str) -> str:
    return re.sub(r"\D+", "", text)[-_PHONE_DIGITS:]


_CLEAN: Mapping[Meaning, Callable[[str], str]] = {
    "given_name": _letters,
    "surname": _letters,
    "name": _letters,
    "birth_date": _date,
    "email": _email,
    "phone": _phone,
    "postcode": _solid,
    "house_number": _solid,
    "identifier": _solid,
}
