"""Who serves: the pointer, the alias that follows it or was moved, and the way back."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from features.errors import BundleError, RefusedError
from training import pointer
from training.bundle import FORMAT, read_manifest
from training.champions import Champions, Change
from training.config import BundlesConfig
from training.tracking.registry import SINCE, Registry, UnknownVersionError
from training.tracking.run import Tracked, TrainedRun, track
from training.tracking.store import Store, TrackingError

LONG_AGO = 1_000_000_000


@pytest.fixture(scope="module")
def four(
    origin: tuple[Path, Tracked], bare: TrainedRun, bundle: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A workspace with four registered versions whose bundles are there; nothing serves yet."""
    workspace = Path(shutil.copytree(origin[0], tmp_path_factory.mktemp("four") / "workspace"))
    client = Store.of(workspace).open()
    for version in "1234":
        if version != "1":
            track(bare, Store.of(workspace), client)
        shutil.copytree(bundle, workspace / "bundles" / version)
        os.utime(workspace / "bundles" / version, (LONG_AGO, LONG_AGO))
    return workspace


@pytest.fixture
def workspace(four: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(four, tmp_path / "workspace"))


@pytest.fixture
def champions(workspace: Path, registry: Registry) -> Champions:
    return Champions(workspace, registry, BundlesConfig(keep=9))


def line(workspace: Path) -> list[str]:
    """The champion and those before it, and the alias as it was last seen."""
    found = pointer.find(workspace)
    return [found.version, *found.before, f"alias {found.alias}"]


def alias(registry: Registry) -> str:
    return registry.get("champion").number


def test_a_promoted_version_serves_and_the_alias_follows(champions: Champions, registry: Registry) -> None:
    assert champions.served() is None
    assert champions.promote("1") == Change("1", None)
    assert champions.promote("3") == Change("3", "1")
    assert line(champions.workspace) == ["3", "1", "alias 3"]
    assert alias(registry) == champions.served() == "3"
    assert registry.get("3").tags[SINCE]


def test_the_champion_again_is_no_change(champions: Champions, registry: Registry) -> None:
    champions.promote("1")
    since, file = registry.get("1").tags[SINCE], champions.workspace / pointer.FILE
    before = file.stat()
    assert not champions.promote("1").changed
    assert file.stat().st_ino == before.st_ino
    assert registry.get("1").tags[SINCE] == since


def test_a_challenger_is_promoted_by_its_alias_and_is_none_any_more(champions: Champions, registry: Registry) -> None:
    champions.promote("1")
    registry.point("challenger", "2")
    assert champions.promote("challenger").version == "2"
    assert registry.get("2").aliases == ("champion",)


def test_rolling_back_goes_further_back_each_time(champions: Champions, registry: Registry) -> None:
    for version in "124":
        champions.promote(version)
    assert champions.rollback() == Change("2", "4")
    assert line(champions.workspace) == ["2", "1", "alias 2"]
    assert champions.rollback() == Change("1", "2")
    assert alias(registry) == "1"
    with pytest.raises(RefusedError, match="no champion before this one"):
        champions.rollback()
    assert champions.served() == "1"


def test_promoting_an_earlier_champion_moves_it_to_the_front(champions: Champions) -> None:
    for version in "1231":
        champions.promote(version)
    assert line(champions.workspace) == ["1", "3", "2", "alias 1"]


@pytest.mark.parametrize(
    ("target", "left"), [("1", ["1"]), ("2", ["2", "1"]), ("3", ["3", "2", "1"]), ("4", ["4", "2", "1"])]
)
def test_rolling_back_to_a_version(champions: Champions, target: str, left: list[str]) -> None:
    """Version 3 never served, and 4 serves already."""
    for version in "124":
        champions.promote(version)
    assert champions.rollback(target).version == target
    assert line(champions.workspace) == [*left, f"alias {target}"]


def test_a_later_version_is_no_way_back(champions: Champions) -> None:
    champions.promote("2")
    with pytest.raises(RefusedError, match="version 4 is later than the champion, 2; `esnaf promote 4`"):
        champions.rollback("4")


@pytest.mark.parametrize("change", ["promote", "rollback"])
def test_an_unknown_version_is_told(champions: Champions, change: str) -> None:
    champions.promote("1")
    for version in ("9", "../1", "champions"):
        with pytest.raises(UnknownVersionError, match=r"no version .* of corner-recommender; there are: 1, 2, 3, 4"):
            getattr(champions, change)(version)
    assert champions.served() == "1"


def flip_a_byte(bundle: Path) -> None:
    file = bundle / "products" / "ids" / "text.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\xff")


def of_another_format(bundle: Path) -> None:
    file = bundle / "manifest.json"
    file.write_text(file.read_text().replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}'))


@pytest.mark.parametrize(
    ("harm", "words"),
    [(flip_a_byte, "is damaged"), (of_another_format, f"bundle format {FORMAT + 1}, this version reads {FORMAT}")],
)
def test_a_bad_bundle_is_refused_and_the_champion_stays(
    champions: Champions, registry: Registry, harm: Callable[[Path], None], words: str
) -> None:
    champions.promote("1")
    harm(champions.bundles.path("2"))
    with pytest.raises(BundleError, match=words):
        champions.promote("2")
    assert champions.served() == alias(registry) == "1"


