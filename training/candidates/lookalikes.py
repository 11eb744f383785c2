"""Lookalikes: what customers with a similar history bought of late (user neighbours, herlocker1999algorithmic)."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Doubles, offsets_of, rows_of
from training.candidates.base import Generator, Snapshot
from training.candidates.scores import Candidates, Scores
from training.candidates.sparse import Csr
from training.candidates.spread import blocks, spread
from training.candidates.topk import joined, top_k
from training.request import Request


@dataclass(frozen=True)
class LookalikesConfig:
    """Cosine of tf-idf weighted decayed counts; found ones vote with what they bought lately."""

    neighbours: int = 100
    """Similar customers that vote."""
    half_life: float = 60.0
    """Days after which a purchase counts half when customers are compared."""
    recent: float = 20.0
    """Days after which it counts half as a vote."""
    most_customers: int = 20_000
    """Customers compared with; above it the latest buyers are taken."""
    most: int = 300
    """Products by which a customer is compared."""


class Lookalikes(Generator):
    """A product's score is the sum over similar customers of their similarity x their decayed count."""

    name = "lookalikes"
    buyers: Csr  # (P, N) weights of the reference customers
    votes: Csr  # (N, P) decayed counts of the reference customers
    weight: Doubles  # (P,) inverse document frequency
    reference: Codes  # (N,) the reference customers, ascending

    def __init__(self, config: LookalikesConfig = LookalikesConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        config, bought, width = self.config, snapshot.bought, len(snapshot.catalogue)
        reference = self.reference = _latest_buyers(snapshot, config.most_customers)
        count = np.bincount(bought.product, minlength=width)
        customers = int((np.diff(bought.offsets) > 0).sum())
        self.weight = np.log(max(customers, 1) / np.maximum(count, 1)) + 1e-9
        vectors = self._vectors(bought.decayed(snapshot.time, config.half_life, width=width).take(reference))
        self.buyers = vectors.transposed()
        votes = bought.decayed(snapshot.time, config.recent, width=width).take(reference)
        self.votes = Csr(votes.offsets, votes.index, votes.value.astype(np.float32), width)

    def scores(self, request: Request) -> Scores:
        """Votes of the most similar customers, not the customer's own: they tell of something new."""
        bought = request.bought.decayed(request.context.time, self.config.half_life, width=len(self.buyers))
        alike = blocks(self._vectors(bought), self.buyers)
        similar = joined([top_k(block, self.config.neighbours) for block in alike])
        return spread(self._others(similar, request.customer), self.votes)

    def _others(self, similar: Candidates, customer: Codes) -> Csr:
        """(R, N) the neighbours without the customers themselves, columns ascending."""
        if len(customer) == 1:
            by = np.argsort(similar.product)
            by = by[self.reference[similar.product[by]] != customer[0]]
            offsets = np.array([0, len(by)])
            return Csr(offsets, similar.product[by], similar.score[by], self.buyers.width)
        row = rows_of(similar.offsets)
        by = np.lexsort((similar.product, row))
        by = by[self.reference[similar.product[by]] != customer[row[by]]]
        return Csr(offsets_of(row[by], len(customer)), similar.product[by], similar.score[by], self.buyers.width)

    def _vectors(self, counts: Csr) -> Csr:
        counts = counts.heaviest(self.config.most)
        value = counts.value * self.weight[counts.index]
        length = np.sqrt(np.bincount(counts.row, value * value, len(counts)))
        return Csr(counts.offsets, counts.index, value / np.maximum(length, 1e-12)[counts.row], counts.width)


def _latest_buyers(snapshot: Snapshot, most: int) -> Codes:
    """The customers who bought last, ascending."""
    bought = snapshot.bought
    last = np.full(len(snapshot.history), np.iinfo(np.int64).min)
    np.maximum.at(last, np.repeat(np.arange(len(last)), np.diff(bought.offsets)), bought.occasions.last)
    buyers = np.flatnonzero(np.diff(bought.offsets))
    chosen = buyers[np.argsort(-last[buyers], kind="stable")[:most]]
    return np.sort(chosen).astype(np.int32)
