"""Events of requests, in the process of the tests: verdicts, back-pressure, and a store that is away and comes back."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ConfigError
from features.settings import Settings
from features.store.config import StoreConfig
from features.store.event import Event
from features.store.livestore import LiveStore
from features.store.reader import Reader
from serving.clock import Clock
from serving.errors import RequestError
from serving.intake import Intake
from serving.keeper import Keeper
from serving.metrics import Metrics

NOW = 1_700_000_000
VIEW = {"customer_id": "ann", "product_id": "mug", "event_type": "Product Viewed"}
WAIT = 20.0  # seconds


def intake_of(workspace: Path, toml: str = "") -> Intake:
    settings = Settings.parse(toml)
    return Intake(Keeper(workspace, settings), settings, clock=Clock(fixed=NOW), metrics=Metrics())


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESNAF_STORE", raising=False)


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    intake = intake_of(tmp_path)
    yield intake
    intake.keeper.close()


def take(intake: Intake, body: Any, *, wait: float = WAIT) -> Any:
    async def one() -> bytes:
        return await intake.take(body, until=asyncio.get_running_loop().time() + wait)

    return json.loads(asyncio.run(one()))


def state_of(intake: Intake) -> str:
    return intake.keeper.state


def answer_to(intake: Intake, body: Any) -> Any:
    """The body of the answer, whatever its status is."""
    try:
        return take(intake, body)
    except RequestError as refused:
        return refused.body()


def stored(workspace: Path) -> list[Event]:
    store = LiveStore.open(workspace, StoreConfig())
    reader = Reader(store.backend)
    try:
        return reader.after(0)
    finally:
        reader.close()
        store.close()


class Held:
    """Writes of a keeper's store wait until they are let go."""

    def __init__(self, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go, self.entered = threading.Event(), threading.Event()
        keeper.open()
        store = keeper._store
        assert store is not None
        append = store.append

        def held(events: Sequence[Event]) -> list[int]:
            self.entered.set()
            assert self.go.wait(WAIT)
            return append(events)

        monkeypatch.setattr(store, "append", held)


def test_every_event_has_its_verdict(intake: Intake, tmp_path: Path) -> None:
    odd = {**VIEW, "event_type": "hover <b>\n"}
    answer = take(intake, [VIEW, 7, VIEW, odd, {**VIEW, "event_id": "e-1"}, {**VIEW, "timestamp": NOW * 2}, {}])
    assert (answer["accepted"], answer["duplicates"]) == (2, 1)
    assert [(one["index"], one["error"]["code"], one["error"]["field"]) for one in answer["rejected"]] == [
        (1, "malformed", None),
        (3, "unknown_event_type", "event_type"),
        (5, "future", "timestamp"),
        (6, "no_customer", "customer_id"),
    ]
    assert answer["rejected"][1]["error"]["message"].endswith(r"'hover <b>\n'")
    assert [(event.customer_id, event.time) for event in stored(tmp_path)] == [("ann", NOW)] * 2


def test_one_event_is_a_list_of_one(intake: Intake) -> None:
    assert take(intake, VIEW) == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert take(intake, [VIEW]) == {"accepted": 0, "duplicates": 1, "rejected": []}
    assert take(intake, []) == {"accepted": 0, "duplicates": 0, "rejected": []}


def test_equal_lines_of_an_order_count_each_however_long_the_list_is(intake: Intake) -> None:
    line = {"customer_id": "ann", "product_id": "mug", "order_id": "o-1", "timestamp": NOW}
    assert take(intake, [line] * 100) == {"accepted": 100, "duplicates": 0, "rejected": []}
    assert take(intake, [line] * 101) == {"accepted": 1, "duplicates": 100, "rejected": []}


@pytest.mark.parametrize(
    ("body", "code"), [("ann", "wrong_type"), (None, "wrong_type"), ([VIEW] * 1_001, "invalid_value")]
)
def test_what_is_no_event_and_no_list_of_some(intake: Intake, tmp_path: Path, body: Any, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        take(intake, body)
    assert (refused.value.status, refused.value.code) == (422, code)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_before_an_event_is_accepted(intake: Intake, tmp_path: Path) -> None:
    intake.keeper.look()
    take(intake, {"customer_id": "ann"})
    assert state_of(intake) == "none"
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_acknowledged_before_the_disk_has_it(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits too long is told to send it again, and it counts once."""
    held = Held(intake.keeper, monkeypatch)
    with pytest.raises(RequestError, match="takes too long") as refused:
        take(intake, VIEW, wait=0.05)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
    held.go.set()
    assert take(intake, VIEW)["duplicates"] == 1
    assert len(stored(tmp_path)) == 1


def test_a_full_queue_turns_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = intake_of(tmp_path, "[store]\nqueue = 1000\n")
    held = Held(intake.keeper, monkeypatch)
    lists = [[{**VIEW, "event_id": f"{i}-{j}"} for j in range(600)] for i in range(3)]

    async def offered() -> list[Any]:
        until = asyncio.get_running_loop().time() + WAIT
        first = asyncio.create_task(intake.take(lists[0], until=until))
        assert await asyncio.to_thread(held.entered.wait, WAIT)
        others = [asyncio.create_task(intake.take(one, until=until)) for one in lists[1:]]
        await asyncio.sleep(0.05)
        held.go.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    first, second, third = asyncio.run(offered())
    assert [json.loads(one)["accepted"] for one in (first, second)] == [600, 600]
    assert (third.status, third.code) == (429, "too_many_events")
    assert int(third.headers["Retry-After"]) >= 1
    assert take(intake, lists[2])["accepted"] == 600
    intake.keeper.close()
    assert len(stored(tmp_path)) == 1_800


def test_a_store_that_is_away_refuses_at_once_until_it_is_back(intake: Intake, tmp_path: Path) -> None:
    take(intake, VIEW)
    with sqlite3.connect(tmp_path / "store.db") as other:
        other.execute("ALTER TABLE esnaf_events RENAME TO away")
    for _ in range(2):
        with pytest.raises(RequestError, match="is away") as refused:
            take(intake, {**VIEW, "event_id": "e"})
        assert (refused.value.status, refused.value.code) == (503, "store_unavailable")
        assert str(tmp_path) not in str(refused.value)
        assert refused.value.headers == {"Retry-After": "1"}
    assert state_of(intake) == "unavailable"
    with sqlite3.connect(tmp_path / "store.db") as other:
        other.execute("ALTER TABLE away RENAME TO esnaf_events")
    intake.keeper.look()
    assert state_of(intake) == "ready"
    assert take(intake, {**VIEW, "event_id": "e"})["accepted"] == 1


def test_a_store_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"this is no database" * 100)
    intake = intake_of(tmp_path)
    intake.keeper.look()
    assert state_of(intake) == "unavailable"
    with pytest.raises(RequestError, match="the live store is away"):
        take(intake, VIEW)
    (tmp_path / "store.db").unlink()
    intake.keeper.look()
    assert state_of(intake) == "none"
    assert take(intake, VIEW)["accepted"] == 1
    intake.keeper.close()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    intake = intake_of(tmp_path / "away")
    with pytest.raises(RequestError, match="cannot be opened"):
        take(intake, VIEW)
    assert state_of(intake) == "unavailable"


def test_a_store_that_another_process_makes_is_found(intake: Intake, tmp_path: Path) -> None:
    intake.keeper.look()
    other = intake_of(tmp_path)
    take(other, VIEW)
    other.keeper.close()
    intake.keeper.look()
    assert state_of(intake) == "ready"
    assert take(intake, VIEW)["duplicates"] == 1


def test_whoever_closes_writes_what_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = intake_of(tmp_path)
    held = Held(intake.keeper, monkeypatch)
    with pytest.raises(RequestError):
        take(intake, VIEW, wait=0.01)
    held.go.set()
    intake.keeper.close()
    assert len(stored(tmp_path)) == 1
    with pytest.raises(RequestError, match="the service is ending"):
        take(intake, VIEW)


def test_an_address_that_cannot_be_one_is_told_before_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'mysql' is no store that is known"):
        Keeper(tmp_path, Settings.parse('[store]\nurl = "mysql://db"\n')).check_address()
    Keeper(tmp_path, Settings.parse('[store]\nurl = "sqlite:///later.db"\n')).check_address()
    Keeper(tmp_path, Settings.parse('[store]\nurl = "postgresql://127.0.0.1:1/x"\n')).check_address()
    assert list(tmp_path.iterdir()) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*VIEW, "x", "order_id"]), inner),
    max_leaves=12,
)


@given(
    body=st.lists(
        st.fixed_dictionaries({}, optional=dict.fromkeys((*VIEW, "timestamp", "quantity"), JSON)) | JSON, max_size=4
    )
)
def test_whatever_comes_each_event_has_one_verdict(body: list[Any]) -> None:
    """Nothing is written here: what is accepted fails with the store."""
    intake = intake_of(Path("/dev/null/no-folder"))
    answer = answer_to(intake, body)
    if "error" in answer:
        assert answer["error"]["code"] == "store_unavailable"
    else:
        assert answer["accepted"] + answer["duplicates"] == 0
        assert [one["index"] for one in answer["rejected"]] == list(range(len(body)))
