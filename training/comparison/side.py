"""Side: one of two models in a comparison, measured."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from training.comparison.contender import Contender
from training.evaluation.protocol import MODEL, Report
from training.query import Query
from training.recommender import Recommender
from training.tracking.importance import Importance

ASKED = 5  # customers asked alone, to tell how long an answer takes
SHOWN = 10  # products of a list, as a page would show


@dataclass(frozen=True)
class Side:
    """What a window says of one ranking, and what is known of the model behind it."""

    name: str  # `version 3`, or that of a baseline
    report: Report
    ranking: str = MODEL  # its name in the report
    recommender: Recommender | None = None  # the bundle that was measured; None for a baseline
    final: Recommender | None = None  # the bundle that serves
    importance: Importance | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)  # of its run
    settings: Mapping[str, str] = field(default_factory=dict)
    answer_ms: float | None = None
    megabytes: float | None = None

    @classmethod
    def of(
        cls,
        contender: Contender,
        model: Recommender,
        report: Report,
        importance: Importance | None,
        *,
        timed: bool = True,
    ) -> Self:
        """A measured version; `timed` says whether it is asked how long an answer takes."""
        ids = model.customers.ids(np.arange(min(ASKED, len(model.customers))))
        return cls(
            name=f"version {contender.version}",
            report=report,
            recommender=model,
            final=contender.load(contender.final),
            importance=importance,
            metrics=contender.metrics,
            settings=contender.settings,
            answer_ms=answer_milliseconds(model, ids) if timed else None,
            megabytes=contender.megabytes,
        )

    @classmethod
    def baseline(cls, name: str, report: Report) -> Self:
        """One of the rankings that a report has beside its model."""
        return cls(name=f"{name} (baseline)", report=report, ranking=name)


def answer_milliseconds(model: Recommender, ids: Sequence[str]) -> float:
    """The work of one answer: median CPU time of the first lists of some customers, each asked alone.

    Time on the clock would be that of the machine's other work as well.
    """
    spent = []
    for id in [*ids[:1], *ids]:  # the first is asked twice: what is made on first use belongs to no answer
        start = time.thread_time()
        model.recommend([Query(customer_id=id)], SHOWN)
        spent.append(1000 * (time.thread_time() - start))
    return float(np.median(spent[1:])) if len(spent) > 1 else 0.0
