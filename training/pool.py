"""Pool: the candidates of all generators for the customers of a request, merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features import _kernels
from features.arrays import Bools, Codes, Floats, positions_in
from features.pairs import Pairs
from training.candidates.base import Generator
from training.candidates.lookup import lookup
from training.candidates.propose import Proposal, propose
from training.request import Request


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
        lengths = np.concatenate([np.diff(candidates.offsets) for candidates in named])  # (G * R,)
        keys = np.repeat(np.tile(np.arange(len(request)), len(named)), lengths) << 32
        keys |= np.concatenate([candidates.product for candidates in named])
        merged, place = _kernels.distinct(keys)
        rank = np.full((len(merged), len(sources)), np.nan, np.float32)
        column = np.repeat(np.arange(len(named)), [len(candidates.product) for candidates in named])
        rank[place, column] = np.arange(1, len(keys) + 1) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        names = tuple(s.generator.name for s in sources)
        return cls(names, (merged >> 32).astype(np.int32), (merged & 0xFFFFFFFF).astype(np.int32), rank, proposals)

    def __len__(self) -> int:
        return len(self.row)

    @property
    def source(self) -> Codes:
        """(M,) the generator that ranked the pair best; the first of them where several did."""
        first: Codes = np.where(np.isnan(self.rank), np.inf, self.rank).argmin(axis=1).astype(np.int32)
        return first

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
        score = np.empty((len(row), len(self.names)), np.float32)
        for column, proposal in enumerate(self.proposals):
            score[:, column] = lookup(proposal.scores, row, product)
        return score
