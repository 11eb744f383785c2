"""Arranger: lists under a plan, many at once as far as the order of the scores decides."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Doubles
from serving.policy.arrangement import Arrangement
from serving.policy.bars import FREE, Barred
from serving.policy.plan import Plan
from training.ranking import Ranking
from training.request import Request


@dataclass(frozen=True, eq=False)
class PlanArranger:
    """Boosts first, then what caps and cool-downs bar, then pins, and diversity within the limits."""

    plan: Plan

    def arranged(
        self, ranking: Ranking, request: Request, n: int, *, allowed: Bools | None, exclude_purchased: bool
    ) -> Ranking:
        """Lists of up to `n` products, as `training.rules.Arranger` promises."""
        ranking, value = self.boosted(ranking)
        barred, ready = Barred.of(self.plan.bars, request), None
        if not self.plan.one_by_one:
            ready = self._first(ranking, barred, n)
            if (np.diff(ready.offsets) >= n).all():
                return ready
        if not len(request):
            return ranking
        return Arrangement(self.plan, ranking, value, barred, request, n, allowed, exclude_purchased).lists(ready)

    def boosted(self, ranking: Ranking) -> tuple[Ranking, Doubles]:
        """In the order that boosts make, with what is ordered by; ties to the lower product index."""
        if self.plan.added is None:
            return ranking, ranking.score
        value = ranking.score + self.plan.added[ranking.product]
        by = np.lexsort((ranking.product, -value, ranking.row))
        return Ranking(ranking.offsets, ranking.product[by], ranking.score[by], ranking.source[by]), value[by]

    def _first(self, ranking: Ranking, barred: Barred, n: int) -> Ranking:
        if barred.bars:
            ranking = ranking.only(barred.levels(ranking.row, ranking.product) == FREE)
        if self.plan.shelf.variants:
            ranking = ranking.one_of_each(self.plan.shelf.parent)
        return ranking.first(n)
