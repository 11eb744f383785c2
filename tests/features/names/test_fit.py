"""Which names can be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.names.fit import LONGEST, first_name, fit_name

GOOD = [
    "Ann Miller",
    "Şule Öztürk-Ağaoğlu",
    "O'Brien",
    "D\u2019Angelo",
    "Jean-Luc",
    "J. R. R. Tolkien",
    "Ελένη Παππά",
    "Мария Иванова",
    "محمد علي",
    "李小龍",
    "山田 たろう",
    "김민수",
    "Nguyễn Thị Minh",
    "X",
]
BAD = [
    None,
    7,
    "",
    "   ",
    "test",
    "Test Test",
    "n/a",
    "N.A.",
    "-",
    "...",
    "null",
    "Guest",
    "aaaa",
    "John3",
    "12345",
    "ann@example.org",
    "<b>Ann</b>",
    "{{ 7*7 }}",
    "Ann; DROP TABLE",
    "=HYPERLINK(1)",
    "Ann\x00",
    "Ann\u202eevil",
    "An\u200bn",
    "Ann\ud800",
    "Аnn",  # its first letter is Cyrillic
    "A\u0300\u0301\u0302\u0303\u0304",
    "\u0301Ann",
    "x" * (LONGEST + 1),
    "Ann " * 1_000,
    "http://evil.example",
    "$name",
    "😀",
    "(unknown)",
]


@pytest.mark.parametrize("name", GOOD)
def test_names_are_shown_as_they_are(name: str) -> None:
    assert fit_name(name) == name


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_name_is_none(name: object) -> None:
    assert fit_name(name) is None


def test_blanks_and_turned_names_are_put_right() -> None:
    assert fit_name("  Ann \t Miller\n") == "Ann Miller"
    assert fit_name("Miller, Ann") == "Ann Miller"
    assert fit_name("Miller, Ann, Dr") is None
    assert fit_name("Jose\u0301") == "José"


def test_scripts_that_the_shop_cannot_write() -> None:
    assert fit_name("Ελένη", ["LATIN"]) is None
    assert fit_name("Ελένη", ["latin", "greek"]) == "Ελένη"
    assert fit_name("Ann", ["GREEK"]) is None


@pytest.mark.parametrize(
    ("name", "first"),
    [("Ann Miller", "Ann"), ("Ann", "Ann"), ("J. R. Tolkien", "J. R. Tolkien"), ("李小龍", "李小龍"), ("山 太", "山")],
)
def test_first_names(name: str, first: str) -> None:
    assert first_name(name) == first


@given(st.text(max_size=60))
def test_whatever_comes(raw: str) -> None:
    """What is shown is short, is shown again as it is, and has nothing that a template or a page could stumble over."""
    name = fit_name(raw)
    if name is not None:
        assert len(name) <= LONGEST
        assert fit_name(name) in {name, None}
        assert not set(name) & set('<>{}&"\\\n\r\x00%$`')
        assert first_name(name)
