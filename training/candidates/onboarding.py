"""Onboarding: what suits the interests that somebody declared, of whom little else is known."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array, hstack

from features.arrays import Codes, Counts, Doubles, lengths_of, offsets_of, rows_of
from features.catalogue import Catalogue
from features.history import History
from features.interests.affinity import Signs, codes_of, from_history, interests_of
from features.interests.fading import strengths, word
from features.interests.names import LEVELS
from features.kinds import Kind
from features.visit import TOUCHES
from training.candidates.base import Generator, Snapshot
from training.candidates.change import Change
from training.candidates.scores import Scores
from training.candidates.sparse import Csr
from training.candidates.spread import spread
from training.request import Request

_FEW = 0.02  # of the customers: what so few did changes little of what those who like a group touch
_TOUCHED = np.zeros(max(Kind) + 1, np.bool_)
_TOUCHED[list(TOUCHES)] = True


@dataclass(frozen=True)
class OnboardingConfig:
    """A customer likes a group who has half a purchase's worth of it, and more of it than is usual."""

    least: float = 0.5
    """Affinity with a group, from which somebody likes it."""
    usual: float = 1.5
    """How many times the usual share of the group in what somebody did."""
    prior: float = 10.0
    """Customers, like anybody, that are added to those who like a group."""
    length: int = 200
    """Products kept for each group."""
    customers: int = 200_000
    """Customers learned from, at most; more are sampled."""
    seed: int = 1
    """Of that sample."""


