"""Standing: how somebody who asks for a list may be treated, by what they said and asked of the shop."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from features.consent.purposes import Purpose
from features.consent.register import Register

NO_CONSENT = "no_consent"
"""What `fallback` says of the lists of those who do not consent to personal ones."""


class Standing(NamedTuple):
    """What differs from what the model knows; None where that holds."""

    personal: bool | None = None  # whether lists may be made from what they did
    named: bool | None = None  # whether it may be written down whom a list was shown to
    erased: bool = False  # whether they are a stranger, for good


AS_THE_MODEL_KNOWS = Standing()
ERASED = Standing(named=False, erased=True)


def standing_of_all(register: Register, ids: Iterable[str]) -> Standing:
    """Of a person by all ids: erased under one is erased, and refused under one is refused."""
    found = [standing_of(register, id) for id in dict.fromkeys(ids)]
    if len(found) == 1:
        return found[0]
    if any(one.erased for one in found):
        return ERASED
    personal, named = ([one.personal for one in found], [one.named for one in found])
    return Standing(_least(personal), _least(named))


def _least(stated: Sequence[bool | None]) -> bool | None:
    said = [one for one in stated if one is not None]
    return all(said) if said else None


def standing_of(register: Register, who: str) -> Standing:
    """Of somebody by the id in the store; a look-up or two."""
    if register.erased(who):
        return ERASED
    said = register.stated(who)
    if said is None:
        return AS_THE_MODEL_KNOWS
    given = {
        purpose: bool(said.granted & purpose) if said.stated & purpose else None
        for purpose in (Purpose.PERSONALISATION, Purpose.ANALYTICS)
    }
    return Standing(given[Purpose.PERSONALISATION], given[Purpose.ANALYTICS])
