"""What a stated consent means."""

import pytest

from features.consent.purposes import ALL, Consent, Purpose, consent_in, consent_of, names_of

P, A, M = (int(purpose) for purpose in Purpose)


@pytest.mark.parametrize(
    ("text", "granted"),
    [
        ("yes", ALL),
        ("Granted", ALL),
        ("no", 0),
        ("0", 0),
        ("personalisation", P),
        ('["personalization", "Messaging "]', P | M),
        ("[]", 0),
        ('["cooking", null, 3]', 0),
        ("[broken", 0),
    ],
)
def test_a_list_refuses_what_it_does_not_name(text: str, granted: int) -> None:
    assert consent_of(text) == Consent(ALL, granted)


@pytest.mark.parametrize(
    ("properties", "consent"),
    [
        (None, None),
        ("{}", None),
        ('{"note":"consent"}', None),
        ('{"consent":true}', Consent(ALL, ALL)),
        ('{"consent":["analytics"]}', Consent(ALL, A)),
        ('{"consent":"no"}', Consent(ALL, 0)),
        ('{"consent":{"personalisation":false,"cooking":true}}', Consent(P, 0)),
        ('{"consent":{"cooking":true}}', None),
        ('{"consent":7}', None),
        ('"consent"', None),  # what is no object may be any text
        ('["consent"]', None),
        ('{"consent', None),
        ('{"consent":"' + "[" * 5_000 + '"}', Consent(ALL, 0)),
    ],
)
def test_events_state_it_in_their_properties(properties: str | None, consent: Consent | None) -> None:
    assert consent_in(properties) == consent


def test_the_newer_word_counts_for_what_it_speaks_of() -> None:
    older, newer = Consent(P | A, P), Consent(P, 0)
    assert newer.over(older) == Consent(P | A, 0)
    assert Consent(A, A).over(older) == Consent(P | A, P | A)
    assert newer.granting(ALL) == A | M
    assert Consent().granting(0) == 0


def test_purposes_have_names() -> None:
    assert Consent.of({"analytics": True, "messaging": False}) == Consent(A | M, A)
    assert Consent(A | M, A).named == {"analytics": True, "messaging": False}
    assert names_of(P) == {"personalisation": True, "analytics": False, "messaging": False}
