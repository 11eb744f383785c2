"""Versions and aliases."""

from pathlib import Path

import pytest

from training.bundle import read_manifest
from training.tracking.registry import SINCE, Registry, UnknownVersionError
from training.tracking.run import Tracked, TrainedRun, track
from training.tracking.store import Store


def test_a_version_carries_its_origin(registry: Registry, origin: tuple[Path, Tracked]) -> None:
    (version,) = registry.versions()
    assert registry.name == "corner-recommender"
    assert version.number == "1"
    assert version.run_id == origin[1].run_id
    assert version.tags["data_fingerprint"] == "f00d"
    assert version.description.startswith("NDCG@20 0.")
    assert registry.metrics(version)["memory/peak_mb"] == 321.0


def test_aliases_move(registry: Registry, bare: TrainedRun, workspace: Path) -> None:
    registry.point("champion", "1")
    assert registry.next_number() == "2"
    second = track(bare, Store.of(workspace), registry.client)
    assert second.version == "2"
    registry.point("challenger", "2")
    assert [(v.number, v.aliases) for v in registry.versions()] == [("2", ("challenger",)), ("1", ("champion",))]
    registry.point("champion", "2")
    registry.drop("challenger")
    registry.drop("challenger")
    assert [(v.number, v.aliases) for v in registry.versions()] == [("2", ("champion",)), ("1", ())]
    assert registry.get("champion").number == "2"


def test_a_number_that_is_taken_is_passed_over(registry: Registry, bare: TrainedRun, workspace: Path) -> None:
    """As those of bundles are that a registry before this one has left."""
    taken = {"2", "3"}
    assert registry.next_number(taken) == "4"
    tracked = track(bare, Store.of(workspace), registry.client, taken=taken)
    assert tracked.version == "4"
    assert [version.number for version in registry.versions()] == ["4", "1"]
    run = registry.client.get_run(tracked.run_id)
    assert run.data.tags["registered_version"] == "4"
    assert "Version 4 is the same recipe" in run.data.tags["mlflow.note.content"]


def test_a_crowning_that_was_broken_off_is_completed(registry: Registry) -> None:
    registry.point("challenger", "1")
    registry.point("champion", "1")
    registry.crown("1")
    (version,) = registry.versions()
    assert version.aliases == ("champion",)
    assert version.tags[SINCE]


def test_an_unknown_version_names_those_there_are(registry: Registry) -> None:
    with pytest.raises(UnknownVersionError, match="no version '7' of corner-recommender; there are: 1"):
        registry.point("champion", "7")


def test_a_shop_without_a_model_says_so(registry: Registry) -> None:
    nothing = Registry.of(registry.client, "new-shop")
    assert nothing.versions() == []
    assert nothing.next_number() == "1"
    with pytest.raises(UnknownVersionError, match="none yet: train first"):
        nothing.get("champion")


def test_a_downloaded_bundle_is_the_one_registered(registry: Registry, bundle: Path, tmp_path: Path) -> None:
    assert read_manifest(registry.download("1", tmp_path))["files"] == read_manifest(bundle)["files"]
