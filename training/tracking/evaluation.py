"""Evaluation: a registered version's figures on another window, as a run of their own."""

import math

from training.evaluation import summary
from training.measurement import Measurement
from training.tracking.provenance import code_version, day
from training.tracking.run import log_numbers
from training.tracking.store import Store


def log_evaluation(measurement: Measurement, store: Store, *, shop: str, version: str, fingerprint: str) -> str:
    """Log what was measured to the shop's experiment, and return the run's id; no version is registered.

    Raises:
        TrackingError: the tracking store cannot be used.
    """
    client = store.open()
    truth = measurement.report.truth
    window = f"{day(truth.cut)}..{day(truth.end)}"
    found = {**measurement.report.metrics, **measurement.metrics}
    metrics = {name: float(value) for name, value in found.items() if math.isfinite(value)}
    tags = {
        "mlflow.source.name": "esnaf evaluate",
        "mlflow.note.content": f"Version {version} on {window}.\n\n{summary.markdown(metrics)}",
        "evaluated_version": version,
        "test_window": window,
        "data_fingerprint": fingerprint,
        "code_version": code_version(),
    }
    experiment = store.experiment(client, shop)
    run_id = str(client.create_run(experiment, run_name=f"version {version} on {window}", tags=tags).info.run_id)
    log_numbers(client, run_id, metrics)
    client.set_terminated(run_id)
    return run_id
