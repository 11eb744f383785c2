"""Intact: what must be so in a workspace, whatever happened to it.

The champion must load as a service loads it; every registered version must be whole, both of its bundles and all that
its run says; and what stands under a version's name in the workspace must be whole as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import EsnafError
from serving.champion import Champion
from training import pointer
from training.bundle import verified
from training.bundles import Bundles
from training.tracking.registry import CHAMPION, Registry, Version
from training.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

ARTIFACTS = ("metrics.json", "config.json", "customers.npz", "model_card.md", "report.html")
UNDER_WAY = ".training.lock"


@dataclass
class Intact:
    """One workspace, looked at again and again: versions never change, so each is looked at once."""

    workspace: Path
    shop: str
    scratch: Path  # where bundles are downloaded to
    temporary: Path  # folder of temporary files of the commands
    seen: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)  # what was left over before
    known: int = 0  # the newest version when it was last remembered

    def champion(self) -> str | None:
        """Why the champion cannot be served, None where it can."""
        try:
            Champion.load(self.workspace)
        except EsnafError as error:
            return str(error)
        return None

    def served(self) -> str:
        """The version that `champion.json` names."""
        return pointer.read(self.workspace).version

    def alias(self) -> str | None:
        """The version that the alias in MLflow names."""
        return next((version.number for version in self.registry.versions() if CHAMPION in version.aliases), None)

    @property
    def registry(self) -> Registry:
        """Of the shop, opened anew."""
        return Registry.of(Store.of(self.workspace).open(), self.shop)

    def newest(self) -> int:
        """The newest version that is registered."""
        return max((int(version.number) for version in self.registry.versions()), default=0)

    def remember(self) -> str:
        """Note the newest version, and return the one that serves."""
        self.known = self.newest()
        return self.served()

    def half(self) -> list[str]:
        """What is registered, or has a version's name, and is not whole."""
        registry = self.registry
        found = [fault for version in registry.versions() for fault in self._of_version(registry, version)]
        for version in Bundles.of(self.workspace).versions():
            fault = _damage(Bundles.of(self.workspace).path(version))
            found += [f"bundles/{version}: {fault}"] if fault else []
        return found

    def left_over(self) -> list[str]:
        """What nobody will ever use or clear away, but for what was told before.

        It should be gone after a command that came to its end.
        """
        found = {path.name for path in self.workspace.iterdir() if path.name.startswith(".")} - {UNDER_WAY}
        found |= {
            f"bundles/{path.name}" for path in (self.workspace / "bundles").iterdir() if not path.name.isdecimal()
        }
        found |= {path.name for path in self.temporary.iterdir()} | set(self._under_way())
        new = sorted(found - self.told)
        self.told |= found
        return new

    def _under_way(self) -> Iterator[str]:
        """Runs and models that say they are being made."""
        client = self.registry.client
        experiments = [e.experiment_id for e in client.search_experiments()]
        for run in client.search_runs(experiments, "attributes.status = 'RUNNING'"):
            yield f"run {run.info.run_id} {run.info.status}"
        registered = {version.run_id for version in self.registry.versions()}
        for model in client.search_logged_models(experiments):
            if model.source_run_id not in registered:
                yield f"model {model.model_id} {model.status}"

    def _of_version(self, registry: Registry, version: Version) -> Iterator[str]:
        if version.number in self.seen:
            return
        run, name = registry.client.get_run(version.run_id), f"version {version.number}"
        faults = list(self._faults(registry, version, run))
        if not faults:
            self.seen.add(version.number)
        yield from (f"{name}: {fault}" for fault in faults)

    def _faults(self, registry: Registry, version: Version, run: "Run") -> Iterator[str]:
        try:
            bundle = registry.download(version.number, self.scratch / f"{registry.name}-{version.number}")
        except Exception as error:  # noqa: BLE001  # of a store, in as many ways as there are
            yield f"cannot be downloaded ({error})"
        else:
            yield from filter(None, [_damage(bundle)])
        files = {file.path for file in registry.client.list_artifacts(run.info.run_id)}
        yield from (f"its run has no {name}" for name in ARTIFACTS if name not in files)
        if "test/ndcg_at_20" not in run.data.metrics or "training.horizon" not in run.data.params:
            yield "its run has no figures or settings"
        if run.data.tags.get("registered_version", version.number) != version.number:
            yield "its run names another version"
        place = Path(run.info.artifact_uri.removeprefix("file://"))
        measured = _damage(place / run.data.tags["bundle_measured"])
        if measured:
            yield f"measured bundle: {measured}"


def _damage(folder: Path) -> str | None:
    """What is wrong with a bundle, None where nothing is."""
    try:
        verified(folder)
    except EsnafError as error:
        return str(error)
    return None
