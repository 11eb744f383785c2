"""Adoption: what was made champion in MLflow becomes what the workspace serves."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from esnaf.workspace import Workspace
from features.errors import BundleError

if TYPE_CHECKING:
    from training.tracking.registry import Registry

ALIAS = "champion"


def adopt(workspace: Workspace) -> str:
    """Take over a moved alias, its bundle from the registry if it is not here; a sentence that says what is so.

    Raises:
        TrackingError: the tracking store cannot be reached. What serves goes on serving.
        BundleError: the version's bundle is damaged.
    """
    registry = registry_of(workspace)
    if registry is None:
        return "nothing registered yet"
    pointed = next((version.number for version in registry.versions() if ALIAS in version.aliases), None)
    if pointed is None:
        return f"no version of {registry.name} has the alias {ALIAS}"
    current = served(workspace)
    if pointed == current:
        return f"{registry.name} version {pointed} is {ALIAS}, and serves"
    _fetch(workspace, registry, pointed)
    workspace.promote(pointed)
    return f"{ALIAS} was moved in MLflow: version {pointed} serves now instead of {current or 'none'}"


def registry_of(workspace: Workspace) -> "Registry | None":
    """The registry of the workspace's shop, None where its own store was never made."""
    from training.config import TrainingConfig
    from training.tracking.registry import Registry
    from training.tracking.store import DATABASE, Store

    store = Store.of(workspace.path)
    if store.folder is not None and not (store.folder / DATABASE).exists():
        return None
    return Registry.of(store.open(), workspace.settings.section("training", TrainingConfig).shop)


def served(workspace: Workspace) -> str | None:
    """The version that serves, None where none does."""
    try:
        return workspace.model().version
    except BundleError:
        return None


def _fetch(workspace: Workspace, registry: "Registry", version: str) -> None:
    from training.bundle import publish, verified

    folder = workspace.bundles / version
    if not folder.exists():
        workspace.bundles.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=workspace.bundles, prefix=".fetched-") as scratch:
            publish(registry.download(version, Path(scratch)), folder)
    verified(folder)
