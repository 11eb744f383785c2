"""Dimension: one way to tell customers apart; a customer is in one of its groups, or in none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from features.arrays import Codes
from features.segments.config import SegmentsConfig
from features.segments.cuts import Cuts
from features.segments.facts import Known


@dataclass(frozen=True)
class Asked:
    """What a dimension is asked about: R customers, the borders, and where they were before."""

    known: Known
    cuts: Cuts
    config: SegmentsConfig
    held: Codes | None = None  # (R,) the group of the last assignment, -1 for none


class Dimension(Protocol):
    """One way to tell customers apart. `assign` may not depend on who else is asked about."""

    @property
    def kind(self) -> str:
        """One of the seven, or custom."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def about(self) -> str:
        """What it goes by."""

    def labels(self, known: Known) -> Sequence[str]:
        """The names of its groups; they may differ from shop to shop."""

    def assign(self, asked: Asked) -> Codes:
        """(R,) the group of each customer, -1 for none."""

    def why(self, asked: Asked, code: int) -> str:
        """A sentence with figures on why the one customer asked about is in a group."""


def days(value: float) -> str:
    """`1 day`, `12 days`."""
    whole = round(value)
    return "1 day" if whole == 1 else f"{whole:,} days"


def times(value: float, what: str) -> str:
    """`1 order`, `3 orders`."""
    return f"1 {what}" if value == 1 else f"{value:,.0f} {what}s"


def money(value: float) -> str:
    """`1,234.50`."""
    return f"{value:,.2f}"
