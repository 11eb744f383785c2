"""Next order: what tends to be in a customer's next order, given what was in the last ones (a chain of first order,
rendle2010factorizing, counted rather than factorised)."""

from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, offsets_of
from features.history import History
from training.bought import Bought
from training.candidates.base import Generator, Snapshot
from training.candidates.nearest import nearest
from training.candidates.sampling import affordable
from training.candidates.scores import Scores
from training.candidates.sparse import Csr
from training.candidates.spread import spread
from training.candidates.walk import steps
from training.request import Request


@dataclass(frozen=True)
class NextOrderConfig:
    """Share of the orders with a product that were followed by an order with another."""

    neighbours: int = 100
    """Followers kept for each product, itself among them."""
    beta: float = 0.3
    """Power of the popularity that a follower is divided by."""
    half_life: float = 120.0
    """Days after which a pair of orders counts half."""
    recall: float = 0.6
    """What a product counts less for every order of the customer since."""
    most: int = 60
    """Products looked at per order, and per customer."""
    budget: int = 200_000_000
    """Pairs of products within orders; above it orders are sampled."""
    seed: int = 1
    """Of that sample."""


class NextOrder(Generator):
    """A product's score is the sum over the customer's last orders of its share of their followers."""

    name = "next_order"
    followers: Csr  # (P, P)

    def __init__(self, config: NextOrderConfig = NextOrderConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        config, width = self.config, len(snapshot.catalogue)
        before, after = _successive(snapshot.history.purchases, snapshot.time, width, config)
        sold = np.bincount(after.index, after.value, width)
        damping = np.where(sold > 0.0, sold, np.inf) ** -config.beta
        chances = steps(Csr.of(before.matrix().T.tocsr()), 1.0)
        self.followers = nearest(chances, after.matrix(), config.neighbours, scale=damping)

    def scores(self, request: Request) -> Scores:
        """Followers of what was in the last orders."""
        weights = _recent(request.bought, self.config.recall, len(self.followers)).heaviest(self.config.most)
        return spread(weights, self.followers)


def _successive(lines: History, time: int, width: int, config: NextOrderConfig) -> tuple[Csr, Csr]:
    """(N, P), (N, P) orders of which the customer placed another one, weighted by its age, and those others."""
    keys, first = np.unique(lines.order_number.astype(np.int64) * width + lines.product, return_index=True)
    number, product = np.divmod(keys, width)
    customer = lines.row[first]
    orders = int(number[-1]) + 1 if len(number) else 0
    owner, when = np.full(orders + 1, -1, np.int64), np.zeros(orders)
    owner[number], when[number] = customer, lines.time[first]
    has_next = np.append((owner[1:] == owner[:-1])[:orders], False)
    weight = np.exp2((when - time) / (DAY * config.half_life))
    table = Csr(offsets_of(number, orders), product.astype(np.int32), np.ones(len(product)), width)
    table = affordable(table.heaviest(config.most), config.budget, config.seed)
    earlier = np.flatnonzero(has_next[:orders])
    before, after = table.take(earlier), table.take(earlier + 1)
    return Csr(before.offsets, before.index, before.value * weight[earlier + 1][before.row], width), after


def _recent(bought: Bought, recall: float, width: int) -> Csr:
    """(R, width) `recall` to the power of the customer's orders since the last one with the product."""
    last = bought.occasions.last_order.astype(np.float64)
    row = np.repeat(np.arange(len(bought.offsets) - 1), np.diff(bought.offsets))
    newest = np.full(len(bought.offsets) - 1, -np.inf)
    np.maximum.at(newest, row, last)
    return Csr(bought.offsets, bought.product, np.power(recall, newest[row] - last), width)