class Onboarding(Generator):
    """A product's score is the sum over the declared interests of their strength x the log of how many times more
    often those who like the group touch the product than everybody does: the evidence that a naive Bayes classifier
    adds up (maron1961automatic). It says nothing against a product."""

    name = "onboarding"
    in_hand = True  # it is no feature: what it says is added to the ranker's score, which is a log of odds too
    group: Codes  # (3 * P,) the group of each product at each level, -1 for none
    first: Counts  # (4,) where the groups of each level begin among all of them, and their number
    ratios: Csr  # (groups, P) log ratios, above 0

    def __init__(self, config: OnboardingConfig = OnboardingConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        config, width = self.config, len(snapshot.catalogue)
        codes = self._grouped(snapshot.catalogue)
        if not self.first[-1]:  # products of which no more is known than their names
            self.ratios = Csr.empty(0, width)
            return
        history = _sampled(snapshot.history, config.customers, config.seed)
        touched = _touched(history, width)
        signs = from_history(history, np.arange(width, dtype=np.int32), snapshot.time)
        likes = [_likes(signs, len(history), code, groups, config) for code, groups in codes]
        self.ratios = _ratios(hstack(likes, format="csr"), touched, config)

    def update(self, snapshot: Snapshot, previous: Generator, change: Change) -> None:
        """What many customers like says the same after a few more: it is counted again by the next training, or where
        groups have changed."""
        self._grouped(snapshot.catalogue)
        if not isinstance(previous, Onboarding) or not self._continues(previous, change):
            self.fit(snapshot)
            return
        lengths = np.zeros(int(self.first[-1]), np.int64)
        before = lengths_of(previous.ratios.offsets)
        for first, begin, end in zip(self.first, previous.first, previous.first[1:], strict=False):
            lengths[first : first + end - begin] = before[begin:end]
        offsets = np.append(0, np.cumsum(lengths))
        self.ratios = replace(previous.ratios, offsets=offsets, width=len(snapshot.catalogue))

    def _grouped(self, catalogue: Catalogue) -> list[tuple[Codes, int]]:
        """Note the groups of products, and give them for each level."""
        codes = [codes_of(catalogue, level) for level in LEVELS]
        self.group = np.concatenate([code for code, _ in codes]).astype(np.int32)
        self.first = np.cumsum([0, *(groups for _, groups in codes)])
        return codes

    def _continues(self, previous: "Onboarding", change: Change) -> bool:
        """Whether few did something since, and all products that were there are in the groups they were in."""
        before, now = (generator.group.reshape(len(LEVELS), -1) for generator in (previous, self))
        known = before.shape[1]
        few = len(change.customers) <= _FEW * len(change.moved)
        return few and known <= now.shape[1] and np.array_equal(before, now[:, :known])

    def scores(self, request: Request) -> Scores:
        """Sums over what was declared, where few events of one's own say more."""
        wanted = self._wanted(request)
        return spread(wanted, self.ratios) if len(wanted.index) else Csr.empty(len(request), self.ratios.width)

    def _wanted(self, request: Request) -> Csr:
        """(R, groups) what each declared interest weighs."""
        rows, groups, weights = [], [], []
        for level, first, end in zip(LEVELS, self.first, self.first[1:], strict=False):
            declared = interests_of(request.profiles, level)
            row = rows_of(declared.offsets)
            rows.append(row)
            groups.append(first + declared.code)
            weights.append(
                np.where(declared.code < end - first, strengths(declared, request.history, request.context.time), 0.0)
            )
        row, group, weight = np.concatenate(rows), np.concatenate(groups), np.concatenate(weights)
        if not len(row):
            return Csr.empty(len(request), int(self.first[-1]))
        weight = weight * word(request.history)[row]
        by = np.lexsort((group, row))
        by = by[weight[by] > 0]
        return Csr(offsets_of(row[by], len(request)), group[by].astype(np.int32), weight[by], int(self.first[-1]))


def _sampled(history: History, most: int, seed: int) -> History:
    if len(history) <= most:
        return history
    return history.take(np.sort(np.random.default_rng(seed).choice(len(history), most, replace=False)))


def _touched(history: History, width: int) -> csr_array:
    """(R, P) whether each customer had to do with a product."""
    at = np.flatnonzero(_TOUCHED[history.kind] & (history.product >= 0))
    offsets = np.searchsorted(at, history.offsets)
    touched = csr_array((np.ones(len(at)), history.product[at], offsets), shape=(len(history), width))
    touched.sum_duplicates()
    touched.data[:] = 1.0
    return touched


def _likes(signs: Signs, customers: int, code: Codes, groups: int, config: OnboardingConfig) -> csr_array:
    """(R, groups) whether each of R customers likes a group, by the signs of products."""
    group = code[signs.group]
    known = group >= 0
    shape = (customers, groups)
    sums = csr_array((signs.weight[known], (signs.row[known], group[known])), shape=shape)
    sums.sum_duplicates()
    row, whole = rows_of(sums.indptr.astype(np.int64)), float(sums.data.sum())
    own = np.bincount(row, sums.data, customers)[row]
    usual = np.bincount(sums.indices, sums.data, groups)[sums.indices] / max(whole, 1e-12)
    likes = (sums.data >= config.least) & (sums.data > config.usual * usual * own)
    return csr_array((np.ones(int(likes.sum())), (row[likes], sums.indices[likes])), shape=shape)


def _ratios(likes: csr_array, touched: csr_array, config: OnboardingConfig) -> Csr:
    """(groups, P) each group's products that those who like it touch most beyond what is usual."""
    both = likes.T.tocsr() @ touched
    both.sort_indices()
    row, product = rows_of(both.indptr.astype(np.int64)), both.indices
    customers = max(1, int((np.diff(touched.indptr) > 0).sum()))
    usual = (np.bincount(touched.indices, minlength=touched.shape[1]) / customers)[product]
    likers = np.bincount(likes.indices, minlength=likes.shape[1])[row]
    ratio = np.log((both.data + config.prior * usual) / ((likers + config.prior) * usual))
    above = np.flatnonzero(ratio > 0)
    row, product, ratio = row[above], product[above], ratio[above]
    weight = both.data[above] * ratio
    ends = offsets_of(row, likes.shape[1])
    chosen = np.concatenate([np.zeros(0, np.int64), *(_best(weight, *of, config.length) for of in pairwise(ends))])
    offsets = offsets_of(row[chosen], likes.shape[1])
    return Csr(offsets, product[chosen].astype(np.int32), ratio[chosen].astype(np.float32), touched.shape[1])


def _best(weight: Doubles, begin: int, end: int, most: int) -> Counts:
    """The places of the heaviest, ascending; of equal ones the first."""
    found: Counts = begin + np.sort(np.argsort(-weight[begin:end], kind="stable")[:most])
    return found
