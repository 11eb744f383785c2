"""Lost: what the data of one model told and that of another tells no more."""

from collections.abc import Iterator

import numpy as np

from features.kinds import Kind
from training.comparison.inputs import Inputs
from training.recommender import Recommender

EXPECTED = 20  # events of a kind, at the first model's pace: none at all is no chance then


def lost_inputs(first: tuple[Recommender, Inputs], second: tuple[Recommender, Inputs]) -> tuple[str, ...]:
    """Columns and kinds of events that the first has and the second lacks, in words."""
    return tuple(_lost(*first, *second))


def _lost(one: Recommender, before: Inputs, other: Recommender, after: Inputs) -> Iterator[str]:
    for name in one.profiles.attributes:
        if name not in other.profiles.attributes:
            yield f"customer attribute '{name}'"
    for level in ("category", "brand"):
        codes = (getattr(model.catalogue, level) for model in (one, other))
        had, has = ((code >= 0).any() for code in codes)
        if had and not has:
            yield f"{level} of products"
    paid, pays = (inputs.events.purchases.price for inputs in (before, after))
    if len(pays) and not np.isnan(paid).all() and np.isnan(pays).all():
        yield "price of purchases"
    yield from (f"events of type {kind.name.lower()}" for kind in Kind if _gone(kind, before, after))


def _gone(kind: Kind, before: Inputs, after: Inputs) -> bool:
    known, now = before.events.kind, after.events.kind
    pace = (known == kind).mean() * len(now) if len(known) else 0.0
    return bool(pace >= EXPECTED and not (now == kind).any())
