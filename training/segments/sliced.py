"""Sliced: the segments of scored customers, as slices of an evaluation."""

from features.arrays import Bools
from features.eventlog import EventLog
from training.evaluation.truth import Truth
from training.recommender import Recommender

DIMENSIONS = ("standing", "taste")
"""Those that a shop decides by, beside its custom segments; attributes have slices of their own. Every slice more
widens the intervals of all (training/comparison)."""


def segment_slices(model: Recommender, truth: Truth, log: EventLog) -> dict[str, Bools]:
    """Label -> (L,) of each segment, as the model that is measured knew its customers at the end of its data. Customers
    whom it did not know are in none."""
    if model.segments is None:
        return {}
    ids = log.customers.column.take(truth.customer)
    rows = model.customers.find(ids)
    found = model.segments.settled(rows, model.population_at(model.time).take(rows))
    slices = {}
    for column in found.columns:
        if column.name in DIMENSIONS or column.kind == "custom":
            prefix = "custom." if column.kind == "custom" else ""
            for code, label in enumerate(column.labels):
                slices[f"{prefix}{label}"] = (column.code == code) & (rows >= 0)
    return slices
