"""What was said under several ids is the person's: the later declaration, and what is refused under none."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.consent.purposes import consent_of
from features.interests.told import Declared, Told
from features.tables.settled import _least_consent, settled_told
from features.tables.statics import Statics

STATED = (None, "", "[]", '["analytics"]', '["messaging"]', '["analytics", "messaging"]')
SAID = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(STATED)), max_size=12)
PERSONS = Statics(members=pa.array(["ann2", "anon:web"]), persons=pa.array(["ann", "ann"]))


def test_the_later_declaration_counts_whichever_id_it_came_under() -> None:
    said = {
        "ann": Told((Declared("Mugs", 1),), ("Toys",)),
        "bob": Told((Declared("Toys", 2),)),
        "ann2": Told((Declared("Pots", 3), Declared("Toys", 3))),
        "anon:web": Told(removed=("Pots",)),
    }
    found = settled_told(said, PERSONS)
    assert found == {"ann": Told((Declared("Toys", 3),), ("Pots",)), "bob": said["bob"]}


def test_nobody_said_anything() -> None:
    assert settled_told({}, PERSONS) == {}


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
