"""What customers say, one thing after the other."""

from hypothesis import given
from hypothesis import strategies as st

from features.interests.names import key_of
from features.interests.told import MOST_REMOVED, NOTHING, Declared, Told

NAMES = st.sampled_from(["Home", "home", "Home > Kitchen", "Home>Kitchen > Mugs", "Acme", "Homes", "ŞİŞE"])
STEPS = st.lists(st.one_of(st.tuples(st.just("remove"), NAMES), st.tuples(st.just("declare"), st.lists(NAMES))))


def names(told: Told) -> list[str]:
    return [one.name for one in told.declared or ()]


def test_a_declaration_replaces_the_one_before() -> None:
    told = NOTHING.declare(["Mugs", "Acme"], 5).declare(["acme", "Zed"], 9)
    assert told.declared == (Declared("acme", 5), Declared("Zed", 9))


def test_what_is_removed_stays_removed_until_it_is_declared_again() -> None:
    told = NOTHING.declare(["Mugs", "Acme"], 5).remove("MUGS")
    assert (names(told), told.removed) == (["Acme"], ("MUGS",))
    assert told.declare(["Acme"], 6).removed == ("MUGS",)
    again = told.declare(["Mugs"], 7)
    assert (again.declared, again.removed) == ((Declared("Mugs", 7),), ())


def test_what_lies_in_something_goes_with_it() -> None:
    told = NOTHING.declare(["Home > Kitchen", "Homes", "Home>Garden > Pots"], 5).remove("Home")
    assert names(told) == ["Homes"]


def test_removing_declares_nothing() -> None:
    assert NOTHING.remove("Mugs").declared is None
    assert NOTHING.declare([], 1).declared == ()


def test_removals_are_bounded() -> None:
    told = NOTHING
    for number in range(MOST_REMOVED + 3):
        told = told.remove(f"n{number}")
    assert (len(told.removed), told.removed[0]) == (MOST_REMOVED, "n3")


@given(STEPS)
def test_whatever_is_said(steps: list[tuple[str, object]]) -> None:
    """Nothing is both declared and removed, nothing stands twice, and it can be packed."""
    told = NOTHING
    for now, (step, value) in enumerate(steps):
        told = told.remove(str(value)) if step == "remove" else told.declare(list(value), now)  # type: ignore[call-overload]
    declared, removed = [key_of(name) for name in names(told)], [key_of(name) for name in told.removed]
    assert not {*declared} & {*removed}
    assert len({*declared}) == len(declared)
    assert len({*removed}) == len(removed)
    assert Told.unpacked(*told.packed()) == told
