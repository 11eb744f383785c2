"""Fit: which of the names that forms, imports and clients deliver can be put before a customer's eyes.

Whatever is not plainly a name is none: an answer without a name is polite, one with `test`, a script or somebody's joke
in it is not.
"""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 80  # characters
_MARKS = 3  # combining marks on one letter, at most
_BETWEEN = frozenset(" '.-\u2019\u02bc\u2010\u00b7")  # apostrophes and hyphens as well
_WORDS = (
    "test tester testing name noname n/a na n.a none null nil undefined unknown anonymous anonym guest visitor client "
    "customer user username admin administrator firstname lastname surname asdf asdfg qwerty qwertz foo bar foobar xyz "
    "abc nobody no not mr mrs ms dr sample example demo dummy default deleted removed private fake"
)
_PLACEHOLDERS = frozenset(_WORDS.split())
_TOGETHER = (frozenset({"CJK", "HIRAGANA", "KATAKANA"}), frozenset({"CJK", "HANGUL"}), frozenset({"CJK", "BOPOMOFO"}))
_TURNED = re.compile(r"([^,]+),([^,]+)")  # `Miller, Ann`


def fit_name(raw: object, scripts: Collection[str] = ()) -> str | None:
    """A name as it can be shown, None for what is no name: not text, placeholders, digits, control characters, markup,
    far too long, letters of several scripts mixed as impostors do, or of another script than those allowed.

    `scripts` are the first words of letters' Unicode names, such as `LATIN`; empty allows all.
    """
    if not isinstance(raw, str) or len(raw) > 4 * LONGEST:
        return None
    name = " ".join(unicodedata.normalize("NFC", raw).split())
    turned = _TURNED.fullmatch(name)
    if turned:
        name = f"{turned[2].strip()} {turned[1].strip()}"
    if not 0 < len(name) <= LONGEST or not all(map(_allowed, name)) or _stacked(name) or _is_placeholder(name):
        return None
    found = {_script(letter) for letter in name if letter.isalpha()}
    if not found or (len(found) > 1 and not any(found <= known for known in _TOGETHER)):
        return None
    return name if not scripts or found <= {script.upper() for script in scripts} else None


def first_name(name: str) -> str:
    """What to call somebody by: the first word, unless it is an initial."""
    first, _, _ = name.partition(" ")
    return name if len(first.rstrip(".")) < 2 and first != name and not _is_ideograph(first) else first


def _allowed(letter: str) -> bool:
    return letter in _BETWEEN or unicodedata.category(letter)[0] in "LM"


def _stacked(name: str) -> bool:
    """Whether marks are heaped upon letters, or stand without one."""
    run = _MARKS
    for letter in name:
        run = run + 1 if unicodedata.category(letter)[0] == "M" else 0
        if run > _MARKS:
            return True
    return False


def _is_placeholder(name: str) -> bool:
    words = re.sub(r"[^\w/]+", " ", name.casefold()).split()
    letters = [letter for letter in name.casefold() if letter.isalpha()]
    repeated = len(letters) > 2 and len(set(letters)) == 1
    return not words or repeated or "".join(words) in _PLACEHOLDERS or all(word in _PLACEHOLDERS for word in words)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]


def _is_ideograph(text: str) -> bool:
    return any(_script(letter) in {"CJK", "HANGUL", "HIRAGANA", "KATAKANA"} for letter in text)
