from hypothesis import given
from hypothesis import strategies as st

from serving.cache import ONCE, Cache, ReadyList


def ready(size: int) -> ReadyList:
    return ReadyList(b"x" * size, ())


def held(cache: Cache, *names: str) -> list[str]:
    """Those that are there; asking changes the order in which they were used."""
    return [name for name in names if cache.get(name, 0)]


def test_a_list_comes_back_as_it_was_put() -> None:
    cache = Cache(1_000 * ONCE)
    cache.put("ada", 0, ready(10))
    assert cache.get("ada", 0) == ready(10)
    assert cache.get("bob", 0) is None


def test_of_those_asked_for_once_the_least_recently_used_goes_first() -> None:
    cache = Cache(3_500 * ONCE)  # 3,500 for them
    for name in ("ada", "bob", "eve", "kim"):
        cache.put(name, 0, ready(400))
    assert held(cache, "ada", "bob", "eve", "kim") == ["bob", "eve", "kim"]


def test_what_is_asked_for_once_does_not_drive_out_what_is_asked_for_again() -> None:
    cache = Cache(3_500 * ONCE)
    for name in ("ada", "bob"):
        cache.put(name, 0, ready(400))
        assert cache.get(name, 0)
    for number in range(100):
        cache.put(number, 0, ready(400))
    assert cache.size <= 2_000 + 3_500
    assert held(cache, "ada", "bob") == ["ada", "bob"]


def test_what_comes_up_again_after_it_had_to_go_is_kept() -> None:
    cache = Cache(1_000 * ONCE)
    for name in ("ada", "bob", "ada"):
        cache.put(name, 0, ready(400))
    assert cache.popular() == ["ada"]
    for name in ("eve", "kim"):
        cache.put(name, 0, ready(400))
    assert held(cache, "ada", "bob", "eve", "kim") == ["ada", "kim"]


def test_many_who_come_back_late_are_all_ready_in_the_end() -> None:
    cache = Cache(1_600 * 100 * ONCE)  # a hundred lists that were asked for once, and all others
    for _ in range(2):
        for number in range(1_000):
            if cache.get(number, 0) is None:
                cache.put(number, 0, ready(1_000))
    assert all(cache.get(number, 0) is not None for number in range(1_000))


def test_a_list_too_large_for_its_room_drives_nothing_out() -> None:
    cache = Cache(1_000 * ONCE)
    cache.put("ada", 0, ready(300))
    cache.put("bob", 0, ready(5_000))
    assert held(cache, "ada", "bob") == ["ada"]
    cache.put("bob", 0, ready(5_000))
    assert held(cache, "ada", "bob") == ["ada", "bob"]


def test_what_is_not_asked_for_any_more_makes_room() -> None:
    cache = Cache(1_000 * ONCE)  # the rest for the others
    for number in range(ONCE):  # one more than there is room for
        cache.put(number, 0, ready(400))
        assert cache.get(number, 0)
    assert cache.popular() == [*range(ONCE - 1, 0, -1)]
    cache.put("new", 0, ready(400))
    assert cache.get(0, 0) is None
    assert cache.get(1, 0) is not None


def test_a_list_in_another_state_takes_the_place_of_the_one_before() -> None:
    cache = Cache(3_500 * ONCE)
    cache.put("ada", 1, ready(400))
    size = cache.size
    assert cache.get("ada", 2) is None
    cache.put("ada", 2, ready(400))
    assert cache.get("ada", 1) is None
    assert cache.get("ada", 2) is not None
    assert len(cache) == 1
    assert cache.size == size


def test_who_is_asked_for_in_state_after_state_is_popular() -> None:
    cache = Cache(3_500 * ONCE)
    for state in range(3):
        cache.put("ada", state, ready(400))
    assert cache.popular() == ["ada"]


def test_what_was_asked_for_again_is_known_the_last_used_first() -> None:
    cache = Cache(3_500 * ONCE)
    for name in ("ada", "bob", "eve"):
        cache.put(name, 0, ready(400))
    for name in ("eve", "ada", "kim"):
        cache.get(name, 0)
    assert cache.popular() == ["ada", "eve"]
    cache.get("eve", 0)
    assert cache.popular() == ["eve", "ada"]
    cache.enter("another")
    cache.put("ada", 0, ready(400))
    assert cache.popular() == []


def test_lists_that_will_be_asked_for_again_are_kept_at_once() -> None:
    cache = Cache(3_500 * ONCE)
    for number in range(10):
        cache.keep(number, 0, ready(400))
    assert len(cache) == 10
    assert cache.popular() == [*range(9, -1, -1)]


def test_another_era_forgets_everything() -> None:
    cache = Cache(1_000 * ONCE)
    cache.enter(0)
    cache.put("ada", 0, ready(10))
    cache.enter(0)
    assert cache.get("ada", 0) is not None
    cache.enter(3600)
    assert cache.get("ada", 0) is None
    assert cache.size == 0


def test_a_limit_of_zero_keeps_nothing() -> None:
    cache = Cache(0)
    cache.put("ada", 0, ready(10))
    assert len(cache) == cache.size == 0


STEP = st.tuples(st.sampled_from(["put", "keep", "get"]), st.integers(0, 20), st.integers(0, 2), st.integers(0, 3_000))


@given(st.lists(STEP, max_size=60), st.integers(0, 20_000))
def test_it_never_holds_more_than_its_limit(steps: list[tuple[str, int, int, int]], limit: int) -> None:
    cache = Cache(limit)
    for step, key, state, size in steps:
        if step == "get":
            cache.get(key, state)
        else:
            getattr(cache, step)(key, state, ready(size))
        assert cache.size <= limit
        assert len(cache.popular()) <= len(cache)
    assert (cache.size == 0) == (len(cache) == 0)


class Meddler:
    """A key that lets another list in while it is looked up, as a thread that answers may."""

    cache: Cache | None = None

    def __hash__(self) -> int:
        cache, self.cache = self.cache, None
        if cache is not None:
            cache.put("late", 0, ready(1))
            cache.get("late", 0)
        return 7


def test_what_was_asked_for_again_is_listed_in_one_step() -> None:
    cache, key = Cache(3_500 * ONCE), Meddler()
    for name in ("ada", key):
        cache.put(name, 0, ready(1))
        cache.get(name, 0)
    key.cache = cache
    assert cache.popular() == [key, "ada"]
