"""What a person granted under several ids is what they refused under none."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.consent.purposes import consent_of
from features.tables.settled import _least_consent

STATED = (None, "", "[]", '["analytics"]', '["messaging"]', '["analytics", "messaging"]')
SAID = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(STATED)), max_size=12)


def least(said: list[tuple[int, str | None]], own: list[str | None]) -> list[str | None]:
    ordered = sorted(range(len(said)), key=lambda row: said[row][0])
    column, place = pa.array([text for _, text in said], pa.string()), np.array([said[row][0] for row in ordered], int)
    found: list[str | None] = _least_consent(
        column, np.array(ordered, int), place, pa.array(own, pa.string())
    ).to_pylist()
    return found


@given(SAID)
def test_only_who_said_several_things_gets_others(said: list[tuple[int, str | None]]) -> None:
    own = [next((text for at, text in said if at == person and text), None) for person in range(4)]
    for person, text in enumerate(least(said, own)):
        different = {stated for at, stated in said if at == person and stated}
        if len(different) < 2:
            assert text == own[person]
        else:
            granted = [set(json.loads(one)) for one in different]
            assert set(json.loads(text or "[]")) == set.intersection(*granted)


@pytest.mark.parametrize("one", STATED[2:])
def test_a_refusal_under_another_id_stands(one: str) -> None:
    (found,) = least([(0, one), (0, "[]")], [one])
    assert not any(consent_of(found).named.values())
