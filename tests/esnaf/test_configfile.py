"""The commented configuration file says what the dataclasses say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from esnaf.configfile import field_comments, flattened, listed, template
from esnaf.sections import sections
from features.settings import Settings


@dataclass(frozen=True)
class Inner:
    """What lies inside."""

    depth: int = 6
    """Levels."""


@dataclass(frozen=True)
class Base:
    share: float = 1e-05
    """Part of the rows."""


@dataclass(frozen=True)
class Shop(Base):
    """The shop."""

    name: str = 'a "quoted" çay'
    """What it is called,
    everywhere."""
    kinds: tuple[str, ...] = ("a", "b")
    """Kinds."""
    weights: Mapping[str, float] = field(default_factory=lambda: {"add to cart": 0.5})
    """Weights."""
    until: str | None = None
    """Last moment."""
    inner: Inner = Inner(depth=3)
    """Inside."""


def uncommented(text: str) -> str:
    """The file with every default taken out of its comment."""
    return re.sub(r"(?m)^# (?=\w+ = (?! ))", "", text)


def test_comments_are_the_docstrings_of_the_fields() -> None:
    assert field_comments(Shop)["name"] == "What it is called, everywhere."
    assert field_comments(Shop)["share"] == "Part of the rows."


def test_the_file_as_written_changes_nothing() -> None:
    assert Settings.parse(template({"shop": Shop})).section("shop", Shop) == Shop()


def test_every_line_taken_out_of_its_comment_is_the_default() -> None:
    text = uncommented(template({"shop": Shop}))
    assert "\nname = " in text
    assert Settings.parse(text).section("shop", Shop) == Shop()


def test_what_sections_have_in_common_is_explained_once() -> None:
    assert template({"a": Shop, "b": Shop}).count("## Kinds.") == 1


@pytest.mark.parametrize("name", sections())
def test_every_setting_says_what_it_is(name: str) -> None:
    for section in flattened(name, sections()[name]):
        assert section.comment
        assert [setting.name for setting in section.settings if not setting.comment] == []


def test_the_defaults_of_all_sections_can_be_written_and_read() -> None:
    settings = Settings.parse(uncommented(template(sections())))
    settings.check_sections(sections())
    for name, config in sections().items():
        assert settings.section(name, config) == config()


@dataclass(frozen=True)
class Shops:
    """Many."""

    inner: tuple[Inner, ...] = ()
    """Each."""
    names: tuple[str, ...] = ()
    """Theirs."""


def test_tables_of_which_there_may_be_many_are_described_once() -> None:
    (section,) = listed("shops", Shops)
    assert (section.name, section.comment) == ("shops.inner", "What lies inside.")
    assert [(setting.name, setting.default) for setting in section.settings] == [("depth", 6)]
    assert Settings.parse("[[shops.inner]]\n[[shops.inner]]\ndepth = 2").section("shops", Shops) == Shops(
        (Inner(), Inner(2))
    )
