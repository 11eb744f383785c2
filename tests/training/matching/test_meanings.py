"""What columns mean is read from their names, and may be stated."""

import pytest

from features.errors import ConfigError
from training.matching.meanings import meanings


@pytest.mark.parametrize(
    ("column", "meaning"),
    [
        ("firstName", "given_name"),
        ("Surname", "surname"),
        ("date of birth", "birth_date"),
        ("E-Mail", "email"),
        ("mobile", "phone"),
        ("ZIP", "postcode"),
        ("address_1", "street"),
        ("street_number", "house_number"),
        ("suburb", "place"),
        ("state", "region"),
        ("soc_sec_id", "identifier"),
        ("name", "name"),
    ],
)
def test_names_of_the_field_are_known(column: str, meaning: str) -> None:
    assert meanings([column, "city", "email"], {})[column] == meaning


def test_what_is_stated_wins_and_others_are_left_out() -> None:
    found = meanings(["vorname", "city", "shoe_size"], {"vorname": "given_name", "city": "region"})
    assert found == {"vorname": "given_name", "city": "region"}


def test_a_stated_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="'nom' is no column"):
        meanings(["name", "city"], {"nom": "surname"})


def test_too_little_to_tell_people_apart_is_said() -> None:
    with pytest.raises(ConfigError, match=r"1 of the columns city, size .* at least 2"):
        meanings(["city", "size"], {})
