"""What a worker does when it looks at the pointer, look by look."""

import gc
import logging
import shutil
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from features.settings import Settings
from serving import watch
from serving.bodies import Context, ListFilters, ListRequest
from serving.champion import Champion
from serving.clock import Clock
from serving.config import ServingConfig
from serving.desk import Desk
from serving.keeper import Keeper
from serving.watch import Watch
from tests.serving import harm
from training import pointer
from training.bundle import FORMAT
from training.pointer import Pointer


@pytest.fixture
def desk(two: Path, as_of: int) -> Desk:
    return Desk.open(Champion.load(two), Keeper(two, Settings({})), config=ServingConfig(), clock=Clock(fixed=as_of))


@pytest.fixture
def looking(two: Path, desk: Desk) -> Watch:
    return Watch(two, desk)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged."""
    found: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("esnaf")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield found
    logger.removeHandler(handler)
    logger.setLevel(level)


def point(workspace: Path, version: str) -> None:
    pointer.replace(workspace, Pointer(version, workspace / "bundles" / version, before=("3",)))


def count(desk: Desk, name: str) -> float:
    lines = desk.metrics.text(age=0, version="").decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def test_another_champion_is_taken_up_and_says_so(two: Path, desk: Desk, looking: Watch, lines: list[str]) -> None:
    looking.look()
    assert desk.answers.champion.version == "3"
    point(two, "2")
    looking.look()
    assert desk.answers.champion.version == "2"
    assert count(desk, "esnaf_model_switches_total") == 1
    (line,) = lines
    assert line.startswith("champion.switched version=2 previous=3")


def test_the_same_champion_again_changes_nothing(two: Path, desk: Desk, looking: Watch, lines: list[str]) -> None:
    answers = desk.answers
    for _ in range(2):
        pointer.replace(two, Pointer("3", two / "bundles" / "3", before=("1",)))
        looking.look()
    assert desk.answers is answers
    assert lines == []


def test_a_registry_begun_anew_may_use_a_number_again(two: Path, desk: Desk, looking: Watch) -> None:
    shutil.rmtree(two / "bundles" / "3")
    (two / "bundles" / "2").rename(two / "bundles" / "3")
    time = desk.answers.champion.recommender.time
    pointer.replace(two, Pointer("3", two / "bundles" / "3"))
    looking.look()
    assert desk.answers.champion.version == "3"
    assert desk.answers.champion.recommender.time < time


def gone(bundle: Path) -> None:
    shutil.rmtree(bundle)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (harm.flip_a_byte, "0.txt: is damaged (its checksum differs)"),
        (harm.from_another_version, f"bundle format {FORMAT + 1}, this version reads {FORMAT}"),
        (harm.with_an_unknown_feature, "it does not fit this version of Esnaf"),
        (harm.without_a_part, "market: cannot be read"),
        (gone, "which is not there; promote a version that is"),
    ],
)
def test_a_bad_bundle_is_refused_once_and_a_good_one_is_taken_later(
    two: Path, desk: Desk, looking: Watch, lines: list[str], spoil: Callable[[Path], None], reason: str
) -> None:
    good, answers = Path(shutil.copytree(two / "bundles" / "2", two / "bundles" / "1")), desk.answers
    spoil(two / "bundles" / "2")
    point(two, "2")
    for _ in range(3):
        looking.look()
    assert desk.answers is answers
    (line,) = lines
    assert line.startswith("champion.refused")
    assert reason in line
    assert line.endswith("serving=3")
    assert count(desk, "esnaf_model_refusals_total") == 1
    point(two, good.name)
    looking.look()
    assert desk.answers.champion.version == "1"


def test_what_was_still_being_copied_is_tried_again_without_another_line(
    two: Path, desk: Desk, looking: Watch, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TRIED_AGAIN", 0.0)
    (two / "bundles" / "2").rename(two / "elsewhere")
    point(two, "2")
    for _ in range(3):
        looking.look()
    (line,) = lines
    assert "which is not there" in line
    (two / "elsewhere").rename(two / "bundles" / "2")
    looking.look()
    assert desk.answers.champion.version == "2"


@pytest.mark.parametrize("text", [None, "", "null", '{"version": "2"}'])
def test_a_pointer_that_cannot_be_read_leaves_the_old_model(
    two: Path, desk: Desk, looking: Watch, lines: list[str], text: str | None
) -> None:
    (two / pointer.FILE).unlink()
    if text is not None:
        (two / pointer.FILE).write_text(text)
    looking.look()
    looking.look()
    assert desk.answers.champion.version == "3"
    assert [line.split()[0] for line in lines] == ["champion.refused"]


def test_an_old_model_goes_with_its_last_reference(two: Path, desk: Desk, looking: Watch, customers: list[str]) -> None:
    """The collector is off: what the start has frozen it would never look at."""
    old = weakref.ref(desk.answers.champion.recommender)
    desk.answers.one(ListRequest(customer_id="anybody", explain=True))
    point(two, "2")
    gc.disable()
    try:
        for customer in customers:  # some of them only ever bought
            desk.answers.one(ListRequest(customer_id=customer, n=5))
        looking.look()
        assert old() is None
        assert str(two / "bundles" / "3") not in Path("/proc/self/maps").read_text()
    finally:
        gc.enable()


def test_a_frozen_model_that_refers_to_itself_goes_too(
    two: Path, desk: Desk, looking: Watch, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LET_GO_WITHIN", 0.0)
    recommender = desk.answers.champion.recommender
    recommender.__dict__["myself"] = recommender
    old = weakref.ref(recommender)
    del recommender
    gc.collect()
    gc.freeze()
    try:
        point(two, "2")
        looking.look()
        gc.collect()
        assert old() is not None
        looking.look()
        assert old() is None
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    assert len(lines) == 1


def test_lists_that_were_asked_for_are_ready_in_the_new_model(
    two: Path, desk: Desk, looking: Watch, customers: list[str], lines: list[str]
) -> None:
    context = Context(cart=("x",), interests=("Kitchen",), attributes={"country": "TR"})
    rules = ListFilters(price_max=50.0, exclude_purchased=True)
    requests = [ListRequest(customer_id=customer, n=5 + i % 2) for i, customer in enumerate(customers[:9])]
    requests += [ListRequest(anonymous_id="visitor", context=context, filters=rules, explain=True)]
    for request in [*requests, *requests, ListRequest(customer_id="asked once")]:
        desk.answers.one(request)
    point(two, "2")
    looking.look()
    assert lines[0].endswith("lists=10")
    misses = count(desk, "esnaf_list_cache_misses_total")
    warm = [desk.answers.one(request) for request in requests]
    assert count(desk, "esnaf_list_cache_misses_total") == misses
    cold = Desk.open(Champion.load(two), Keeper(two, Settings({})), config=desk.config, clock=desk.clock).answers
    for request, answer in zip(requests, warm, strict=True):
        assert said(answer) == said(cold.one(request))


def said(answer: bytes) -> bytes:
    """All but the id and the time."""
    return answer[answer.index(b'"model_version"') : answer.rindex(b',"took_ms"')]


def test_no_time_for_lists_means_none_are_ready(two: Path, as_of: int, lines: list[str]) -> None:
    desk = Desk.open(
        Champion.load(two), Keeper(two, Settings({})), config=ServingConfig(warm_s=0.0), clock=Clock(fixed=as_of)
    )
    for _ in range(2):
        desk.answers.one(ListRequest(customer_id="anybody"))
    point(two, "2")
    Watch(two, desk).look()
    assert lines[0].endswith("lists=0")


def test_it_looks_by_itself_until_it_is_stopped(two: Path, as_of: int) -> None:
    config = ServingConfig(champion_poll_s=0.01)
    desk = Desk.open(Champion.load(two), Keeper(two, Settings({})), config=config, clock=Clock(fixed=as_of))
    looking = Watch(two, desk)
    looking.start()
    point(two, "2")
    for _ in range(1_000):
        if desk.answers.champion.version == "2":
            break
        looking._ended.wait(0.01)
    looking.stop()
    assert desk.answers.champion.version == "2"
    assert not looking._thread.is_alive()


def test_a_worker_that_starts_under_a_bad_pointer_serves_the_champion_before(two: Path, lines: list[str]) -> None:
    point(two, "2")
    harm.flip_a_byte(two / "bundles" / "2")
    assert Champion.resume(two).version == "3"
    assert "champion.refused version=2" in lines[0]
    shutil.rmtree(two / "bundles" / "3")
    with pytest.raises(Exception, match="is damaged"):
        Champion.resume(two)


def test_a_bundle_that_was_verified_is_not_verified_again(two: Path) -> None:
    identity = Champion.load(two).identity
    harm.flip_a_byte(two / "bundles" / "3")
    assert Champion.resume(two, verified=identity).version == "3"
    assert Champion.resume(two).version == "2"
