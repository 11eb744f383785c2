"""Keys: hashes that cannot be guessed without the secret, and seals that only it opens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ConfigError, SecretError
from features.identity.keys import SHORTEST, Keys

OLD, NEW = "o" * SHORTEST, "n" * SHORTEST


def keys(*secrets: str) -> Keys:
    return Keys.from_environment({"ESNAF_SECRET": ",".join(secrets)})


def test_equal_values_have_equal_hashes_and_others_do_not() -> None:
    assert keys(OLD).hash("email", "ann@example.com") == keys(OLD).hash("email", "ann@example.com")
    assert keys(OLD).hash("email", "ann@example.com") != keys(OLD).hash("email", "bob@example.com")
    assert keys(OLD).hash("email", "1") != keys(OLD).hash("phone", "1")
    assert keys(OLD).hash("email", "ann@example.com") != keys(NEW).hash("email", "ann@example.com")


def test_hash_has_nothing_of_its_value() -> None:
    found = keys(OLD).hash("email", "ann@example.com")
    assert "ann" not in found
    assert len(found) == 8 + 1 + 43


@given(st.binary(max_size=300), st.binary(max_size=20))
def test_what_is_sealed_opens_again(data: bytes, about: bytes) -> None:
    sealed = keys(NEW).seal(data, about)
    assert keys(NEW).open(sealed, about) == data
    assert data not in sealed or len(data) < 4


def test_the_same_value_is_never_sealed_alike() -> None:
    assert keys(NEW).seal(b"ann") != keys(NEW).seal(b"ann")


def test_after_a_new_secret_the_old_seals_open_and_hashes_are_found() -> None:
    both = keys(NEW, OLD)
    sealed = keys(OLD).seal(b"ann")
    assert both.open(sealed) == b"ann"
    assert not both.is_current(sealed)
    assert both.is_current(both.seal(b"ann"))
    assert both.hashes("email", "a") == [keys(NEW).hash("email", "a"), keys(OLD).hash("email", "a")]


def test_without_its_secret_a_seal_says_which_key_is_missing() -> None:
    with pytest.raises(SecretError, match=keys(OLD).current.name):
        keys(NEW).open(keys(OLD).seal(b"ann"))


@pytest.mark.parametrize("place", [0, 3, 8, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(keys(OLD).seal(b"ann"))
    sealed[place] ^= 1
    with pytest.raises(SecretError):
        keys(OLD).open(bytes(sealed))


def test_seal_of_another_place_does_not_open() -> None:
    with pytest.raises(SecretError, match="changed or moved"):
        keys(OLD).open(keys(OLD).seal(b"ann", b"email:1"), b"email:2")


def test_torn_value_is_told() -> None:
    with pytest.raises(SecretError, match="damaged"):
        keys(OLD).open(b"\x01short")


def test_without_a_secret_the_message_says_how_to_get_one() -> None:
    with pytest.raises(SecretError, match="esnaf secret new"):
        Keys.from_environment({})
    assert Keys.find({"ESNAF_SECRET": " , "}) is None


def test_short_secret_is_refused_without_being_shown() -> None:
    with pytest.raises(ConfigError, match="secret 2 has 7 characters") as raised:
        keys(OLD, "hunter2")
    assert "hunter2" not in str(raised.value)


def test_nothing_printed_has_the_secret_or_a_key() -> None:
    shown = repr(keys(OLD)) + str(keys(OLD).current)
    assert OLD not in shown
    assert repr(keys(OLD).current.sealing) not in shown
