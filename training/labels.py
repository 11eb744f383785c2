"""Labels: what the customers of a window did that a list should have foreseen, and what it was worth."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Codes, Counts, Doubles, Offsets, offsets_of, positions_in, rows_of
from features.catalogue import Catalogue
from features.history import History
from features.kinds import Kind
from features.market import Market
from training.config import TrainingConfig

LEAST = 1e-6  # worth of what was bought at a loss: it was bought all the same


@dataclass(frozen=True)
class Labels:
    """The distinct products of R customers in a window; row r owns `offsets[r]:offsets[r + 1]`."""

    offsets: Offsets  # (R + 1,)
    product: Codes  # (K,) ascending in each row
    gain: Doubles  # (K,) above 0
    unseen: Counts  # (R,) products first seen in the window: nobody can name them, so they are not among the labels

    @classmethod
    def of(cls, window: History, catalogue: Catalogue, market: Market, config: TrainingConfig) -> Self:
        """The worth of each product is its best event's weight, times its price or margin if that is the objective."""
        weight = np.zeros(max(Kind) + 1)
        for name, value in config.event_weights.items():
            weight[Kind[name.upper()]] = value
        chosen = window.only((weight[window.kind] > 0) & (window.product >= 0))
        keys, place = np.unique(chosen.row.astype(np.int64) << 32 | chosen.product, return_inverse=True)
        gain = np.zeros(len(keys))
        np.maximum.at(gain, place, weight[chosen.kind])
        row, product = keys >> 32, (keys & 0xFFFFFFFF).astype(np.int32)
        known = product < len(catalogue)
        row, product, unseen = row[known], product[known], np.bincount(row[~known], minlength=len(window))
        gain = gain[known] * _worth(catalogue, market, config)[product]
        return cls(offsets_of(row, len(window)), product, np.maximum(gain, LEAST), unseen)

    def find(self, row: Codes, product: Codes) -> Doubles:
        """(M,) the gain of each pair, 0 where it is no label."""
        keys = rows_of(self.offsets).astype(np.int64) << 32 | self.product
        at = positions_in(keys, row.astype(np.int64) << 32 | product)
        gain: Doubles = np.append(self.gain, 0.0)[at]
        return gain


def _worth(catalogue: Catalogue, market: Market, config: TrainingConfig) -> Doubles:
    """(P,) what selling one is worth, 1 on average over the products with a price."""
    if config.objective == "conversion":
        return np.ones(len(catalogue))
    price = np.where(np.isnan(catalogue.price), market.price, catalogue.price).astype(np.float64)
    worth = price if config.objective == "revenue" else price - catalogue.cost
    usual = np.nanmean(worth) if np.isfinite(worth).any() else 1.0
    return np.where(np.isfinite(worth), np.maximum(worth, 0.0), usual) / max(usual, 1e-12)
