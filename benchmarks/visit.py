"""The same visit: what lists are worth when they know the visit that is under way, on the simulated shop.

A model learns until four weeks before the end. Each visit of those weeks in which something is bought is cut after a
random event; what is bought later in it, and is not in the cart yet, should be in the list. Lists that know the events
so far are measured against the same model's without them, and for visitors of whom nothing else is known against the
best sellers.
"""

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.harness import Figures, main
from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from features.arrays import DAY, Codes, Doubles
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from features.visit import unbroken
from training.asking import Asked, Cuts, Known, asked
from training.recommender import Recommender
from training.request import Request
from training.trainer import Trainer

K = 10


def add_arguments(parser: ArgumentParser) -> None:
    """How large a shop."""
    parser.add_argument("--customers", type=int, default=4_000, metavar="N", help="default 4000")
    parser.add_argument("--products", type=int, default=2_000, metavar="N", help="default 2000")
    parser.add_argument("--days", type=int, default=365, metavar="N", help="default 365")
    parser.add_argument("--visits", type=int, default=4_000, metavar="N", help="measured at most (default 4000)")


def measure(args: Namespace) -> Figures:
    """NDCG@10 of what is bought later in the visit, mean over visits."""
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder), Parameters(customers=args.customers, products=args.products, days=args.days))
        settings = Settings({})
        trainer = Trainer(load(Path(folder), settings.section("tables", TablesConfig)), settings)
        end = trainer.shop.log.end // DAY * DAY
        cut = end - trainer.recipe.training.horizon * DAY
        model = trainer.fit(cut)
        cuts = Cuts.of(trainer.shop.log, cut, end, most=args.visits, seed=1)
        parts = [_Measured.of(model, trainer.shop, week) for week in cuts.weeks()]
    scores = {name: np.concatenate([part.scores[name] for part in parts]) for name in parts[0].scores}
    mean = {name: float(values.mean()) for name, values in scores.items()}
    return {
        "visits": len(scores["live"]),
        **{f"{name}_ndcg_at_10": value for name, value in mean.items()},
        "live_ratio": mean["live"] / mean["without"],
        "visitor_ratio": mean["visitor"] / mean["popular"],
    }


@dataclass(frozen=True)
class _Measured:
    scores: dict[str, Doubles]  # NDCG@10 of each visit

    @classmethod
    def of(cls, model: Recommender, shop: Shop, cuts: Cuts) -> "_Measured":
        known = Known(len(model.customers), len(model.products), model.time)
        question = asked(cuts, shop.log, shop.profiles, known)
        live = question.request
        best = model.shelf.order[:K]
        lists: dict[str, Callable[[int], Codes]] = {
            "live": _lists(model, live),
            "without": _lists(model, model.questions.of_customers(live.customer, model.time)),
            "visitor": _lists(model, _visitor(live)),
            "popular": lambda _: best,
        }
        rows = np.flatnonzero(np.diff(question.bought.offsets)).tolist()
        return cls({name: np.array([_ndcg(shown(r), question, r) for r in rows]) for name, shown in lists.items()})


def _lists(model: Recommender, request: Request) -> Callable[[int], Codes]:
    ranking = model.lists(request, K)
    return lambda row: ranking.product[ranking.offsets[row] : ranking.offsets[row + 1]]


def _visitor(request: Request) -> Request:
    """The same visits by people of whom nothing else is known."""
    nobody = np.full(len(request), -1, np.int32)
    visit = request.history.only(unbroken(request.history, request.context.time))
    return replace(request, customer=nobody, history=visit, profiles=request.profiles.take(nobody))


def _ndcg(shown: Codes, question: Asked, row: int) -> float:
    bought = question.bought.product[question.bought.offsets[row] : question.bought.offsets[row + 1]]
    discount = 1 / np.log2(np.arange(2, K + 2))
    return float((np.isin(shown, bought) * discount[: len(shown)]).sum() / discount[: len(bought)].sum())


if __name__ == "__main__":
    main("visit", measure, add_arguments=add_arguments)
