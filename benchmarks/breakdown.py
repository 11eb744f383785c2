"""Breakdown: where the time of a live list goes, in one process and without HTTP."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeVar

from benchmarks.harness import Figures
from training.pool import Pool
from training.query import Query
from training.recommender import Recommender

T = TypeVar("T")
_MS = 1e3
_WARM = 20  # lists that are not counted


def breakdown(model: Recommender, queries: Sequence[Query], moment: int) -> Figures:
    """Medians over queries of what each step of a list of ten takes, and of the whole."""
    took: dict[str, list[float]] = {}
    sizes: list[float] = []

    def timed(step: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        took.setdefault(step, []).append(time.perf_counter() - start)
        return result

    for query in queries:
        request = timed("request", lambda: model.questions.request([query], moment))  # noqa: B023  # used at once
        pool = timed("candidates", lambda: Pool.gather(model.sources, request))  # noqa: B023
        pairs = timed("scores", pool.pairs)
        matrix = timed("features", lambda: model.matrix(request, pairs))  # noqa: B023
        scores = timed("ranker", lambda: model.order.scores(matrix))  # noqa: B023
        timed("visit", lambda: model.visit_scores(request, pairs, scores))  # noqa: B023
        timed("whole", lambda: model.recommend([query], 10, time=moment))  # noqa: B023
        sizes.append(len(pairs))
    steps = {step: median(values[_WARM:]) * _MS for step, values in took.items()}
    steps["order"] = max(steps["whole"] - sum(ms for step, ms in steps.items() if step != "whole"), 0.0)
    return {"live_pairs": median(sizes)} | {f"live_{step}_ms": ms for step, ms in steps.items()}
