"""The head of a request."""

import pytest

from serving.call import Call
from tests.serving.asked import a_call, nothing


@pytest.mark.parametrize("given", ["a", "0f1c-22.B_7", "x" * 128, "6f1cbb1e-9f2e-4a0c-8f63-0d6f7a2f6f0e"])
def test_a_well_formed_id_is_kept(given: str) -> None:
    assert a_call(x_request_id=given).id == given.encode()


@pytest.mark.parametrize(
    "given",
    ["", "a b", "x" * 129, "-a", "a\r\nset-cookie: b", "a\x1b[2J", 'a"', "a=b", "ann@mill.lane", "ä", "'; drop--"],
)
def test_any_other_is_replaced(given: str) -> None:
    made = a_call(x_request_id=given).id.decode()
    assert made != given
    assert made.isascii()
    assert all(character.isalnum() or character == "-" for character in made)


def test_ids_of_ours_are_all_different() -> None:
    assert len({a_call().id for _ in range(1_000)}) == 1_000


def test_two_tokens_are_noticed() -> None:
    scope = {
        "method": "GET",
        "path": "/",
        "headers": [(b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")],
    }
    assert Call(scope, nothing).twice
    assert not a_call(authorization="Bearer a", accept="*/*").twice
