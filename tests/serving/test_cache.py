from hypothesis import given
from hypothesis import strategies as st

from serving.cache import Cache, ReadyList


def ready(size: int) -> ReadyList:
    return ReadyList(b"x" * size, ())


def test_a_list_comes_back_as_it_was_put() -> None:
    cache = Cache(10_000)
    cache.put("ada", ready(10))
    assert cache.get("ada") == ready(10)
    assert cache.get("bob") is None


def test_the_least_recently_used_goes_first() -> None:
    cache = Cache(3_500)
    for name in ("ada", "bob", "eve"):
        cache.put(name, ready(600))
    cache.get("ada")
    cache.put("kim", ready(600))
    assert [name for name in ("ada", "bob", "eve", "kim") if cache.get(name)] == ["ada", "eve", "kim"]


def test_the_same_key_again_takes_the_place_of_the_first() -> None:
    cache = Cache(10_000)
    cache.put("ada", ready(600))
    size = cache.size
    cache.put("ada", ready(600))
    assert cache.size == size
    assert len(cache) == 1


def test_what_was_asked_for_again_is_known_the_last_used_first() -> None:
    cache = Cache(3_500)
    for name in ("ada", "bob", "eve"):
        cache.put(name, ready(600))
    for name in ("eve", "ada", "kim"):
        cache.get(name)
    assert cache.popular() == ["ada", "eve"]
    cache.put("kim", ready(600))
    cache.put("joe", ready(600))
    assert cache.popular() == ["ada"]
    cache.enter("another")
    cache.put("ada", ready(600))
    assert cache.popular() == []


def test_another_era_forgets_everything() -> None:
    cache = Cache(10_000)
    cache.enter(0)
    cache.put("ada", ready(10))
    cache.enter(0)
    assert cache.get("ada") is not None
    cache.enter(3600)
    assert cache.get("ada") is None
    assert cache.size == 0


def test_a_limit_of_zero_keeps_nothing() -> None:
    cache = Cache(0)
    cache.put("ada", ready(10))
    assert len(cache) == cache.size == 0


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3_000)), max_size=60), st.integers(0, 8_000))
def test_it_never_holds_more_than_its_limit(puts: list[tuple[int, int]], limit: int) -> None:
    cache = Cache(limit)
    for key, size in puts:
        cache.put(key, ready(size))
        assert cache.size <= limit
    assert (cache.size == 0) == (len(cache) == 0)


class Meddler:
    """A key that lets another list in while it is looked up, as a thread that answers may."""

    cache: Cache | None = None

    def __hash__(self) -> int:
        cache, self.cache = self.cache, None
        if cache is not None:
            cache.put("late", ready(1))
            cache.get("late")
        return 7


def test_what_was_asked_for_again_is_listed_in_one_step() -> None:
    cache, key = Cache(10_000), Meddler()
    for name in ("ada", key):
        cache.put(name, ready(1))
        cache.get(name)
    key.cache = cache
    assert cache.popular() == [key, "ada"]
