"""Meanings: what the columns of a table of people hold, by their names."""

import re
from collections.abc import Mapping, Sequence

from features.errors import ConfigError
from training.matching.config import Meaning

FEWEST = 2  # columns that tell people apart

_WORDS: Mapping[Meaning, str] = {
    "given_name": r"given_?name|first_?name|forename|fname",
    "surname": r"surname|last_?name|family_?name|lname",
    "birth_date": r"dob|birth_?da(y|te)|date_?of_?birth|born",
    "email": r"e_?mail(_?address)?",
    "phone": r"(tele|mobile_?)?phone(_?number)?|mobile|tel",
    "postcode": r"post_?code|zip(_?code)?|postal_?code",
    "house_number": r"(street|house)_?(number|no)",
    "street": r"street(_?name)?|address(_?(line_?)?1)?|addr",
    "place": r"city|town|suburb|place|locality",
    "region": r"state|county|province|region|country",
    "identifier": r"(national|tax|passport|soc(ial)?_?sec(urity)?|loyalty)_?(id|number|card|no)|ssn|nin|loyalty_?card",
    "name": r"(full_?)?name",
}


def meanings(columns: Sequence[str], stated: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """What each column means that is to be compared: as stated, else by its name.

    ConfigError where a stated column is not there, or too few are left.
    """
    for column in stated:
        if column not in columns:
            raise ConfigError(f"[matching] columns: '{column}' is no column; there are: {', '.join(columns)}")
    guessed = {column: meaning for column in columns if (meaning := _guessed(column)) is not None}
    found = guessed | dict(stated)
    if len(found) < FEWEST:
        raise ConfigError(
            f"{len(found)} of the columns {', '.join(columns)} say who somebody is; at least {FEWEST} are needed: "
            "[matching] columns.NAME = 'surname', 'email' ..."
        )
    return {column: found[column] for column in columns if column in found}


def _guessed(column: str) -> Meaning | None:
    name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower()).strip("_")
    return next((meaning for meaning, words in _WORDS.items() if re.fullmatch(words, name)), None)