def test_a_bundle_that_is_gone_is_fetched_from_the_registry(champions: Champions, bundle: Path) -> None:
    champions.promote("1")
    shutil.rmtree(champions.bundles.path("2"))
    champions.promote("2")
    assert read_manifest(champions.bundles.path("2"))["files"] == read_manifest(bundle)["files"]
    shutil.rmtree(champions.bundles.path("1"))
    assert champions.rollback().version == "1"
    assert champions.bundles.versions() == ["4", "3", "2", "1"]


def test_bundles_go_after_their_grace_but_never_the_champion_or_the_one_before(champions: Champions) -> None:
    tight = replace(champions, config=BundlesConfig(keep=1, grace_s=3_600))
    assert tight.promote("1").removed == ("3", "2")
    assert tight.bundles.versions() == ["4", "1"]
    tight.promote("2")
    assert tight.promote("3").removed == ()  # 1 was served, and 2 fetched, less than an hour ago
    at_once = replace(champions, config=BundlesConfig(keep=0, grace_s=0))
    assert at_once.rollback().removed == ("4", "3")
    assert at_once.bundles.versions() == ["2", "1"]
    assert line(champions.workspace) == ["2", "1", "alias 2"]


def test_an_alias_that_was_moved_is_taken_over(champions: Champions, registry: Registry) -> None:
    champions.promote("1")
    registry.point("champion", "3")
    shutil.rmtree(champions.bundles.path("3"))
    assert champions.adopt() == Change("3", "1")
    assert line(champions.workspace) == ["3", "1", "alias 3"]
    assert champions.adopt() == Change("3", "3")


def test_a_moved_alias_counts_as_a_champion_for_what_comes_next(champions: Champions, registry: Registry) -> None:
    champions.promote("1")
    registry.point("champion", "3")
    champions.promote("4")
    assert line(champions.workspace) == ["4", "3", "1", "alias 4"]
    registry.point("champion", "2")
    assert champions.rollback() == Change("4", "4")
    assert alias(registry) == "4"


def test_an_alias_that_could_not_follow_does_so_later(
    champions: Champions, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not moved, so nobody takes the old version for the wanted one."""
    champions.promote("1")

    def locked(*_: object) -> None:
        raise MlflowException("database is locked\nand more")

    with monkeypatch.context() as patch:
        patch.setattr(registry.client, "set_registered_model_alias", locked)
        change = champions.promote("2")
    assert change.version == champions.served() == "2"
    assert change.warning
    assert "could not follow: the tracking store failed (database is locked)" in change.warning
    assert (alias(registry), pointer.find(champions.workspace).alias) == ("1", "1")
    assert champions.adopt() == Change("2", "2")
    assert alias(registry) == "2"


class KilledError(BaseException):
    """Nothing more is done."""


@pytest.mark.parametrize("step", ["set_registered_model_alias", "set_model_version_tag"])
def test_a_rollback_that_is_killed_has_rolled_back(
    champions: Champions, registry: Registry, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before the alias moves or after it: the file decides, and forgets the champion that is left."""
    for version in "123":
        champions.promote(version)

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(registry.client, step, killed)
        with pytest.raises(KilledError):
            champions.rollback()
    assert line(champions.workspace) == ["2", "1", "alias 3"]
    assert champions.adopt() == Change("2", "2")
    assert line(champions.workspace) == ["2", "1", "alias 2"]
    assert alias(registry) == "2"
    assert champions.rollback().version == "1"


def test_the_numbers_of_all_that_is_here_are_known(champions: Champions) -> None:
    champions.promote("1")
    champions.promote("2")
    shutil.rmtree(champions.bundles.path("1"))
    assert champions.numbers == {"1", "2", "3", "4"}


def test_without_mlflow_the_bundles_that_are_here_can_serve(champions: Champions, registry: Registry) -> None:
    for version in "123":
        champions.promote(version)
    alone = Champions(champions.workspace, config=BundlesConfig(keep=0, grace_s=0))
    shutil.rmtree(champions.bundles.path("2"))
    assert alone.rollback() == Change("1", "3")  # nothing is removed that could not be fetched
    assert alone.bundles.versions() == ["4", "3", "1"]
    with pytest.raises(UnknownVersionError, match=r"no version '2' in .*; there are: 1, 3, 4"):
        alone.promote("2")
    assert alone.promote("4").version == "4"
    assert (alias(registry), line(champions.workspace)) == ("3", ["4", "1", "alias 3"])
    assert champions.adopt() == Change("4", "4")
    assert alias(registry) == "4"


def test_a_registry_that_fails_changes_nothing(
    champions: Champions, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    champions.promote("1")

    def gone(*_: object, **__: object) -> None:
        raise MlflowException("unable to open database file")

    monkeypatch.setattr(registry.client, "search_model_versions", gone)
    with pytest.raises(TrackingError, match="unable to open database file"):
        champions.promote("2")
    assert champions.served() == "1"


def test_a_damaged_pointer_is_written_again(champions: Champions) -> None:
    champions.promote("1")
    (champions.workspace / pointer.FILE).write_text("{")
    champions.promote("2")
    assert line(champions.workspace) == ["2", "1", "alias 2"]


def test_a_shop_without_a_version_has_nothing_to_adopt(tmp_path: Path, registry: Registry) -> None:
    assert Champions(tmp_path, Registry.of(registry.client, "new-shop")).adopt() is None
