"""Adoption: the registry of a workspace, and what was made champion in MLflow taken over."""

from typing import TYPE_CHECKING

from esnaf.workspace import Workspace

if TYPE_CHECKING:
    from training.champions import Champions
    from training.tracking.registry import Registry


def adopt(workspace: Workspace) -> str:
    """Take over a moved alias, its bundle from the registry if it is not here; a sentence that says what is so.

    Raises:
        TrackingError: the tracking store cannot be reached. What serves goes on serving.
        BundleError: the version's bundle is damaged.
    """
    champions = champions_of(workspace)
    if champions.registry is None:
        return "nothing registered yet"
    name, change = champions.registry.name, champions.adopt()
    if change is None:
        return f"no version of {name} has the alias champion"
    if change.warning:
        return f"version {change.version} serves; {change.warning}"
    if not change.changed:
        return f"{name} version {change.version} is champion, and serves"
    return f"champion was moved in MLflow: version {change.version} serves now instead of {change.previous or 'none'}"


def champions_of(workspace: Workspace) -> "Champions":
    """Who serves in a workspace; TrackingError if its tracking store cannot be used."""
    from dataclasses import replace

    return replace(champions_here(workspace), registry=registry_of(workspace))


def champions_here(workspace: Workspace) -> "Champions":
    """The same by the bundles that are here, without asking MLflow."""
    from training.champions import Champions
    from training.config import BundlesConfig

    return Champions(workspace.path, config=workspace.settings.section("bundles", BundlesConfig))


def registry_of(workspace: Workspace) -> "Registry | None":
    """The registry of the workspace's shop, None where its own store was never made."""
    from training.config import TrainingConfig
    from training.tracking.registry import Registry
    from training.tracking.store import DATABASE, Store

    store = Store.of(workspace.path)
    if store.folder is not None and not (store.folder / DATABASE).exists():
        return None
    store.check()
    return Registry.of(store.open(), workspace.settings.section("training", TrainingConfig).shop)
