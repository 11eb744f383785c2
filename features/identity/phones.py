"""Telephone numbers as E.164 (ITU-T) writes them."""

import re
from dataclasses import dataclass
from functools import lru_cache

_NOT_DIGITS = re.compile(r"\D+")
_SHORTEST = 6  # digits
_MANY = 100_000
_INTERNATIONAL = re.compile(r"\+[1-9][0-9 ().-]{3,38}")
_GAPS = str.maketrans("", "", "+ ().-")


@lru_cache(_MANY)
def phone(value: str, region: str) -> str | None:
    """E.164 where the country is known; else the digits, which are no number of any country that is."""
    if value.startswith("00"):
        value = "+" + value[2:]
    return _international(value) or _parsed(value, region)


def _parsed(value: str, region: str) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        digits = _NOT_DIGITS.sub("", value)
        return digits if len(digits) >= _SHORTEST and not value.startswith("+") else None
    if not phonenumbers.is_possible_number(number):
        return None
    found: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found


def _international(value: str) -> str | None:
    """The digits of a number that has its country and nothing to take away, as most have; None for any other, at which
    the library, which takes ten times as long, has to look."""
    if not _INTERNATIONAL.fullmatch(value):
        return None
    digits = value.translate(_GAPS)
    for end in (1, 2, 3):  # no country's code begins with another's
        country = _country(digits[:end])
        if country is not None:
            return "+" + digits if country.has(digits[end:]) else None
    return None


@dataclass(frozen=True)
class _Country:
    lengths: frozenset[int]  # of its numbers
    prefix: re.Pattern[str] | None  # what is dialled inside of it alone

    def has(self, number: str) -> bool:
        """Whether a number is a possible one as it stands."""
        return len(number) in self.lengths and (self.prefix is None or self.prefix.match(number) is None)


@lru_cache(None)
def _country(code: str) -> _Country | None:
    """The country of a calling code, None where there is none."""
    import phonenumbers

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    known = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0]) if regions else None
    numbers = None if known is None else known.general_desc
    if known is None or numbers is None:
        return None
    lengths = frozenset(numbers.possible_length) - frozenset(numbers.possible_length_local_only)
    prefix = known.national_prefix_for_parsing
    return _Country(lengths, re.compile(prefix) if prefix else None)
