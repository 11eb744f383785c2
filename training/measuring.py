"""Measuring: the lists of a recommender, and of each of its generators alone, for the customers of a truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from features.arrays import Codes, Floats, offsets_of
from training.candidates.lookup import lookup
from training.candidates.scores import Candidates, Scores
from training.candidates.topk import top_k
from training.evaluation.lists import MODES, Lists, Mode, Ranked
from training.evaluation.truth import Truth
from training.pool import Pool
from training.ranking import Ranking
from training.recommender import Recommender
from training.request import Request

MODEL = "model"
SAMPLE = 50  # customers whose feature rows are kept to explain the ranker


@dataclass
class Measured:
    """What the customers of a truth were shown."""

    lists: dict[str, Lists]  # the model's, and those of each generator alone
    candidates: dict[str, Candidates]  # what each generator named
    matrix: Floats  # (M, F) feature rows of a few customers


@dataclass
class _Gathered:
    products: dict[str, dict[Mode, list[Codes]]] = field(default_factory=dict)
    scores: dict[str, dict[Mode, list[Floats]]] = field(default_factory=dict)
    candidates: dict[str, list[Candidates]] = field(default_factory=dict)

    def add(self, name: str, mode: Mode, products: Codes, scores: Floats) -> None:
        self.products.setdefault(name, {}).setdefault(mode, []).append(products)
        self.scores.setdefault(name, {}).setdefault(mode, []).append(scores)

    def lists(self) -> dict[str, Lists]:
        return {
            name: Lists({m: Ranked(np.concatenate(p), np.concatenate(self.scores[name][m])) for m, p in modes.items()})
            for name, modes in self.products.items()
        }


def measure(recommender: Recommender, truth: Truth, k: int = 20) -> Measured:
    """Ask a recommender, as the service would, for the lists of the scored customers in every mode."""
    gathered = _Gathered()
    matrix = None
    for request in _requests(recommender, truth.customer):
        pool = Pool.gather(recommender.sources, request)
        ranking = recommender.ordered(request, pool)
        for mode in MODES:
            chosen = _of_mode(recommender, request, ranking, mode, k)
            scores = chosen.score.astype(np.float32)
            gathered.add(MODEL, mode, chosen.padded(chosen.product, k, -1), chosen.padded(scores, k, np.nan))
        for name, proposal in zip(pool.names, pool.proposals, strict=True):
            gathered.candidates.setdefault(name, []).append(proposal.candidates)
            for mode in MODES:
                gathered.add(name, mode, *_alone(proposal.scores, request, mode, k))
        if matrix is None:
            few = np.flatnonzero(pool.row < SAMPLE).astype(np.int32)
            matrix = recommender.matrix(request, pool.pairs(few))
    assert matrix is not None  # a truth has customers
    joined = {name: _joined(parts) for name, parts in gathered.candidates.items()}
    return Measured(gathered.lists(), joined, matrix)


def _requests(recommender: Recommender, customers: Codes) -> Iterator[Request]:
    for start in range(0, len(customers), recommender.at_once):
        part = customers[start : start + recommender.at_once]
        yield recommender.questions.of_customers(part, recommender.time)


def _of_mode(recommender: Recommender, request: Request, ranking: Ranking, mode: Mode, k: int) -> Ranking:
    if mode == "repeat":
        return ranking.only(recommender.purchased(ranking, request)).first(k)
    return recommender.shortened(ranking, request, k, allowed=None, exclude_purchased=mode == "explore")


def _alone(scores: Scores, request: Request, mode: Mode, k: int) -> tuple[Codes, Floats]:
    """(R, k) products and scores of one generator by itself."""
    if mode == "repeat":
        found = _best_bought(scores, request, k)
    else:
        found = top_k(scores, k, exclude=request.bought.baskets if mode == "explore" else None)
    ranking = Ranking(found.offsets, found.product, found.score.astype(np.float64), np.zeros_like(found.product))
    return ranking.padded(found.product, k, -1), ranking.padded(found.score, k, np.nan)


def _best_bought(scores: Scores, request: Request, k: int) -> Candidates:
    bought = request.bought
    row = np.repeat(np.arange(len(request), dtype=np.int32), np.diff(bought.offsets))
    score = lookup(scores, row, bought.product)
    rated = ~np.isnan(score)
    row, product, score = row[rated], bought.product[rated], score[rated]
    by = np.lexsort((product, -score, row))
    offsets = offsets_of(row, len(request))
    by = by[np.arange(len(by)) - offsets[:-1][row] < k]
    return Candidates(offsets_of(row[by], len(request)), product[by], score[by])


def _joined(parts: list[Candidates]) -> Candidates:
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    offsets = np.append(0, np.cumsum(lengths))
    return Candidates(
        offsets, np.concatenate([p.product for p in parts]), np.concatenate([p.score for p in parts])
    )
