"""Measuring: the lists of a recommender, and of each of its generators alone, for some customers.

Customers and products go in and out by the numbers of an event log; the recommender is asked by ids, as the service
asks it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from features.arrays import Codes, Floats, offsets_of, rows_of
from features.eventlog import EventLog
from training.candidates.lookup import lookup
from training.candidates.scores import Candidates, Scores
from training.candidates.topk import top_k
from training.evaluation.lists import MODES, Lists, Mode, Ranked
from training.evaluation.protocol import MODEL
from training.pool import Pool
from training.query import Query
from training.ranking import Ranking
from training.recommender import Recommender
from training.request import Request

SAMPLE = 50  # customers whose feature rows are kept to explain the ranker


@dataclass
class Measured:
    """What the customers were shown."""

    lists: dict[str, Lists]  # the model's, and those of each generator alone
    candidates: dict[str, Candidates]  # what each generator named
    matrix: Floats  # (M, F) feature rows of a few customers


@dataclass
class _Gathered:
    number: Codes  # (P,) the log's number of each product of the recommender, -1 where it has none
    parts: dict[str, dict[Mode, list[Ranked]]] = field(default_factory=dict)
    candidates: dict[str, list[Candidates]] = field(default_factory=dict)

    def add_lists(self, name: str, mode: Mode, ranking: Ranking, k: int) -> None:
        scores = ranking.score.astype(np.float32)
        products = ranking.padded(self.number[ranking.product], k, -1)
        part = Ranked(products, ranking.padded(scores, k, np.nan))
        self.parts.setdefault(name, {}).setdefault(mode, []).append(part)

    def add_candidates(self, name: str, found: Candidates) -> None:
        numbered = Candidates(found.offsets, self.number[found.product], found.score)
        self.candidates.setdefault(name, []).append(numbered)

    def lists(self) -> dict[str, Lists]:
        return {
            name: Lists({mode: _joined_lists(parts) for mode, parts in modes.items()})
            for name, modes in self.parts.items()
        }

    def all_candidates(self) -> dict[str, Candidates]:
        return {name: _joined_candidates(parts) for name, parts in self.candidates.items()}


def measure(
    recommender: Recommender,
    customers: Codes,
    log: EventLog,
    k: int = 20,
    *,
    generators: bool = True,
    explained: bool = True,
) -> Measured:
    """Ask a recommender for the lists of some customers of `log` in every mode, `generators` for theirs alone.

    With `explained` some feature rows are kept.

    Customers that it does not know are strangers to it; products that `log` lacks are padding in the lists. Any product
    may be shown: what the catalogue says of availability is of today, and would tell of what came after the cut.
    """
    gathered = _Gathered(log.products.find(recommender.products.column))
    ids = log.customers.ids(customers)
    for request in _requests(recommender, ids):
        pool = Pool.gather(recommender.sources, request)
        ranking = recommender.ordered(request, pool)
        for mode in MODES:
            gathered.add_lists(MODEL, mode, _of_mode(recommender, request, ranking, mode, k), k)
        for name, proposal in zip(pool.names, pool.proposals, strict=True) if generators else ():
            gathered.add_candidates(name, proposal.candidates)
            for mode in MODES:
                gathered.add_lists(name, mode, _alone(proposal.scores, request, mode, k), k)
    matrix = _matrix(recommender, ids[: SAMPLE if explained else 0])
    return Measured(gathered.lists(), gathered.all_candidates(), matrix)


def _requests(recommender: Recommender, ids: Sequence[str]) -> Iterator[Request]:
    for start in range(0, len(ids), recommender.at_once):
        queries = [Query(customer_id=id) for id in ids[start : start + recommender.at_once]]
        yield recommender.questions.request(queries, recommender.time)


def _matrix(recommender: Recommender, ids: Sequence[str]) -> Floats:
    request = recommender.questions.request([Query(customer_id=id) for id in ids], recommender.time)
    return recommender.matrix(request, Pool.gather(recommender.sources, request).pairs())


def _of_mode(recommender: Recommender, request: Request, ranking: Ranking, mode: Mode, k: int) -> Ranking:
    if mode == "repeat":
        return ranking.only(recommender.purchased(ranking, request)).first(k)
    return recommender.shortened(ranking, request, k, allowed=None, exclude_purchased=mode == "explore")


def _alone(scores: Scores, request: Request, mode: Mode, k: int) -> Ranking:
    """The best of one generator by itself."""
    if mode == "repeat":
        found = _best_bought(scores, request, k)
    else:
        found = top_k(scores, k, exclude=request.bought.baskets if mode == "explore" else None)
    return Ranking(found.offsets, found.product, found.score.astype(np.float64), np.zeros_like(found.product))


def _best_bought(scores: Scores, request: Request, k: int) -> Candidates:
    bought = request.bought
    row = rows_of(bought.offsets)
    score = lookup(scores, row, bought.product)
    rated = ~np.isnan(score)
    row, product, score = row[rated], bought.product[rated], score[rated]
    by = np.lexsort((product, -score, row))
    offsets = offsets_of(row, len(request))
    by = by[np.arange(len(by)) - offsets[:-1][row] < k]
    return Candidates(offsets_of(row[by], len(request)), product[by], score[by])


def _joined_lists(parts: list[Ranked]) -> Ranked:
    return Ranked(np.concatenate([p.products for p in parts]), np.concatenate([p.scores for p in parts]))


def _joined_candidates(parts: list[Candidates]) -> Candidates:
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    offsets = np.append(0, np.cumsum(lengths))
    return Candidates(offsets, np.concatenate([p.product for p in parts]), np.concatenate([p.score for p in parts]))
