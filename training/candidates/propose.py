"""Ask one generator: its best candidates, and its scores for later look-ups."""

from dataclasses import dataclass

from features.arrays import Bools
from training.candidates.base import Generator
from training.candidates.scores import Candidates, Scores
from training.candidates.topk import CHUNK, top_k
from training.request import Request


@dataclass(frozen=True)
class Proposal:
    """What one generator says to a request."""

    candidates: Candidates
    scores: Scores


def propose(generator: Generator, request: Request, k: int, *, allowed: Bools | None = None) -> Proposal:
    """The `k` best of a generator for each customer; those already bought only from generators of repeats."""
    scores = generator.scores(request)
    exclude = None if getattr(generator, "repeats", False) else request.bought.baskets
    return Proposal(top_k(scores, k, exclude=exclude, allowed=allowed), scores)


def rows_at_once(products: int) -> int:
    """How many customers to ask about together, so that one generator's dense scores stay within 64 MB."""
    return max(1, CHUNK // max(1, products))
