"""Onboarding: what suits the interests that somebody declared, of whom little else is known."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack

from features.arrays import DAY, Bools, Codes, Counts, Doubles, offsets_of, rows_of
from features.catalogue import Catalogue
from features.history import History
from features.interests.affinity import codes_of, from_history, interests_of
from features.interests.fading import strengths, word
from features.interests.names import LEVELS, Level
from features.kinds import Kind
from features.profiles import Profiles
from features.visit import TOUCHES
from training.candidates.base import Generator, Snapshot
from training.candidates.change import Change
from training.candidates.scores import NONE, Scores
from training.candidates.sparse import Csr
from training.candidates.spread import spread
from training.request import Request

_FEW = 0.02  # of the customers: what so few did changes little of what those who like a group touch
_UNSEEN = 1e-3  # of what is touched of a product on average: that much stands beside it before anybody saw it
_TOUCHED = np.zeros(max(Kind) + 1, np.bool_)
_TOUCHED[list(TOUCHES)] = True


@dataclass(frozen=True)
class OnboardingConfig:
    """Chosen on simulated young shops of other seeds than the benchmark's, by what newcomers look at and buy."""

    half_life: float = 7.0
    """Days after which a touch says half as much of how popular a product is."""
    prior: float = 50.0
    """Customers, like anybody, that are added to those who declared a group."""
    declared: int = 20
    """Customers who declared a group; where there are fewer, those who like it by what they did are added."""
    least: float = 0.5
    """Purchase's worth of a group from which somebody likes it, if it is more than is usual."""
    usual: float = 1.5
    """How many times the usual share of the group in what somebody did."""
    customers: int = 200_000
    """Customers learned from, at most; more are sampled."""
    seed: int = 1
    """Of that sample."""

    def __post_init__(self) -> None:
        if self.half_life <= 0 or self.prior <= 0:
            raise ValueError(f"half_life = {self.half_life}, prior = {self.prior}: both must be above 0")


