"""A store that takes longer to open than a write may: who writes first has an answer all the same, others meanwhile."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from features.errors import StoreBusy
from features.settings import Settings
from features.store.livestore import LiveStore
from serving import opening
from serving.clock import Clock
from serving.errors import RequestError
from serving.intake import Intake
from serving.keeper import Keeper
from serving.metrics import Metrics
from serving.opening import opened
from serving.storing import Storing

if TYPE_CHECKING:
    from features.store.appender import Appender

VIEW = {"customer_id": "ann", "product_id": "mug", "event_type": "view_item"}
SETTINGS = Settings.parse("")
WRITE, OPENING = 60.0, 100.0  # seconds that a write may take, and that the opening takes on the loop's clock

T = TypeVar("T")


class Jumping(asyncio.SelectorEventLoop):
    """A loop whose clock can be put forward."""

    ahead = 0.0  # seconds

    def time(self) -> float:
        return super().time() + self.ahead


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=Jumping) as runner:
        return runner.run(coroutine)


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    """Its store is opened slowly."""
    monkeypatch.delenv("ESNAF_STORE", raising=False)
    monkeypatch.setattr(opening, "OPENED_WITHIN", 10 * OPENING)
    one = Keeper(tmp_path, SETTINGS)
    before(one, monkeypatch, lambda: monkeypatch.setattr(Jumping, "ahead", OPENING))
    yield one
    one.close()


def before(keeper: Keeper, monkeypatch: pytest.MonkeyPatch, first: Callable[[], object]) -> None:
    """Something happens before the store is opened."""
    open_it = keeper.open

    def opened_after() -> "Appender":
        first()
        return open_it()

    monkeypatch.setattr(keeper, "open", opened_after)


def end() -> float:
    return asyncio.get_running_loop().time() + WRITE


def test_the_first_event_waits_for_the_store(keeper: Keeper) -> None:
    intake = Intake(keeper, SETTINGS, clock=Clock(fixed=1_700_000_000), metrics=Metrics())

    async def take() -> bytes:
        return await intake.take(VIEW, until=end())

    assert json.loads(run(take()))["accepted"] == 1


def test_what_is_stored_first_waits_for_the_store(keeper: Keeper) -> None:
    async def store() -> int:
        return await Storing(keeper).store(LiveStore.count, until=end())

    assert run(store()) == 0


def test_a_write_has_all_its_time_when_the_store_is_open(keeper: Keeper) -> None:
    async def put_off() -> tuple[float, float]:
        until = end()
        return await opened(keeper, until) - until, await opened(keeper, until) - until

    first, second = run(put_off())
    assert first >= OPENING
    assert second == 0


def test_others_are_answered_meanwhile(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    before(keeper, monkeypatch, go.wait)

    async def turns() -> None:
        opening_it = asyncio.create_task(opened(keeper, end()))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not opening_it.done()
        go.set()
        await opening_it

    run(turns())
    assert keeper.state == "ready"


def test_an_opening_that_takes_too_long_is_given_up_and_goes_on(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "OPENED_WITHIN", 0.01)
    go = threading.Event()
    before(keeper, monkeypatch, go.wait)

    async def given_up() -> None:
        try:
            await opened(keeper, 0)
        finally:
            go.set()

    with pytest.raises(RequestError, match="too long to open") as refused:
        run(given_up())
    assert (refused.value.status, refused.value.code) == (503, "store_unavailable")
    assert keeper.state == "ready"  # the loop has ended with its threads


def test_others_who_are_busy_with_it_do_not_make_it_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Keeper(tmp_path, SETTINGS)

    def busy() -> None:
        raise StoreBusy("others write", retry_after=1)

    before(keeper, monkeypatch, busy)
    with pytest.raises(RequestError, match="keep the live store busy"):
        asyncio.run(opened(keeper, 0))
    assert keeper.state == "none"
    keeper.close()


def test_a_keeper_that_has_ended_opens_nothing(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, SETTINGS)
    keeper.close()
    with pytest.raises(RequestError, match="cannot be opened") as refused:
        asyncio.run(opened(keeper, 0))
    assert refused.value.status == 503
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_another_made_is_opened_by_who_reads(tmp_path: Path) -> None:
    keeper, other = Keeper(tmp_path, SETTINGS), Keeper(tmp_path, SETTINGS)
    absent = keeper.opens
    other.open()
    made = keeper.opens
    assert keeper.reading() is not None
    assert (absent, made, keeper.opens) == (False, True, False)
    for one in (keeper, other):
        one.close()
