"""esnaf.toml: every value checked, every message with the value, the place and the way out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from features.errors import ConfigError
from features.settings import Settings


@dataclass(frozen=True)
class Trees:
    depth: int = 6
    leaves: int = 31


@dataclass(frozen=True)
class Ranker:
    trees: int = 60
    rate: float = 0.12
    objective: Literal["conversion", "revenue"] = "conversion"
    names: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
    fast: bool = False
    shape: Trees = Trees(6, leaves=9)
    extra: Any = None

    def __post_init__(self) -> None:
        if self.trees < 1:
            raise ValueError(f"trees: {self.trees} is below 1")


@dataclass(frozen=True)
class Needed:
    name: str


def ranker(text: str) -> Ranker:
    return Settings.parse(text).section("ranker", Ranker)


def test_nothing_set_gives_the_defaults() -> None:
    assert ranker("") == Ranker()


def test_every_kind_of_value_is_read() -> None:
    text = """
    [ranker]
    trees = 9
    rate = 1
    objective = "revenue"
    names = ["a", "çay"]
    weights = { view = 0.5, purchase = 2 }
    seed = 7
    fast = true
    extra = [1, "x"]
    [ranker.shape]
    depth = 3
    """
    read = ranker(text)
    assert read == Ranker(
        9, 1.0, "revenue", ("a", "çay"), {"view": 0.5, "purchase": 2.0}, 7, True, Trees(3, 9), [1, "x"]
    )
    assert isinstance(read.rate, float)


def test_what_is_not_set_inside_is_as_in_the_outer_default() -> None:
    assert ranker("[ranker.shape]").shape == Ranker().shape


def test_a_section_may_lie_inside_another() -> None:
    assert Settings.parse("[candidates.als]\ntrees = 3").section("candidates.als", Ranker).trees == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tres = 1", "esnaf.toml: [ranker] tres: no such setting; did you mean 'trees'?"),
        ("zzz = 1", "esnaf.toml: [ranker] zzz: no such setting; known here: extra, fast, names"),
        ("trees = 'many'", "esnaf.toml: [ranker] trees: 'many' is not a whole number"),
        ("trees = 1.5", "esnaf.toml: [ranker] trees: 1.5 is not a whole number"),
        ("trees = true", "esnaf.toml: [ranker] trees: true is not a whole number"),
        ("trees = 0", "esnaf.toml: [ranker]: trees: 0 is below 1"),
        ("rate = nan", "esnaf.toml: [ranker] rate: nan is not a finite number"),
        ("rate = '1'", "esnaf.toml: [ranker] rate: '1' is not a finite number"),
        ("fast = 1", "esnaf.toml: [ranker] fast: 1 is not true or false"),
        ("objective = 'revenu'", "'revenu' is none of 'conversion', 'revenue'; did you mean 'revenue'?"),
        ("names = 'a'", "esnaf.toml: [ranker] names: 'a' is not a list"),
        ("names = [1]", "esnaf.toml: [ranker] names[0]: 1 is not text in quotes"),
        ("weights = 1", "esnaf.toml: [ranker] weights: 1 is not a table of name = value"),
        ("weights = { view = 'x' }", "esnaf.toml: [ranker] weights.view: 'x' is not a finite number"),
        ("seed = 'x'", "esnaf.toml: [ranker] seed: 'x' is not a whole number"),
        ("shape = 3", "esnaf.toml: [ranker] shape: 3 is not a table of settings"),
        ("[ranker.shape]\ndeep = 3", "esnaf.toml: [ranker] shape.deep: no such setting; did you mean 'depth'?"),
    ],
)
def test_a_bad_value_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        ranker(f"[ranker]\n{text}")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_what_has_no_default_must_be_set() -> None:
    with pytest.raises(ConfigError, match=r"\[shop\] name: has no default and must be set"):
        Settings.parse("").section("shop", Needed)


def test_a_section_that_is_a_value() -> None:
    with pytest.raises(ConfigError, match=r"ranker: 5 is not a section; write \[ranker\]"):
        ranker("ranker = 5")


KNOWN = {"ranker": Ranker, "candidates": Needed, "candidates.als": Trees}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[rankr]", "[rankr]: no such section; did you mean 'ranker'?"),
        ("[candidates.asl]", "[candidates.asl]: no such section; did you mean 'als'?"),
        ("[ranker.zzz]", "[ranker.zzz]: no such section; known here: extra, fast"),
    ],
)
def test_an_unknown_section_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.parse(text).check_sections(KNOWN)
    assert message in str(error.value)


def test_sections_may_lie_inside_a_section_with_settings() -> None:
    settings = Settings.parse("[candidates]\nname = 'x'\n[candidates.als]\ndepth = 3\n[ranker.shape]\ndepth = 2")
    settings.check_sections(KNOWN)
    assert settings.section("candidates", Needed) == Needed("x")
    assert settings.section("candidates.als", Trees) == Trees(3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[ranker", "not valid TOML: Expected ']'"),
        (b"a = 1\na = 2", "not valid TOML: Cannot overwrite a value"),
        (b'name = "caf\xe9"', "not UTF-8 text (byte 11)"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "esnaf.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        Settings.read(file)
    assert message in str(error.value)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Settings.read(tmp_path)


def test_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Settings.read(tmp_path / "esnaf.toml").values == {}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "esnaf.toml"
    file.write_bytes(b"\xef\xbb\xbf[ranker]\ntrees = 5")
    assert Settings.read(file).section("ranker", Ranker).trees == 5