class Onboarding(Generator):
    """A product's score is the log of how much it is touched these days, plus the sum over the declared interests of
    their strength x the log of how many times more often those who declared the same touch products of its kind than
    everybody does, over the square root of the sum of strengths.

    That is the evidence of a naive Bayes classifier (maron1961automatic), less for interests of one customer repeating
    each other. Kinds are categories, or brands of products without one: what single products have beyond their kind is
    too little seen of those few. What active customers touch counts less: newcomers have not found their regular goods.
    """

    name = "onboarding"
    in_hand = True  # it is no feature: it stands in for the ranker while little is known of a customer
    group: Codes  # (3 * P,) the group of each product at each level, -1 for none
    first: Counts  # (4,) where the groups of each level begin among all of them, and their number
    kind: Codes  # (P,) of the products; the last kind is of those that have none
    popular: Doubles  # (P,) log of the decayed touches
    floor: Doubles  # (groups,) log ratio of a kind that nobody who declared the group touched
    ratios: Csr  # (groups, kinds) what log ratios are above that

    def __init__(self, config: OnboardingConfig = OnboardingConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        config, time = self.config, snapshot.time
        codes = self._grouped(snapshot.catalogue)
        self.popular = popularity(snapshot.history, len(snapshot.catalogue), time, config.half_life)
        if not self.first[-1]:  # products of which no more is known than their names
            self.floor, self.ratios = np.zeros(0), Csr.empty(0, self._kinds)
            return
        history, profiles = _sampled(snapshot.history, snapshot.profiles, config)
        fans = [
            _fans(history, profiles, level, code=code, groups=groups, time=time, config=config)
            for level, (code, groups) in codes.items()
        ]
        touched = _shares(history, self.kind, self._kinds)
        self.floor, self.ratios = _ratios(hstack(fans, format="csr"), touched, config.prior)

    def update(self, snapshot: Snapshot, previous: Generator, change: Change) -> None:
        """What many customers like says the same after a few more: it is counted again by the next training, or where
        groups have changed. What is popular is counted anew."""
        self._grouped(snapshot.catalogue)
        if not isinstance(previous, Onboarding) or not self._continues(previous, change):
            self.fit(snapshot)
            return
        self.popular = popularity(snapshot.history, len(snapshot.catalogue), snapshot.time, self.config.half_life)
        self.floor, self.ratios = previous.floor, previous.ratios

    def scores(self, request: Request) -> Scores:
        """For those who declared something and did little yet."""
        wanted = self._wanted(request)
        if wanted is None:
            return Csr.empty(len(request), len(self.kind))
        row, sums = wanted.row, np.bincount(wanted.row, wanted.value, len(request))
        kinds = spread(wanted, self.ratios)
        kinds[kinds == NONE] = 0.0
        kinds += np.bincount(row, wanted.value * self.floor[wanted.index], len(request))[:, None]
        kinds /= np.sqrt(np.maximum(sums, 1.0))[:, None]
        kinds[:, -1] = 0.0
        asked = np.flatnonzero(sums)
        found = np.full((len(request), len(self.kind)), NONE)
        found[asked] = self.popular + kinds[asked][:, self.kind]
        return found

    def _grouped(self, catalogue: Catalogue) -> dict[Level, tuple[Codes, int]]:
        """Note the groups and kinds of products, and give the groups of each level."""
        codes = {level: codes_of(catalogue, level) for level in LEVELS}
        self.group = np.concatenate([code for code, _ in codes.values()]).astype(np.int32)
        self.first = np.cumsum([0, *(groups for _, groups in codes.values())])
        (category, categories), (brand, brands) = codes["category"], codes["brand"]
        known = np.where(category >= 0, category, np.where(brand >= 0, categories + brand, categories + brands))
        self.kind = known.astype(np.int32)
        return codes

    @property
    def _kinds(self) -> int:
        """How many there can be: categories, brands, and none."""
        counts = dict(zip(LEVELS, np.diff(self.first).tolist(), strict=True))
        return int(counts["category"] + counts["brand"]) + 1

    def _continues(self, previous: "Onboarding", change: Change) -> bool:
        """Whether few did something since, and all products that were there are in the groups they were in."""
        before, now = (generator.group.reshape(len(LEVELS), -1) for generator in (previous, self))
        known = before.shape[1]
        few = len(change.customers) <= _FEW * len(change.moved)
        same = np.array_equal(self.first, previous.first) and known <= now.shape[1]
        return few and same and np.array_equal(before, now[:, :known])

    def _wanted(self, request: Request) -> Csr | None:
        """(R, groups) the strength of each declared interest, of customers to whom lists listen; None without any."""
        if not any(len(interests_of(request.profiles, level).code) for level in LEVELS):
            return None
        said, size = word(request.history) > 0, int(self.first[-1])
        rows, groups, weights = [], [], []
        for level, first, end in zip(LEVELS, self.first, self.first[1:], strict=False):
            declared = interests_of(request.profiles, level)
            row = rows_of(declared.offsets)
            weight = strengths(declared, request.history, request.context.time)
            rows.append(row)
            groups.append(first + declared.code)
            weights.append(np.where((declared.code < end - first) & said[row], weight, 0.0))
        row, group, weight = np.concatenate(rows), np.concatenate(groups), np.concatenate(weights)
        by = np.lexsort((group, row))
        by = by[weight[by] > 0]
        if not len(by):
            return None
        return Csr(offsets_of(row[by], len(request)), group[by].astype(np.int32), weight[by], size)


def _sampled(history: History, profiles: Profiles, config: OnboardingConfig) -> tuple[History, Profiles]:
    if len(history) <= config.customers:
        return history, profiles
    random = np.random.default_rng(config.seed)
    rows = np.sort(random.choice(len(history), config.customers, replace=False))
    return history.take(rows), profiles.take(rows)


def popularity(history: History, products: int, time: int, half_life: float) -> Doubles:
    """(P,) log of the touches of each product, those of active customers counting less."""
    recent = np.flatnonzero(history.time >= time - int(10 * half_life * DAY))
    at = recent[_TOUCHED[history.kind[recent]] & (history.product[recent] >= 0)]
    weight = _modesty(history)[history.row[at]] * np.exp2((history.time[at] - time) / (half_life * DAY))
    count = np.bincount(history.product[at], weight, products)
    unseen = _UNSEEN * float(count.sum()) / max(products, 1)
    return np.asarray(np.log(count + max(unseen, 1e-12)))


def _modesty(history: History) -> Doubles:
    """(R,) what an event of each customer counts: a hundred times as many events count ten times as much."""
    return np.asarray(1 / np.sqrt(np.maximum(np.diff(history.offsets), 1)))


def _shares(history: History, kind: Codes, kinds: int) -> csr_array:
    """(R, kinds) how much each customer had to do with products of each kind."""
    at = np.flatnonzero(_TOUCHED[history.kind] & (history.product >= 0))
    row = history.row[at]
    shape = (len(history), kinds)
    touched = csr_array((_modesty(history)[row], (row, kind[history.product[at]])), shape=shape)
    touched.sum_duplicates()
    return touched


def _fans(
    history: History,
    profiles: Profiles,
    level: Level,
    *,
    code: Codes,
    groups: int,
    time: int,
    config: OnboardingConfig,
) -> csr_array:
    """(R, groups) who declared a group; where those are few, also who likes it."""
    declared = interests_of(profiles, level)
    known = declared.code < groups
    row, group = rows_of(declared.offsets)[known], declared.code[known]
    few: Bools = np.bincount(group, minlength=groups) < config.declared
    shape = (len(history), groups)
    fans = csr_array((np.ones(len(row)), (row, group)), shape=shape)
    if few.any():
        row, group = _likes(history, code, groups, time=time, config=config)
        kept = few[group]
        fans = fans + csr_array((np.ones(int(kept.sum())), (row[kept], group[kept])), shape=shape)
        fans.data[:] = 1.0
    return fans


def _likes(history: History, code: Codes, groups: int, *, time: int, config: OnboardingConfig) -> tuple[Codes, Codes]:
    """Rows of customers, and a group that each likes by what they did."""
    signs = from_history(history, code, time)
    known = signs.group >= 0
    shape = (len(history), groups)
    sums = csr_array((signs.weight[known], (signs.row[known], signs.group[known])), shape=shape)
    sums.sum_duplicates()
    row, whole = rows_of(sums.indptr.astype(np.int64)), float(sums.data.sum())
    own = np.bincount(row, sums.data, len(history))[row]
    usual = np.bincount(sums.indices, sums.data, groups)[sums.indices] / max(whole, 1e-12)
    likes = (sums.data >= config.least) & (sums.data > config.usual * usual * own)
    return row[likes], sums.indices[likes].astype(np.int32)


def _ratios(fans: csr_array, touched: csr_array, prior: float) -> tuple[Doubles, Csr]:
    """(groups,) and (groups, kinds): how much more of a kind those of a group touch than everybody does, as logs.

    With n of what those of the group touch, x of it of a kind, its share q of what everybody touches, and m of what
    `prior` customers touch, the ratio is (x + m q) / ((n + m) q): a floor m / (n + m) times 1 + x / (m q).
    """
    both = csr_array(fans.T.tocsr() @ touched)
    both.sort_indices()
    customers = max(1, int((np.diff(touched.indptr) > 0).sum()))
    usual = np.bincount(touched.indices, touched.data, touched.shape[1])
    whole = max(float(usual.sum()), 1e-12)
    added = prior * whole / customers
    floor = np.log(added / (np.asarray(both.sum(axis=1)).ravel() + added))
    above = np.log1p(both.data / (added * usual[both.indices] / whole))
    offsets, index = both.indptr.astype(np.int64), both.indices.astype(np.int32)
    return floor, Csr(offsets, index, above.astype(np.float32), touched.shape[1])
