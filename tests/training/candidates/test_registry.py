"""Generators by name and by import path."""

from dataclasses import dataclass

import pytest

from features.errors import ConfigError
from features.settings import Settings
from training.candidates.base import Generator, Snapshot
from training.candidates.registry import BUILT_IN, create, find
from training.candidates.scores import Scores
from training.request import Request


@dataclass(frozen=True)
class OwnConfig:
    days: int = 7


class Own(Generator):
    name = "own"

    def __init__(self, config: OwnConfig = OwnConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None: ...

    def scores(self, request: Request) -> Scores:
        raise NotImplementedError


class Nameless:
    def fit(self) -> None: ...


A_VALUE = 3


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_ones_are_named_as_their_classes_say(name: str) -> None:
    assert create(name, Settings({})).name == name


def test_settings_come_from_the_section_of_the_name() -> None:
    settings = Settings.parse("[candidates.als]\nfactors = 32\n[candidates.own]\ndays = 3")
    als, own = create("als", settings), create(f"{__name__}:Own", settings)
    assert (als.config.factors, own.config.days) == (32, 3)  # type: ignore[attr-defined]


def test_a_setting_that_cannot_be() -> None:
    with pytest.raises(ConfigError, match=r"factors = 600: must be 1 to 512"):
        create("als", Settings.parse("[candidates.als]\nfactors = 600"))
    with pytest.raises(ConfigError, match="factor"):
        create("als", Settings.parse("[candidates.als]\nfactor = 60"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("alss", r"generator 'alss': there is none of this name; use als, .*'module:Class'"),
        ("no.such.module:Thing", r"cannot import module 'no\.such\.module'"),
        (f"{__name__}:Missing", "has no 'Missing'"),
        (f"{__name__}:A_VALUE", "'A_VALUE' is not a class"),
        (f"{__name__}:Nameless", "lacks name, scores"),
        (":Thing", "cannot import module ''"),
    ],
)
def test_errors_say_what_to_do(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        find(name)
