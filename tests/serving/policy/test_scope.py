"""Where and when a rule holds."""

from datetime import UTC, datetime

import pytest

from serving.policy.policy import Policy
from serving.policy.scope import Rule
from tests.serving.policy.conftest import config_of
from training.recommender import Recommender


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("placement", "channel", "holds"),
    [
        ("home", "app", True),
        (" Home ", "APP", True),
        ("cart", "app", False),
        ("home", "web", False),
        (None, "app", False),
    ],
)
def test_it_holds_where_it_says(placement: str | None, channel: str | None, holds: bool) -> None:
    rule = Rule(name="a", placements=("home",), channels=("App", "email"))
    assert rule.holds(0, placement, channel) is holds


def test_it_holds_everywhere_if_it_names_no_place() -> None:
    assert Rule(name="a").holds(0, None, "anything")


def test_an_empty_name_means_requests_that_name_none() -> None:
    rule = Rule(name="a", channels=("email", ""))
    assert [rule.holds(0, None, channel) for channel in (None, "email", "web")] == [True, True, False]


def test_a_period_has_its_first_moment_and_lacks_its_last() -> None:
    rule = Rule(name="a", start="2026-03-01", end="2026-03-02T03:00:00+03:00")
    moments = ["2026-02-28T23:59:59", "2026-03-01T00:00:00", "2026-03-01T23:59:59", "2026-03-02T00:00:00"]
    assert [rule.holds(at(moment), None, None) for moment in moments] == [False, True, True, False]


def test_the_era_changes_when_a_rule_begins_or_ends(recommender: Recommender) -> None:
    text = "[[exclude]]\nname = 'a'\nbrands = ['B']\nstart = '2026-03-01'\nend = '2026-03-05'\n"
    policy = Policy(config_of(text + "[[exclude]]\nname = 'b'\nbrands = ['B']\nend = '2026-03-03'"), recommender)
    days = [policy.era(at(f"2026-03-0{day}")) for day in range(1, 7)]
    assert days == [1, 1, 2, 2, 3, 3]
    assert policy.era(at("2026-02-28T23:59:59")) == 0


def test_rules_are_told_from_others_by_their_digest(recommender: Recommender) -> None:
    rule = "[[exclude]]\nname = 'a'\nbrands = ['{}']\n"
    one, same, other = (Policy(config_of(rule.format(name)), recommender).digest for name in "AAB")
    assert one == same != other
