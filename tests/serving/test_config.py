import pytest

from features.errors import ConfigError
from features.settings import Settings
from serving.config import ServingConfig


def test_nothing_has_to_be_set() -> None:
    assert Settings.parse("").section("serving", ServingConfig) == ServingConfig()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("port = 70000", "port = 70000 is not between 1 and 65535"),
        ("workers = 0", "workers = 0 is less than 1"),
        ("champion_poll_s = 0", "champion_poll_s = 0.0 is not above 0"),
        ("warm_s = -1", "warm_s = -1.0 is negative"),
        ("cache_mb = -1", "cache_mb = -1 is negative"),
        ("host = 4", "4 is not text"),
        ("prot = 3000", "did you mean 'port'"),
    ],
)
def test_what_cannot_be_used_is_refused(line: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Settings.parse(f"[serving]\n{line}").section("serving", ServingConfig)
