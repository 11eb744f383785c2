"""Inputs: the events of a stretch of time, as the distributions that models are made from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import DAY, Array, Bools, Codes, Counts, Floats
from features.catalogue import Catalogue
from features.history import History
from features.kinds import Kind
from training.comparison.drift import Drift
from training.recommender import Recommender

DECILES = np.arange(0.1, 0.95, 0.1)
HOURS = 6  # of a part of the day
MOST = 12  # categories told apart, the rest are one


@dataclass(frozen=True)
class Inputs:
    """What customers did in `start <= time < end`."""

    start: int  # seconds since the epoch, UTC
    end: int
    events: History
    catalogue: Catalogue

    @classmethod
    def of(cls, model: Recommender, start: int, end: int) -> Self:
        """From what a model knows."""
        time = model.history.time
        return cls(start, end, model.history.only((time >= start) & (time < end)), model.catalogue)

    @property
    def departments(self) -> list[str]:
        """The category of each purchase line, empty where it has none."""
        names = [*self.catalogue.department_names, ""]
        return [names[code] for code in self.catalogue.department[self.events.purchases.product].tolist()]

    @property
    def order_sizes(self) -> Counts:
        """Lines of each order."""
        return np.unique(self.events.purchases.order_number, return_counts=True)[1]

    @property
    def parts_of_day(self) -> Codes:
        """Which quarter of the day each purchase fell into, UTC."""
        return (self.events.purchases.time % DAY // (HOURS * 3600)).astype(np.int32)


def pair(first: Recommender, second: Recommender, days: int) -> tuple[Inputs, Inputs]:
    """The last `days` that the first model knows, and what came since until the second's end.

    Where the second is no newer, its own last `days`: the same days, perhaps read anew; at most `days` in any case.
    """
    span = days * DAY
    since = max(first.time, second.time - span) if second.time > first.time else second.time - span
    return Inputs.of(first, first.time - span, first.time), Inputs.of(second, since, second.time)


def drifts(first: Inputs, second: Inputs) -> Iterator[Drift]:
    """Every distribution that both can tell."""
    one, other = first.events.purchases, second.events.purchases
    kinds = [kind.name.lower().replace("_", " ") for kind in Kind]
    yield _drift("event types", kinds, (first.events, second.events), _kinds(first.events), _kinds(second.events))
    names = _largest(first.departments)
    if len(names) > 1:
        inside = (_codes(inputs.departments, names) for inputs in (first, second))
        yield _drift("category of purchases", [*names, "others"], (one, other), *inside)
    yield _of_numbers("price paid", (one, other), one.price, other.price)
    yield _of_numbers("units of a line", (one, other), one.quantity, other.quantity)
    yield _of_numbers("products of an order", (one, other), first.order_sizes, second.order_sizes)
    parts = [f"{hour:02}:00-{hour + HOURS:02}:00" for hour in range(0, 24, HOURS)]
    yield _drift("time of day (UTC)", parts, (one, other), first.parts_of_day, second.parts_of_day)


def _of_numbers(name: str, events: tuple[History, History], first: Array, second: Array) -> Drift:
    """By deciles of the first; what is not known is a bin of its own."""
    known = first[~np.isnan(first)]
    edges = np.unique(np.quantile(known, DECILES, method="lower")) if len(known) else np.zeros(0)
    labels = [f"up to {edge:g}" for edge in edges] + [f"above {edges[-1]:g}" if len(edges) else "known", "unknown"]
    return _drift(name, labels, events, _bins(first, edges), _bins(second, edges))


def _bins(values: Floats, edges: Array) -> Codes:
    return np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values)).astype(np.int32)


def _drift(name: str, labels: Sequence[str], events: tuple[History, History], first: Codes, second: Codes) -> Drift:
    one, other = (np.bincount(codes, minlength=len(labels)) for codes in (first, second))
    some: Bools = (one > 0) | (other > 0)
    kept = tuple(label for label, keep in zip(labels, some.tolist(), strict=True) if keep)
    active = [int(np.count_nonzero(np.diff(history.offsets))) for history in events]
    return Drift(name, kept, one[some], other[some], (active[0], active[1]))


def _kinds(events: History) -> Codes:
    return events.kind.astype(np.int32)


def _largest(names: Sequence[str]) -> list[str]:
    found, counts = np.unique(np.array(names, dtype=str), return_counts=True)
    return [str(name) for name in found[np.lexsort((found, -counts))][:MOST] if name]


def _codes(names: Sequence[str], known: Sequence[str]) -> Codes:
    code = {name: place for place, name in enumerate(known)}
    return np.array([code.get(name, len(known)) for name in names], np.int32)
