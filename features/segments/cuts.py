"""Cuts: the borders between segments, set by the shop's own customers as of a moment and then kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import DAY, Doubles
from features.segments.bands import SHARES, kept, quintiles
from features.segments.config import SegmentsConfig

NEEDED = ("gap", "recency", "orders", "spend", "spend_365")
HALF = 0.5  # an order: borders lie between two numbers, so that customers with equally many are together
USUAL_GAP = 30.0  # days between orders, where the shop's customers do not tell


@dataclass(frozen=True)
class Cuts:
    """What decides where one segment ends and the next begins.

    Borders stay as they are from one training to the next until the population has moved by more than
    `[segments] drift`. Those of the last order are moments, set anew each time: the newest fifth is the newest fifth
    whatever the date.
    """

    time: int  # seconds since the epoch, UTC: of the customers that set them
    gap: Doubles  # (1,) median of the customers' mean days between orders
    last_order: Doubles  # (4,) seconds since the epoch
    frequency: Doubles  # (4,) orders
    monetary: Doubles  # (4,) currency
    vip: Doubles  # (1,) currency in a year

    @classmethod
    def learn(
        cls, known: Mapping[str, Doubles], time: int, config: SegmentsConfig, previous: "Cuts | None" = None
    ) -> Self:
        """Set them by the facts (`NEEDED`) of all customers as of a moment; what a previous model has stays where it
        still fits."""
        spent = known["spend_365"]
        spent = spent[spent > 0]
        gaps = known["gap"][np.isfinite(known["gap"])]
        bought = known["orders"] > 0
        return cls(
            time,
            gap=_kept("gap", np.array([np.median(gaps) if len(gaps) else USUAL_GAP]), previous, config),
            last_order=quintiles(time - known["recency"][bought] * DAY),
            frequency=_kept("frequency", quintiles(known["orders"][bought]) + HALF, previous, config),
            monetary=_kept("monetary", quintiles(known["spend"][bought]), previous, config),
            vip=_kept("vip", _vip(spent, config.vip_share), previous, config),
        )

    @classmethod
    def unknown(cls) -> Self:
        """Of a shop without customers."""
        nothing = np.full(len(SHARES), np.inf)
        return cls(0, np.array([USUAL_GAP]), nothing, nothing, nothing, np.array([np.inf]))


def _kept(name: str, edges: Doubles, previous: Cuts | None, config: SegmentsConfig) -> Doubles:
    return kept(edges, None if previous is None else getattr(previous, name), config.drift)


def _vip(spent: Doubles, share: float) -> Doubles:
    return np.array([np.quantile(spent, 1 - share) if len(spent) and share > 0 else np.inf])
