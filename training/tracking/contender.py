"""Contender: the two bundles of a registered version, and what its run says of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from training.comparison.contender import Contender
from training.tracking.registry import Registry
from training.tracking.store import answering, current, local

if TYPE_CHECKING:
    from mlflow.entities import Run


def registered(registry: Registry, number: str, bundles: Path, scratch: Path) -> Contender:
    """A version by number or alias; UnknownVersionError where there is none.

    Its bundle is looked for in the folder `bundles`. What is only in the tracking store is copied below `scratch`,
    unless the store is a folder of this machine.
    """
    with answering():
        version = registry.get(number)
        run = registry.client.get_run(version.run_id)
        final, data = bundles / version.number, run.data.tags.get("data_folder")
        return Contender(
            version=version.number,
            final=final if final.is_dir() else registry.download(version.number, scratch / version.number),
            measured=_measured(registry, run, scratch / f"{version.number}-measured"),
            metrics=dict(run.data.metrics),
            settings=dict(run.data.params),
            data=None if data is None else Path(data),
        )


def _measured(registry: Registry, run: "Run", scratch: Path) -> Path | None:
    """None where it was not measured, or where a store of this machine has lost the bundle."""
    from mlflow.artifacts import download_artifacts

    place = run.data.tags.get("bundle_measured")
    if place is None:
        return None
    here = local(run.info.artifact_uri)
    if here is not None:
        return here / place if (here / place).is_dir() else None
    scratch.mkdir(parents=True, exist_ok=True)
    with current(registry.client):
        return Path(download_artifacts(run_id=run.info.run_id, artifact_path=place, dst_path=str(scratch)))
