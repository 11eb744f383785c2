"""Bought together: what goes with the basket in hand or the product on the page, from orders."""

from dataclasses import dataclass

import numpy as np

from features import _kernels
from features.arrays import Codes, offsets_of, rows_of
from features.history import History
from training.candidates.base import Generator, Snapshot
from training.candidates.change import Change
from training.candidates.companions import companions
from training.candidates.sampling import affordable
from training.candidates.scores import Scores
from training.candidates.sparse import Csr
from training.candidates.spread import spread
from training.candidates.walk import walk
from training.request import Request


@dataclass(frozen=True)
class TogetherConfig:
    """Pairs of products in one order, each order counting the same however long."""

    neighbours: int = 50
    """Kept for each product."""
    beta: float = 0.5
    """Power of the popularity that a product is divided by: what goes with everything goes with nothing."""
    half_life: float = 180.0
    """Days after which an order counts half."""
    most: int = 50
    """Products learned from per order, the first of it."""
    budget: int = 200_000_000
    """Pairs of products within orders; above it orders are sampled."""
    seed: int = 1
    """Of that sample."""


class Together(Generator):
    """Names nothing without a basket or a viewed product. `similar` also answers what is similar to a product."""

    name = "together"
    in_hand = True
    similar: Csr  # (P, P)

    def __init__(self, config: TogetherConfig = TogetherConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.similar = self._similar(snapshot, None)

    def update(self, snapshot: Snapshot, previous: Generator, change: Change) -> None:
        """Only the products whose sales grew get new neighbours."""
        if not isinstance(previous, Together):
            self.fit(snapshot)
            return
        self.similar = previous.similar.with_rows(change.grown, self._similar(snapshot, change.grown))

    def _similar(self, snapshot: Snapshot, rows: Codes | None) -> Csr:
        config = self.config
        orders = _orders(snapshot.history, snapshot.time, len(snapshot.catalogue), config.half_life)
        orders = affordable(orders.heaviest(config.most), config.budget, config.seed)
        return walk(orders, alpha=1.0, beta=config.beta, neighbours=config.neighbours, rows=rows)

    def scores(self, request: Request) -> Scores:
        """Sums over what is in hand."""
        if not len(request.context.basket) and (request.context.viewed < 0).all():
            return Csr.empty(len(request), len(self.similar))
        in_hand = _in_hand(request, len(self.similar))
        return spread(in_hand, self.similar) if len(in_hand.index) else Csr.empty(len(request), len(self.similar))


def _orders(history: History, time: int, width: int, half_life: float) -> Csr:
    """(orders, P) the products of each order of two or more, weighted by the order's age."""
    lines = history.purchases
    return companions(lines.order_number, lines.product, time - lines.time, width=width, half_life=half_life)


def _in_hand(request: Request, width: int) -> Csr:
    """(R, P) one for each product in the basket or on the page."""
    context, rows = request.context, np.arange(len(request))
    row = np.concatenate([rows_of(context.basket_offsets), rows[context.viewed >= 0]]).astype(np.int64)
    product = np.concatenate([context.basket, context.viewed[context.viewed >= 0]])
    row, product = np.divmod(_kernels.distinct(row * width + product)[0], width)
    return Csr(offsets_of(row, len(request)), product.astype(np.int32), np.ones(len(product)), width)
