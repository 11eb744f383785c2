"""Journal: a study in MLflow, a run with one nested run for each trial."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from training.tracking.provenance import code_version
from training.tracking.run import log_numbers, params
from training.tracking.store import Store, answering

if TYPE_CHECKING:
    from mlflow import MlflowClient

SOURCE = "esnaf tune"


@dataclass(frozen=True)
class Journal:
    """The parent run."""

    client: "MlflowClient"
    experiment: str
    run_id: str

    @classmethod
    def opened(
        cls,
        store: Store,
        client: "MlflowClient",
        shop: str,
        *,
        name: str,
        tags: Mapping[str, str],
        settings: Mapping[str, Any],
        run_id: str | None = None,
    ) -> Self:
        """An earlier run that goes on, if the store still has it, or a new one with the settings that are tuned."""
        with answering():
            experiment = store.experiment(client, shop)
            if run_id is not None and _goes_on(client, run_id):
                return cls(client, experiment, run_id)
            new = client.create_run(experiment, run_name=name, tags=_tags() | dict(tags))
            journal = cls(client, experiment, str(new.info.run_id))
            journal._params(journal.run_id, params(settings))
        return journal

    def begin(self, number: int, changes: Mapping[str, Any], point: Mapping[str, Any]) -> str:
        """A run for a trial, and its id."""
        name = f"trial {number}" if number else "trial 0: current settings"
        tags = _tags() | {"mlflow.parentRunId": self.run_id, "changes": described(changes)}
        with answering():
            run_id = str(self.client.create_run(self.experiment, run_name=name, tags=tags).info.run_id)
            self._params(run_id, point)
        return run_id

    def measured(self, run_id: str, step: int, ndcg: float) -> None:
        """What a trial's lists were worth at a cut."""
        with answering():
            self.client.log_metric(run_id, "tune/cut_ndcg_at_20", ndcg, step=step)

    def end(self, run_id: str, state: str, metrics: Mapping[str, float]) -> None:
        """How a trial, or the whole, ended: complete, pruned, interrupted or failed."""
        status = {"failed": "FAILED", "interrupted": "KILLED"}.get(state, "FINISHED")
        with answering():
            log_numbers(self.client, run_id, metrics)
            self.client.set_tag(run_id, "state", state)
            self.client.set_terminated(run_id, status)

    def explain(self, note: str, *, tuned: str) -> None:
        """Log what was found, in words and as settings, to the parent run."""
        with answering():
            self.client.set_tag(self.run_id, "mlflow.note.content", note)
            self.client.log_text(self.run_id, tuned, "tuned.toml")

    def _params(self, run_id: str, values: Mapping[str, Any]) -> None:
        from mlflow.entities import Param

        found = [Param(_plain(name), str(value)) for name, value in sorted(values.items())]
        for start in range(0, len(found), 100):  # MLflow's limit
            self.client.log_batch(run_id, params=found[start : start + 100])


def described(changes: Mapping[str, Any]) -> str:
    """`ranker.trees = 120, generators.als = False`, in words for a tag."""
    return ", ".join(f"{name} = {_shown(value)}" for name, value in changes.items()) or "none"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "in" if value else "out"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(name: str) -> str:
    """Names of MLflow hold no colons on every system; a user's own generator is `module:Class`."""
    return name.replace(":", "/")


def _tags() -> dict[str, str]:
    return {"mlflow.source.name": SOURCE, "mlflow.source.type": "LOCAL", "code_version": code_version()}


def _goes_on(client: "MlflowClient", run_id: str) -> bool:
    from mlflow.exceptions import MlflowException

    try:
        client.set_tag(run_id, "resumed_at", str(int(time.time())))
        client.update_run(run_id, status="RUNNING")
    except MlflowException:
        return False
    return True
