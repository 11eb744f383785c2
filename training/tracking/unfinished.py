"""Unfinished: runs whose training ended before their version was registered.

A version is registered when all of its run is there. So a run that nobody works on any more either has a version, and
then lacks at most to say so, or never will: its figures stay, and the copies of its bundles go, since they may be half
of one and nobody could ask for them.
"""

import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from features.logs import log
from training.bundle import discard
from training.tracking.registry import Registry
from training.tracking.store import Store, answering, local

if TYPE_CHECKING:
    from mlflow import MlflowClient

Ended: TypeAlias = Literal["FAILED", "KILLED"]

SOURCE = "esnaf train"  # of runs that register a version
REGISTERED = "registered_version"  # tag of a run
WORKSPACE = "workspace"  # tag of a run: where it was trained
MODELS = 100  # of a run, at most


def settle_killed(store: Store, registry: Registry, workspace: Path) -> None:
    """Settle what earlier trainings of a workspace left under way. None may be under way now.

    A store in the workspace has only such runs; on a server there may be those of other workspaces.
    """
    client = registry.client
    with answering():
        found = client.get_experiment_by_name(registry.shop)
        if found is None:
            return
        wanted = f"attributes.status = 'RUNNING' and tags.`mlflow.source.name` = '{SOURCE}'"
        for run in client.search_runs([found.experiment_id], wanted):
            if store.folder is not None or run.data.tags.get(WORKSPACE) == place_of(workspace):
                settle(registry, run.info.run_id, "KILLED")
                log.warning("run.settled", run=run.info.run_id, reason="its training was killed")


def settle(registry: Registry, run_id: str, ended: Ended) -> None:
    """End a run: as FINISHED if its version is registered, else as `ended` and without copies of bundles."""
    client = registry.client
    number = next((version.number for version in registry.versions() if version.run_id == run_id), None)
    if number is None:
        _discard_bundles(client, run_id)
        client.set_terminated(run_id, ended)
    else:
        client.set_tag(run_id, REGISTERED, number)
        client.set_terminated(run_id)


def place_of(workspace: Path) -> str:
    """What tells one workspace from any other that uses the same server."""
    return f"{socket.gethostname()}:{workspace.resolve()}"


def _discard_bundles(client: "MlflowClient", run_id: str) -> None:
    run = client.get_run(run_id)
    wanted = f"source_run_id = '{run_id}'"
    for model in client.search_logged_models([run.info.experiment_id], wanted, max_results=MODELS):
        _remove(client, model.artifact_location)
        client.delete_logged_model(model.model_id)
    _remove(client, f"{run.info.artifact_uri}/bundles")


def _remove(client: "MlflowClient", uri: str) -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    folder = local(uri)
    if folder is not None:
        discard(folder)
        with suppress(OSError):  # it holds something else
            folder.parent.rmdir()
        return
    with suppress(MlflowException, NotImplementedError, OSError):  # not every server lets go of artifacts
        repository: Any = get_artifact_repository(uri, tracking_uri=client.tracking_uri)
        repository.delete_artifacts()
