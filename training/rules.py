"""Rules: what somebody above the model says of its lists. The model knows no rule; it asks whoever has some."""

from dataclasses import dataclass
from typing import Protocol

from features.arrays import Bools
from training.query import Query
from training.ranking import Ranking
from training.request import Request

PINNED, OVER_LIMIT, OVER_CAP, IN_COOLDOWN = SOURCES = ("pinned", "over_limit", "over_cap", "in_cooldown")
"""What puts products into a list beside the generators and the shelf: a fixed place, and rules that gave way."""


class Arranger(Protocol):
    """Puts lists together from what was ranked."""

    def arranged(
        self, ranking: Ranking, request: Request, n: int, *, allowed: Bools | None, exclude_purchased: bool
    ) -> Ranking:
        """Lists of up to `n` products for R customers, as short as that only if nothing else is `allowed` (P,).

        The ranking holds allowed products alone, and neither what is in hand nor, if so asked, what was bought.
        """


@dataclass(frozen=True, eq=False)
class Rules:
    """What holds for some questions; equal only to itself, so that questions can be grouped by it."""

    allowed: Bools | None = None  # (P,) the products that may be shown; None for all
    arranger: Arranger | None = None  # None where the ranking is good as it is

    def within(self, allowed: Bools | None) -> Bools | None:
        """(P,) what both this and somebody else allow."""
        if self.allowed is None or allowed is None:
            return allowed if self.allowed is None else self.allowed
        return self.allowed & allowed


class Policy(Protocol):
    """Knows which rules hold for a question."""

    def rules(self, query: Query) -> Rules | None:
        """None where there is none."""
