"""The interests of one customer, with what tells of them."""

from dataclasses import replace

import pytest

from features.interests.account import LEAST, MOST, Account, account_of
from features.interests.affinity import WEIGHTS
from features.interests.evidence import Evidence
from features.interests.told import NOTHING, Told
from features.kinds import Kind
from features.profiles import Profiles
from tests.features.hand import Event, history, interests, seconds
from tests.features.interests.shelves import CATALOGUE, NAMES

NOW = 400


def told(*events: Event, profiles: Profiles | None = None, saying: Told | None = None) -> Account:
    known = Profiles.unknown(1) if profiles is None else profiles
    return account_of(history(list(events)), known, CATALOGUE, NAMES, time=seconds(NOW), told=saying)


def views(letter: str, times: int, *, first: float = 21) -> list[Event]:
    return [Event(letter, NOW - first + i, kind=Kind.VIEW) for i in range(times)]


def test_behaviour_is_an_interest_with_its_strength_and_evidence() -> None:
    """Three views of one mug, a purchase and a view of another thing of the brand in the last three weeks."""
    found = told(*views("a", 3), Event("b", NOW - 90), Event("b", NOW, kind=Kind.VIEW))
    assert [(one.name, one.level) for one in found.inferred] == [
        ("Acme", "brand"),
        ("Home > Kitchen > Pots", "category"),
        ("Home > Kitchen > Mugs", "category"),
    ]
    pots = found.inferred[1]
    assert pots.strength == pytest.approx(0.6 / 1.6, abs=1e-3)
    assert pots.evidence == Evidence(viewed=1, bought=1, days=90.0, last_days=0.0)
    assert pots.evidence.text == "viewed 1 product and bought 1 in 3 months"
    assert (found.declared, found.removed) == ([], ())


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (Evidence(viewed=5, days=21), "viewed 5 products in 3 weeks"),
        (Evidence(bought=1, days=0.2), "bought 1 product in a day"),
        (Evidence(viewed=2, carted=1, bought=1, days=3), "viewed 2 products, put in the cart 1 and bought 1 in 3 days"),
        (Evidence(wished=1, days=90), "wished for 1 product in 3 months"),
        (Evidence(), None),
    ],
)
def test_evidence_in_words(evidence: Evidence, text: str | None) -> None:
    assert evidence.text == text


def test_a_glance_is_no_interest() -> None:
    assert told(*views("a", 2, first=1)).inferred == []
    assert told(*views("a", 3, first=1)).inferred
    assert 3 * WEIGHTS[Kind.VIEW] > LEAST


def test_old_deeds_are_no_interest_and_no_evidence() -> None:
    assert told(Event("a", NOW - 300)).inferred == []
    (one,) = [one for one in told(Event("a", NOW - 300), Event("a", NOW)).inferred if one.level == "category"]
    assert one.evidence == Evidence(bought=1)


def test_declared_interests_are_told_apart() -> None:
    profiles = replace(Profiles.unknown(1), categories=interests([0]))
    found = told(*views("a", 3), profiles=profiles)
    assert [(one.name, one.since) for one in found.declared] == [("Home > Kitchen > Mugs", None)]
    assert found.declared[0].evidence.viewed == 1
    assert "Home > Kitchen > Mugs" not in [one.name for one in found.inferred]


def test_a_declaration_of_now_is_as_strong_as_one_purchase() -> None:
    from features.interests.saying import put_upon

    saying = NOTHING.declare(["pots"], seconds(NOW))
    profiles = Profiles.unknown(1)
    profiles = profiles.with_interests(put_upon(profiles.interests, {0: saying}, NAMES))
    found = told(profiles=profiles, saying=saying)
    assert [(one.name, one.strength, one.since) for one in found.declared] == [("Pots", 0.5, seconds(NOW))]


def test_what_is_removed_is_named() -> None:
    assert told(saying=NOTHING.remove("Home")).removed == ("Home",)


def test_names_that_the_catalogue_has_no_more_are_passed_over() -> None:
    assert told(saying=NOTHING.declare(["Yachts"], 1)).declared == []


def test_inferred_interests_are_bounded() -> None:
    assert len(told(*(Event(letter, NOW) for letter in "abcdef")).inferred) <= MOST


def test_nothing_is_known() -> None:
    assert told() == Account([], [], ())
