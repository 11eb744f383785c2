"""Placing: where newcomers stand in a list.

A ranker has learned that what never sold is seldom bought, which is right of old products and wrong of new ones, so it
is not asked. Newcomers get places by rule, few and apart, and the rest of the list stays in the ranker's order.
"""

import math
from collections import Counter, deque
from collections.abc import Collection, Sequence
from dataclasses import replace

from serving.newcomers.config import NewcomersConfig
from serving.newcomers.fitting import Fit
from training.query import Answer, Fill, Item

SOURCE = "new"


def most_of(config: NewcomersConfig, n: int) -> int:
    """How many newcomers a list of n products may have."""
    return max(1, int(config.share * n))


def places(fits: Sequence[Fit], config: NewcomersConfig, n: int, *, taken: Collection[int]) -> dict[int, Fit]:
    """Place (from 0, below n) to newcomer, ascending; `taken` places are left alone.

    Those that the customer touched stand behind what was touched later; the others at places that lie apart.
    """
    found: dict[int, Fit] = {}
    step, following = max(1, math.ceil(1 / config.share)), config.place - 1
    for fit in fits:
        if len(found) >= most_of(config, n):
            break
        place = following if fit.place is None else fit.place
        while place in found or place in taken:
            place += 1
        if fit.place is None:
            following = place + step
        if place < n:
            found[place] = fit
    return dict(sorted(found.items()))


def placed(answer: Answer, at: dict[int, Fit], n: int, *, pinned: Collection[int]) -> Answer:
    """A list of up to n with newcomers at their places; what is pinned stays, the others move down, the last go.

    The score of a newcomer is that of the product whose place it takes, so that scores still fall.
    """
    fixed = {place: answer.items[place] for place in pinned}
    rest = deque(item for place, item in enumerate(answer.items) if place not in fixed)
    new, items = deque(at.items()), list[Item]()
    score = rest[0].score if rest else 0.0
    for place in range(min(n, len(answer.items) + len(at))):
        if place in fixed:
            items.append(fixed[place])
        elif new and (new[0][0] <= place or not rest):
            fit = new.popleft()[1]
            score = rest[0].score if rest else score
            items.append(Item(fit.product_id, 0, score, SOURCE, f"It is new here, and {fit.reason}."))
        else:
            items.append(rest.popleft())
            score = items[-1].score
    return Answer([replace(item, rank=rank) for rank, item in enumerate(items, 1)], _filled(answer, items))


def _filled(before: Answer, items: Sequence[Item]) -> list[Fill] | None:
    """What filled the list, of the sources that did before."""
    sources = {fill.source for fill in before.fallback or ()}
    counts = Counter(item.source for item in items if item.source in sources)
    return [Fill(source, count) for source, count in counts.items()] or None
