"""Pool: the candidates of all generators for the customers of a request, merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features import _kernels
from features.arrays import Bools, Codes, Counts, Doubles, Floats, positions_in
from features.pairs import Pairs
from training import _lists
from training.candidates.base import Generator
from training.candidates.lookup import lookup
from training.candidates.propose import Proposal, propose
from training.request import Request

_NO_TABLE = np.zeros((0, 0), np.float32)


@dataclass(frozen=True)
class Source:
    """A fitted generator and how many candidates it may name."""

    generator: Generator
    size: int


@dataclass(frozen=True)
class Pool:
    """M distinct (customer, product) candidates of R customers, by row and product."""

    names: tuple[str, ...]  # (G,)
    row: Codes  # (M,)
    product: Codes  # (M,)
    rank: Floats  # (M, G) from 1, NaN where the generator did not name the product
    proposals: list[Proposal]  # (G,)

    @classmethod
    def gather(cls, sources: Sequence[Source], request: Request, *, allowed: Bools | None = None) -> Self:
        """Ask every generator; `allowed` (P,) says which products may be named at all."""
        proposals = [propose(s.generator, request, s.size, allowed=allowed) for s in sources]
        named = [proposal.candidates for proposal in proposals]
        offsets, products = [one.offsets for one in named], [one.product for one in named]
        row, product, rank = _lists.pooled(offsets, products, len(request))
        return cls(tuple(s.generator.name for s in sources), row, product, rank, proposals)

    def __len__(self) -> int:
        return len(self.row)

    def order(self, scores: Doubles) -> tuple[Counts, Codes]:
        """(M,) the places of the pairs by row and falling score (M,), ties to the lower product; and for each the
        generator that ranked it best, the first of them where several did."""
        return _lists.ranked(self.row, scores, self.rank)

    def pairs(self, at: Codes | None = None) -> Pairs:
        """The candidates, or some of them (positions ascending), with every generator's score."""
        row, product, rank = (
            (self.row, self.product, self.rank) if at is None else (self.row[at], self.product[at], self.rank[at])
        )
        return Pairs(row, product, self.names, self._scores(row, product), rank)

    def pairs_of(self, row: Codes, product: Codes) -> Pairs:
        """Any pairs, candidates or not, with every generator's score."""
        keys = self.row.astype(np.int64) << 32 | self.product
        at = positions_in(keys, row.astype(np.int64) << 32 | product)
        nobody = np.full((1, len(self.names)), np.nan, np.float32)
        return Pairs(row, product, self.names, self._scores(row, product), np.concatenate([self.rank, nobody])[at])

    def _scores(self, row: Codes, product: Codes) -> Floats:
        scores = [lookup(proposal.scores, row, product) for proposal in self.proposals]
        return _kernels.matrix(list(scores), _NO_TABLE, product)
