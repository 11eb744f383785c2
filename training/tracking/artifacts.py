"""Artifacts: folders that belong to a run."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from training.tracking.store import local

if TYPE_CHECKING:
    from mlflow import MlflowClient


def put(client: "MlflowClient", run_id: str, folder: Path, place: str, *, move: bool) -> None:
    """Make a folder an artifact of a run. One that nobody else needs is moved where the store is on this machine: on a
    large shop a copy takes seconds."""
    here = local(client.get_run(run_id).info.artifact_uri)
    if here is None or not move:
        client.log_artifacts(run_id, str(folder), place)
        return
    target = here / place
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder, target)
