"""Arrangement: R lists put together one by one, where rules decide more than the order of the scores.

What rules take out is replaced from further down and then from the shelf. Only where that does not fill a list do
rules give way: limits first, then frequency caps, then cool-downs. What is not allowed, in hand or, if so asked, bought
is never shown.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Array, Bools, Codes, Counts, Doubles, rows_of
from serving.policy.bars import CAPPED, COOLING, FREE, Barred, contained
from serving.policy.draft import Draft
from serving.policy.plan import Plan
from training.ranking import Ranking
from training.request import Request
from training.rules import IN_COOLDOWN, OVER_CAP, OVER_LIMIT, PINNED, SOURCES
from training.shelf import Shelf

_FEW = 16  # ranked products that are offered beyond twice the room: more are seldom looked at
_CHUNK, _LARGEST = 128, 4_096  # products of the shelf looked at together


@dataclass(frozen=True)
class Stage:
    """What may be taken once nothing better is left."""

    limited: bool
    level: int  # the most that may bar a product
    source: str | None  # what the list then says; None while no rule gives way


@dataclass(frozen=True)
class Span:
    """The ranked products of one customer, the best first, variants included."""

    product: Codes
    value: Doubles  # what they are ordered by
    score: Doubles
    source: Codes
    level: Codes  # what bars them


@dataclass(frozen=True)
class Arrangement:
    """One call of `PlanArranger.arranged`."""

    plan: Plan
    ranking: Ranking  # by value
    value: Doubles  # (M,)
    barred: Barred
    request: Request
    n: int
    allowed: Bools | None
    exclude_purchased: bool

    def lists(self, ready: Ranking | None) -> Ranking:
        """The lists; those of `ready` that are full stay as they are."""
        parts = [self._kept(ready, row) or self._made(row) for row in range(len(self.ranking))]
        offsets = np.append(0, np.cumsum([len(part[0]) for part in parts])).astype(np.int64)
        product, score, source = (np.concatenate([part[i] for part in parts]) for i in range(3))
        return Ranking(offsets, product, score, source)

    def _kept(self, ready: Ranking | None, row: int) -> tuple[Array, Array, Array] | None:
        if ready is None:
            return None
        span = slice(int(ready.offsets[row]), int(ready.offsets[row + 1]))
        full = span.stop - span.start >= self.n
        return (ready.product[span], ready.score[span], ready.source[span]) if full else None

    def _made(self, row: int) -> tuple[Array, Array, Array]:
        """The products of one list, with scores and sources."""
        plan, span = self.plan, self._span(row)
        draft = Draft(plan.shelf.parent, plan.limits, self.n)
        places = self._places(row, draft)
        draft.room -= len(places)
        if plan.mix is not None:
            self._mixed(draft, span, list(places.values()))
        for stage in self._stages:
            if not draft.room:
                break
            self._ranked(draft, span, stage)
            self._filled(draft, row, stage)
        return _finished(draft, span, places, self._code(PINNED))

    def _span(self, row: int) -> Span:
        at = slice(int(self.ranking.offsets[row]), int(self.ranking.offsets[row + 1]))
        product = self.ranking.product[at]
        level = self.barred.levels(row, product)
        return Span(product, self.value[at], self.ranking.score[at], self.ranking.source[at], level)

    @cached_property
    def _stages(self) -> list[Stage]:
        bars = {bar.level for bar in self.barred.bars}
        stages = [Stage(True, FREE, None)]
        stages += [Stage(False, FREE, OVER_LIMIT)] if self.plan.limits else []
        stages += [Stage(False, CAPPED, OVER_CAP)] if CAPPED in bars else []
        stages += [Stage(False, COOLING, IN_COOLDOWN)] if COOLING in bars else []
        return stages

    def _places(self, row: int, draft: Draft) -> dict[int, int]:
        """Place (from 0) to product of the pins that hold for a customer, ascending."""
        pins = [pin for pin in self.plan.pins if pin.place < self.n]
        if not pins:
            return {}
        product = np.array([pin.product for pin in pins], np.int32)
        free = ~self._hidden(row, product) & (self.barred.levels(row, product) == FREE)
        if self.allowed is not None:
            free &= self.allowed[product]
        places: dict[int, int] = {}
        for pin, good in zip(pins, free.tolist(), strict=True):
            place = next(place for place in range(pin.place, self.n + 1) if place not in places)
            if good and place < self.n and draft.reserve(pin.product):
                places[place] = pin.product
        return dict(sorted(places.items()))

    def _mixed(self, draft: Draft, span: Span, before: list[int]) -> None:
        assert self.plan.mix is not None  # noqa: S101  # for the type checker
        at = np.flatnonzero(span.level == FREE)
        if self.plan.shelf.variants:
            at = at[_first_variants(self.plan.shelf.parent[span.product[at]], self.plan.shelf.parent[before])]
        columns = (span.product[at], span.value[at], span.score[at], span.source[at])
        self.plan.mix.fill(draft, *columns, before=before)

    def _ranked(self, draft: Draft, span: Span, stage: Stage) -> None:
        possible = np.flatnonzero(span.level <= stage.level)
        start, size = 0, 2 * draft.room + _FEW
        while draft.room and start < len(possible):
            at = possible[start : start + size]
            source = span.source[at]
            if stage.source is not None:
                source = np.full(len(at), self._code(stage.source), np.int32)
            draft.offer(span.product[at], span.score[at], source, limited=stage.limited)
            start += size

    def _filled(self, draft: Draft, row: int, stage: Stage) -> None:
        """From the shelf, looking further and further down."""
        start, size = 0, _CHUNK
        while draft.room and start < len(self._order):
            part = self._order[start : start + size]
            part = part[~self._hidden(row, part) & (self.barred.levels(row, part) <= stage.level)]
            if stage.limited and self.plan.limits:
                part = part[draft.open(part)]
            draft.offer(part, np.full(len(part), np.nan), self._shelf_source(part, stage), limited=stage.limited)
            start, size = start + size, min(2 * size, _LARGEST)

    def _shelf_source(self, product: Codes, stage: Stage) -> Codes:
        if stage.source is not None:
            return np.full(len(product), self._code(stage.source), np.int32)
        return np.where(self.plan.shelf.sold[product], self.plan.sources, self.plan.sources + 1).astype(np.int32)

    @cached_property
    def _order(self) -> Codes:
        order = self.plan.shelf.order
        return order if self.allowed is None else order[self.allowed[order]]

    @cached_property
    def _hidden_keys(self) -> Counts:
        row, product = self.request.in_hand
        keys = row.astype(np.int64) << 32 | product
        if self.exclude_purchased:
            bought = self.request.bought
            keys = np.concatenate([keys, rows_of(bought.offsets).astype(np.int64) << 32 | bought.product])
        return np.unique(keys)

    def _hidden(self, row: int, product: Codes) -> Bools:
        """(M,) what is in hand or, if so asked, bought."""
        return contained(self._hidden_keys, row << 32 | product.astype(np.int64))

    def _code(self, source: str) -> int:
        return self.plan.sources + len(Shelf.SOURCES) + SOURCES.index(source)


def _first_variants(parent: Codes, before: Codes) -> Counts:
    """The positions of products whose variants stand neither further up nor before."""
    alone = parent < 0
    first = np.zeros(len(parent), np.bool_)
    first[np.unique(parent, return_index=True)[1]] = True
    return np.flatnonzero(alone | (first & ~np.isin(parent, before)))


def _finished(draft: Draft, span: Span, places: dict[int, int], pinned: int) -> tuple[Array, Array, Array]:
    """The list with the pinned products at their places. What was not ranked gets scores below what was."""
    product, score, source = draft.product, draft.score, draft.source
    for place, one in places.items():
        at = np.flatnonzero(span.product == one)
        product.insert(place, one)
        score.insert(place, float(span.score[at[0]]) if len(at) else np.nan)
        source.insert(place, int(span.source[at[0]]) if len(at) else pinned)
    scores = np.array(score, np.float64)
    missing = np.isnan(scores)
    lowest = np.nanmin(scores) if not missing.all() and len(scores) else 0.0
    scores[missing] = lowest - 1.0 - np.arange(missing.sum())
    return np.array(product, np.int32), scores, np.array(source, np.int32)
