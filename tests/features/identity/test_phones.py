"""Telephone numbers are written the same whether the library is asked or not."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.identity.phones import _international, _parsed, phone

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
DIGITS = st.lists(
    st.sampled_from(["0", "00", "1", "15", "2", "3", "8", "9", "(0)", "(", ")", " ", "-", ".", "7", "6"]), max_size=16
)


@settings(max_examples=400, deadline=None)
@given(code=st.sampled_from(CODES), rest=DIGITS)
def test_the_short_way_leads_where_the_long_one_does(code: int, rest: list[str]) -> None:
    value = f"+{code}{''.join(rest)}"
    assert phone(value, "") == _parsed(value, "")


@pytest.mark.parametrize("code", CODES)
def test_every_countrys_numbers_go_the_short_way(code: int) -> None:
    number = phonenumbers.example_number_for_non_geo_entity(code) or phonenumbers.example_number(
        phonenumbers.region_code_for_country_code(code)
    )
    assert number is not None
    way = phonenumbers.PhoneNumberFormat
    e164, spaced = (phonenumbers.format_number(number, form) for form in (way.E164, way.INTERNATIONAL))
    assert phone(spaced, "") == e164
    assert _international(e164) in {e164, None}
    assert _parsed(e164, "") == e164


@pytest.mark.parametrize("value", ["+33 465 714 665", "+44 7700 900123", "+1 (202) 555-0123", "+39 06 1234 5678"])
def test_usual_numbers_need_no_library(value: str) -> None:
    assert _international(value) == "+" + "".join(filter(str.isdigit, value))


@pytest.mark.parametrize("value", ["+44 07700 900123", "+999 123456", "020 7946 0018", "+44 7700", "+4\uff17700900123"])
def test_others_do(value: str) -> None:
    assert _international(value) is None
