"""What `[policy]` takes, and what it says to what it cannot take."""

import pytest

from features.errors import ConfigError
from serving.policy.config import PolicyConfig, Sensitive
from tests.serving.policy.conftest import config_of

EXCLUDE = '[[exclude]]\nname = "no"\nbrands = ["B"]\n'


def test_without_a_word_there_are_no_rules() -> None:
    assert PolicyConfig().rules == ()
    assert config_of("").rules == ()


def test_rules_stand_in_the_order_of_their_kinds_and_of_the_file() -> None:
    text = '[[pins]]\nname = "b"\nproduct = "P"\n' + EXCLUDE + '[[pins]]\nname = "a"\nproduct = "Q"\n'
    assert [rule.name for rule in config_of(text).rules] == ["no", "b", "a"]


def test_sensitive_rules_hold_on_the_shared_channels_unless_they_name_others() -> None:
    text = '[policy]\nshared_channels = ["post"]\n[[sensitive]]\nname = "a"\nbrands = ["B"]\n'
    text += '[[sensitive]]\nname = "b"\nbrands = ["B"]\nchannels = ["tv"]\n'
    found = [rule.channels for rule in config_of(text).rules if isinstance(rule, Sensitive)]
    assert found == [("post",), ("tv",)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[exclude]]\nbrands = ['B']", r"\[policy\] exclude\[0\].name: has no default and must be set"),
        ("[[exclude]]\nname = ' '\nbrands = ['B']", r"exclude\[0\]: name = ' ': write 1 to 64 characters"),
        ("[[exclude]]\nname = 'a'", "names no products; give categories"),
        ("[[only]]\nname = 'a'", "names no products"),
        ("[[sensitive]]\nname = 'a'", "names no products"),
        ("[[boosts]]\nname = 'a'\nfactor = 2", "names no products"),
        ("[[boosts]]\nname = 'a'\nbrands = ['B']", "changes nothing; set factor"),
        ("[[boosts]]\nname = 'a'\nbrands = ['B']\nfactor = 0", "factor = 0.0 is not above 0"),
        ("[[exclude]]\nname = 'a'\nprice_min = 9\nprice_max = 1", "price_min = 9.0 is above price_max = 1.0"),
        ("[[exclude]]\nname = 'a'\nbrand = ['B']", r"exclude\[0\].brand: no such setting; did you mean 'brands'"),
        ("[[pins]]\nname = 'a'", r"pins\[0\].product: has no default and must be set"),
        ("[[pins]]\nname = 'a'\nproduct = ''", "product is empty"),
        ("[[pins]]\nname = 'a'\nproduct = 'P'\nposition = 0", "position = 0 is not between 1 and 1,000"),
        ("[[pins]]\nname = 'a'\nproduct = 'P'\nstart = 'soon'", "start = 'soon' is no time; write it as 2026-01-31"),
        ("[[pins]]\nname = 'a'\nproduct = 'P'\nstart = 2026-01-31", "is not text in quotes"),
        (
            "[[pins]]\nname = 'a'\nproduct = 'P'\nstart = '2026-02-01'\nend = '2026-02-01'",
            "end = '2026-02-01' is not after start = '2026-02-01'",
        ),
        ("[[limits]]\nname = 'a'\nby = 'colour'\nmost = 1", "'colour' is none of 'category', 'department', 'brand'"),
        ("[[limits]]\nname = 'a'\nby = 'brand'\nmost = 0", "most = 0 is less than 1"),
        ("[[diversity]]\nname = 'a'\nstrength = 1.5", "strength = 1.5 is not above 0 and at most 1"),
        ("[[diversity]]\nname = 'a'\nby = []", "by is empty"),
        ("[[diversity]]\nname = 'a'\ntop = 200", "top = 200 and among = 100: write 1 <= top <= among"),
        ("[[caps]]\nname = 'a'\nshown = 0\ndays = 1", "shown = 0 is less than 1"),
        ("[[caps]]\nname = 'a'\nshown = 1\ndays = 0", "days = 0.0 is not above 0"),
        ("[[cooldowns]]\nname = 'a'\ndays = 1\nafter = ['refund']", "'refund' is none of 'view', 'click'"),
        ("[[cooldowns]]\nname = 'a'\ndays = 1\nafter = []", "after is empty"),
        (EXCLUDE + EXCLUDE, r"exclude\[0\] and exclude\[1\] are both called 'no'; rename one"),
        (
            "[policy]\nshared_channels = []\n[[sensitive]]\nname = 'a'\nbrands = ['B']",
            "sensitive rule 'a' names no channels, and shared_channels is empty",
        ),
    ],
)
def test_what_cannot_be_a_rule_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        config_of(text)
    assert str(caught.value).startswith("esnaf.toml: [policy]")
