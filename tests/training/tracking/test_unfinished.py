"""Runs whose training was killed."""

from dataclasses import replace
from pathlib import Path

import pytest

from training.tracking.registry import Registry
from training.tracking.run import TrainedRun, track
from training.tracking.store import Store
from training.tracking.unfinished import place_of, settle_killed


class KilledError(BaseException):
    """Nothing more is done."""


def killed_at(step: str, run: TrainedRun, registry: Registry, workspace: Path) -> str:
    """The id of a run that was killed at a step of its tracking."""

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.tracking.run.settle", lambda *_: None)
        patch.setattr(registry.client, step, killed)
        with pytest.raises(KilledError):
            track(run, Store.of(workspace), registry.client)
    experiment = registry.client.get_experiment_by_name("corner")
    assert experiment is not None
    (found,) = registry.client.search_runs([experiment.experiment_id], "attributes.status = 'RUNNING'")
    return str(found.info.run_id)


def status(registry: Registry, run_id: str) -> str:
    return str(registry.client.get_run(run_id).info.status)


def bundles(workspace: Path) -> set[Path]:
    return {path.parent for path in (workspace / "mlruns" / "artifacts").rglob("manifest.json")}


@pytest.mark.parametrize("step", ["log_batch", "log_text", "create_model_version"])
def test_without_a_version_it_is_told_to_be_killed_and_loses_its_bundles(
    run: TrainedRun, registry: Registry, workspace: Path, step: str
) -> None:
    before = bundles(workspace)
    run_id = killed_at(step, run, registry, workspace)
    assert len(bundles(workspace) - before) == (1 if step == "log_batch" else 2)
    settle_killed(Store.of(workspace), registry, workspace)
    assert status(registry, run_id) == "KILLED"
    assert bundles(workspace) == before
    assert [version.number for version in registry.versions()] == ["1"]
    experiment = registry.client.get_run(run_id).info.experiment_id
    models = registry.client.search_logged_models([experiment])
    assert run_id not in {model.source_run_id for model in models}
    assert run_id not in {path.name for path in (workspace / "mlruns" / "artifacts" / "models").iterdir()}


@pytest.mark.parametrize("step", ["set_terminated", "set_tag"])
def test_with_a_version_it_is_finished(run: TrainedRun, registry: Registry, workspace: Path, step: str) -> None:
    run_id = killed_after_registration(step, run, registry, workspace)
    settle_killed(Store.of(workspace), registry, workspace)
    assert status(registry, run_id) == "FINISHED"
    assert registry.client.get_run(run_id).data.tags["registered_version"] == "2"
    assert len(bundles(workspace)) == 4


def killed_after_registration(step: str, run: TrainedRun, registry: Registry, workspace: Path) -> str:
    """The id of a run whose version was registered just before it was killed."""
    done = registry.client.create_model_version

    def registered(*words: object, **named: object) -> object:
        found = done(*words, **named)  # type: ignore[arg-type]
        patch.setattr(registry.client, step, killed)
        return found

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.tracking.run.settle", lambda *_: None)
        patch.setattr(registry.client, "create_model_version", registered)
        with pytest.raises(KilledError):
            track(run, Store.of(workspace), registry.client)
    return registry.get("2").run_id


def test_on_a_server_those_of_other_workspaces_are_left_alone(
    bare: TrainedRun, registry: Registry, workspace: Path, tmp_path: Path
) -> None:
    run_id = killed_at("log_batch", replace(bare, workspace=workspace), registry, workspace)
    server = Store(Store.of(workspace).uri, None)
    settle_killed(server, registry, tmp_path / "another")
    assert status(registry, run_id) == "RUNNING"
    settle_killed(server, registry, workspace)
    assert status(registry, run_id) == "KILLED"
    assert place_of(workspace).endswith(f":{workspace}")


def test_a_shop_without_runs_has_none_to_settle(registry: Registry, workspace: Path) -> None:
    settle_killed(Store.of(workspace), Registry.of(registry.client, "new-shop"), workspace)
