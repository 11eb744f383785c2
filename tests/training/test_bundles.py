"""Which bundles stay in the workspace."""

import os
import time
from collections.abc import Collection
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import BundleError
from training.bundles import Bundles
from training.config import BundlesConfig

DAY = 86_400
NOW = BundlesConfig(keep=0, grace_s=0)


def made(workspace: Path, *versions: str, age: float = 0.0) -> Bundles:
    """Bundles of some versions, made or last served `age` seconds ago."""
    bundles, then = Bundles.of(workspace), time.time() - age
    for version in versions:
        folder = bundles.path(version)
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
        os.utime(folder, (then, then))
    return bundles


def test_versions_are_listed_newest_first_and_nothing_else(tmp_path: Path) -> None:
    bundles = made(tmp_path, "9", "10", "2")
    (tmp_path / "bundles" / ".new-x").mkdir()
    (tmp_path / "bundles" / "notes").mkdir()
    (tmp_path / "bundles" / "11").write_text("a file")
    assert bundles.versions() == ["10", "9", "2"]
    assert Bundles.of(tmp_path / "nowhere").versions() == []


def test_the_newest_stay_and_older_ones_go_after_their_grace(tmp_path: Path) -> None:
    bundles = made(tmp_path, *"12345", age=7_200)
    config = BundlesConfig(keep=2, grace_s=3_600)
    bundles.touch("2")
    assert bundles.prune(config, spare=(), stored="12345") == ("3", "1")
    assert bundles.versions() == ["5", "4", "2"]
    assert sorted(path.name for path in bundles.folder.iterdir()) == ["2", "4", "5"]


def test_what_could_not_be_fetched_again_stays(tmp_path: Path) -> None:
    bundles = made(tmp_path, *"123", age=DAY)
    assert bundles.prune(NOW, spare=(), stored="2") == ("2",)
    assert bundles.versions() == ["3", "1"]


@given(
    spare=st.sets(st.sampled_from("123456"), max_size=3),
    ages=st.lists(st.integers(0, 2 * DAY), min_size=6, max_size=6),
    keep=st.integers(0, 7),
)
def test_the_spared_the_young_and_the_newest_are_never_removed(
    tmp_path_factory: pytest.TempPathFactory, spare: Collection[str], ages: list[int], keep: int
) -> None:
    workspace = tmp_path_factory.mktemp("shop")
    for version, age in zip("123456", ages, strict=True):
        made(workspace, version, age=age)
    bundles, config = Bundles.of(workspace), BundlesConfig(keep=keep, grace_s=DAY)
    gone = bundles.prune(config, spare=spare, stored="123456")
    young = {version for version, age in zip("123456", ages, strict=True) if age < DAY - 60}
    newest = set("654321"[:keep])
    assert not set(gone) & {*spare, *young, *newest}
    assert set(bundles.versions()) == set("123456") - set(gone)
    old = {version for version, age in zip("123456", ages, strict=True) if age > DAY + 60}
    assert old - {*spare, *newest} <= set(gone)


def test_what_killed_work_has_left_is_swept_away(tmp_path: Path) -> None:
    bundles = made(tmp_path, "1")
    for name, age in ((".new-old", 2 * DAY), (".new-fresh", 60), (".removed-7-99", 0)):
        folder = bundles.folder / name
        (folder / "inside").mkdir(parents=True)
        os.utime(folder, (time.time() - age,) * 2)
    bundles.prune(NOW, spare="1", stored=())
    assert sorted(path.name for path in bundles.folder.iterdir()) == [".new-fresh", "1"]


def test_a_bundle_that_is_nowhere_is_told(tmp_path: Path) -> None:
    bundles = made(tmp_path, "1")
    assert bundles.ready("1", None) == bundles.path("1")
    with pytest.raises(BundleError, match=r"no bundle of version 2 in .*, and no registry to fetch it from"):
        bundles.ready("2", None)


def test_all_of_a_bundle_is_on_the_disk_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles, synced = made(tmp_path, "1"), list[str]()
    finished = tmp_path / "bundles" / ".new-x"
    (finished / "inside").mkdir(parents=True)
    for name in ("manifest.json", "inside/a.npy"):
        (finished / name).write_text(name)

    def sync(path: Path) -> None:
        assert bundles.versions() == ["1"]
        synced.append(path.name)

    monkeypatch.setattr("training.bundle.sync", sync)
    assert bundles.publish(finished, "2") == bundles.path("2")
    assert sorted(synced) == [".new-x", "a.npy", "inside", "manifest.json"]
    assert bundles.versions() == ["2", "1"]


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """A bundle that somebody fetched meanwhile is the same one."""
    bundles = made(tmp_path, "1", "2")
    assert bundles.publish(bundles.path("1"), "2") == bundles.path("2")
    (bundles.path("1") / "manifest.json").write_text("another")
    with pytest.raises(BundleError, match="exists already; a bundle is never changed"):
        bundles.publish(bundles.path("1"), "2")


def test_one_change_at_a_time(tmp_path: Path) -> None:
    bundles, order, inside = Bundles.of(tmp_path), list[str](), Event()

    def second() -> None:
        inside.wait()
        with Bundles.of(tmp_path).locked():
            order.append("second")

    other = Thread(target=second)
    other.start()
    with bundles.locked():
        inside.set()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


@pytest.mark.parametrize("name", ["keep", "grace_s"])
def test_settings_below_nothing_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} = -1: must be 0 or more"):
        BundlesConfig(**{name: -1})
