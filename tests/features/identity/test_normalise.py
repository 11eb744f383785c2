"""Normalising: the same value however it is written, and none for what identifies nobody."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.errors import ConfigError
from features.identity.config import IdentityConfig, kind_name
from features.identity.normalise import normal
from features.settings import Settings

CONFIG = IdentityConfig()


def written(kind: str, value: str, region: str = "") -> str | None:
    config = IdentityConfig(region=region)
    return normal(value, config.kind(kind), config)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("email", ["Ann.Lee@Example.COM", " ann.lee@example.com ", "mailto:ann.lee@example.com"]),
        ("phone", ["+44 7700 900123", "+447700900123", "+44-770-0900123", "0044 7700 900 123", "\uff0b447700900123"]),
        ("loyalty_card", ["0000 1234 5678", "000012345678", "0000-1234-5678"]),
    ],
)
def test_the_same_value_is_written_alike(kind: str, values: list[str]) -> None:
    assert len({written(kind, value) for value in values}) == 1
    assert None not in {written(kind, value) for value in values}


def test_numbers_without_a_country_are_of_the_region_if_one_is_set() -> None:
    assert written("phone", "07700 900123", "GB") == "+447700900123"
    assert written("phone", "07700 900123") == written("phone", "07700-900-123") == "07700900123"
    assert written("phone", "(202) 555-0123", "US") == "+12025550123"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((kind, value) for kind in ("email", "phone", "customer_id", "anonymous_id") for value in ("", "null", "-1")),
        *(("device_id", value) for value in ("0000", "00000000-0000-0000-0000-000000000000", "Anonymous", "unknown")),
        *(("email", value) for value in ("none@example.com", "no-reply@shop.com", "ann", "ann@home", "a b@c.de")),
        *(("phone", value) for value in ("+440000000000", "123", "call me", "+1", "+999999999999999999")),
        *(("loyalty_card", value) for value in ("0000000000", "1111111", "0")),
        ("anonymous_id", "a" * 300),
        ("anonymous_id", "a\nb"),
    ],
)
def test_what_identifies_nobody_is_none(kind: str, value: str) -> None:
    assert written(kind, value) is None


def test_ids_stay_as_they_are() -> None:
    assert written("customer_id", "C\u00e9 \u2460") == "C\u00e9 \u2460"


@given(st.sampled_from(["email", "phone", "loyalty_card", "device_id", "other"]), st.text(max_size=30))
@example("loyalty_card", "R\u00b8")
@example("email", "mailto:mailto:ann@example.com")
def test_normalising_again_changes_nothing(kind: str, value: str) -> None:
    once = written(kind, value)
    assert once is None or written(kind, once) == once


@pytest.mark.parametrize("name", ["userId", "user_id", "USER-ID", "Account ID", "customer_id"])
def test_kinds_go_by_many_names(name: str) -> None:
    assert kind_name(name) == "customer_id"


def test_unknown_kinds_are_personal_and_join_nobody() -> None:
    kind = CONFIG.kind("passport")
    assert (kind.name, kind.personal, kind.owners) == ("passport", True, 1)


def test_what_is_set_of_a_kind_is_laid_over_its_defaults() -> None:
    settings = Settings.parse('[identity.kinds.email]\nlimit = 2\nblocked = ["Shop@Example.com"]\n')
    config = settings.section("identity", IdentityConfig)
    assert (config.kind("email").limit, config.kind("email").owners, config.kind("phone").limit) == (2, 3, 5)
    assert normal("shop@example.com", config.kind("email"), config) is None
    assert normal("none@example.com", config.kind("email"), config) is None


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[identity.kinds.email]\nlimit = 0\n", "limit: 0 is less than 1"),
        ('[identity.kinds.email]\nblocked = ["/(/"]\n', "is no regular expression"),
        ('[identity.kinds."1"]\nlimit = 1\n', "is no name of a kind"),
        ('[identity]\nregion = "England"\n', "is no country of two letters"),
        ("[identity]\nprobability = 0.0\n", "is not above 0"),
        ("[identity.kinds.customer_id]\npersonal = true\n", "stand in the events in clear"),
        ("[identity.kinds.email]\nlimt = 1\n", "did you mean"),
    ],
)
def test_settings_that_cannot_be_used_are_told(toml: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"identity") as raised:
        Settings.parse(toml).section("identity", IdentityConfig)
    assert message in str(raised.value)
