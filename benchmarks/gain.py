"""What knowing the customer gains: the ranker with segment, value and interest features against one without them.

Online Retail with `--data`, beside the simulated shop. The families that a shop has to ask for are asked for; `--extra`
without names leaves them away, as they are by default. One model learns until four weeks before the end; a second
ranker learns from the same examples without the families of features in question, and both rank the same candidates of
the same customers. The gain is the share by which NDCG@20 rises, with the 95 % interval of a paired bootstrap over
customers. New customers of young simulated shops, who are known by what they declared at onboarding and by nothing
else, are measured against the best sellers: by what they bought, by what they looked at or bought, and by that in their
first hour. How good best sellers are is another matter in each shop, so there are several, which differ in their seed
alone, and their customers are counted together.
"""

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow.parquet as pq

from benchmarks.harness import WORKSPACES, Figures, main
from esnaf.output import text_table
from esnaf.simulation.interests import STAPLE
from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from esnaf.simulation.world import World
from features import families
from features.arrays import DAY, Bools, Codes, Doubles
from features.history import History
from features.interests.told import Declared, Told
from features.modules import load as load_modules
from features.registry import REGISTRY
from features.settings import FILE_NAME, Settings
from features.tables import Shop, TablesConfig, load
from features.visit import TOUCHES
from training.evaluation.bootstrap import paired_ratio
from training.evaluation.metrics import score
from training.evaluation.protocol import MODEL
from training.evaluation.purchases import Purchases
from training.evaluation.truth import Truth
from training.examples import Examples
from training.measuring import measure as lists_of
from training.query import Query
from training.ranker import Ranker
from training.recommender import Recommender
from training.trainer import Trainer
from training.tuning.scores import Scores

FAMILIES = ("segment", "segments", "value", "interest")
EXTRA = ("features.families.segments", "features.families.value")
REAL, REAL_UNTIL = "online_retail", date(2011, 9, 1)
K = 10
LEAST = 20  # new customers: fewer say nothing
HOUR = 3_600
Values: TypeAlias = dict[str, Doubles]  # (L,) NDCG@10 of each kind of list
YOUNG = Parameters(days=220, present_share=0.15)  # a shop where most customers are new


def add_arguments(parser: ArgumentParser) -> None:
    """Which features, and how large a shop."""
    parser.add_argument(
        "--without", nargs="+", default=FAMILIES, metavar="NAME", help=f"families or features ({', '.join(FAMILIES)})"
    )
    parser.add_argument(
        "--extra", nargs="*", default=EXTRA, metavar="MODULE", help=f"[features] extra ({', '.join(EXTRA)})"
    )
    parser.add_argument("--customers", type=int, default=8_000, metavar="N", help="default 8000")
    parser.add_argument("--products", type=int, default=2_000, metavar="N", help="default 2000")
    parser.add_argument("--newcomers", type=int, default=30_000, metavar="N", help="customers of a young shop")
    parser.add_argument("--shops", type=int, default=5, metavar="N", help="young ones (default 5)")
    parser.add_argument("--days", type=int, default=365, metavar="N", help="default 365")


def measure(args: Namespace) -> Figures:
    """Figures of the simulated shop, and of Online Retail where there is data."""
    size = {"customers": args.customers, "products": args.products}
    families.load()
    young = replace(YOUNG, customers=args.newcomers, products=args.products)
    figures = newcomers([replace(young, seed=seed) for seed in range(1, args.shops + 1)])
    load_modules(args.extra)  # from here on every ranker of this process sees them
    hidden = {name for name, feature in REGISTRY.items() if {name, feature.family} & {*args.without}}
    figures |= {"hidden_features": len(hidden)}
    with _simulated(Parameters(**size, days=args.days), _asking(Settings({}), args.extra)) as (case, _):
        figures |= {f"simulated_{name}": value for name, value in case.gain(hidden).items()}
    if args.data is not None:
        settings = _asking(Settings.read(WORKSPACES / REAL / FILE_NAME), args.extra)
        until = (REAL_UNTIL - date(1970, 1, 1)).days * DAY
        shop = load(args.data / REAL, TablesConfig.of(settings), until=until)
        figures |= {f"real_{name}": value for name, value in Case.fitted(shop, settings, until).gain(hidden).items()}
    return figures


def _asking(settings: Settings, extra: Sequence[str]) -> Settings:
    """The same with families that have to be asked for."""
    own = {**settings.values.get("features", {}), "extra": list(extra)}
    return replace(settings, values={**settings.values, "features": own})


@contextmanager
def _simulated(parameters: Parameters, settings: Settings) -> Iterator[tuple["Case", Path]]:
    """A model of a simulated shop, and the folder of its truth."""
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder), parameters)
        shop = load(Path(folder), settings.section("tables", TablesConfig))
        yield Case.fitted(shop, settings, shop.log.end // DAY * DAY), Path(folder) / "truth"


@dataclass(frozen=True)
class Case:
    """A model of a shop as of a horizon before its end, and what its ranker learned from."""

    trainer: Trainer
    model: Recommender
    end: int  # seconds since the epoch

    @classmethod
    def fitted(cls, shop: Shop, settings: Settings, end: int) -> "Case":
        """Fit it."""
        trainer = Trainer(shop, settings)
        return cls(trainer, trainer.fit(end - trainer.recipe.training.horizon * DAY), end)

    def gain(self, hidden: set[str]) -> dict[str, float]:
        """NDCG@20 of both rankers, and the share by which one is better, in percent."""
        truth = Truth.of(self.trainer.shop.log, self.model.time, self.end, seed=self.trainer.recipe.training.seed)
        own, other = (self._scores(model, truth) for model in (self.model, self.without(hidden)))
        gain = own.gain_over(other)
        return {
            "customers": len(truth),
            "with_ndcg_at_20": own.value,
            "without_ndcg_at_20": other.value,
            "gain_percent": 100 * gain.mean,
            "gain_low_percent": 100 * gain.low,
            "gain_high_percent": 100 * gain.high,
        }

    def without(self, hidden: set[str]) -> Recommender:
        """The same model with a ranker that does not see some features."""
        parts = [
            _fewer(part, hidden)
            for part in self.trainer.groundwork.examples(self.trainer.groundwork.windows(self.model.time))
        ]
        usable = [part for part in parts if len(part.gain)]
        ranker = Ranker.fit(usable, self.trainer.recipe.ranker, seed=self.trainer.recipe.training.seed)
        return replace(self.model, order=ranker)

    def _scores(self, model: Recommender, truth: Truth) -> Scores:
        lists = lists_of(model, truth.customer, self.trainer.shop.log, generators=False, explained=False).lists[MODEL]
        return Scores.of(lists, truth)


def _fewer(part: Examples, hidden: set[str]) -> Examples:
    kept = [place for place, name in enumerate(part.names) if name not in hidden]
    return replace(part, names=tuple(part.names[place] for place in kept), matrix=part.matrix[:, kept])


def newcomers(shops: Sequence[Parameters]) -> dict[str, float]:
    """NDCG@10 of the first list of customers who came after the model, by what they declared; of the list of a stranger
    who declared nothing; of the best sellers; and of who knows what the simulation knows.

    Of what was bought in the horizon, of what was looked at or bought in it, and of that in the first hour.
    """
    found: dict[str, list[Values]] = {}
    for parameters in shops:
        with _simulated(parameters, Settings({})) as (case, truth):  # as things are by default
            own = _first_lists(case, Ideal.of(World.draw(parameters), truth))
        _show(parameters.seed, own)
        for name, values in own.items():
            found.setdefault(name, []).append(values)
    figures: dict[str, float] = {"shops": len(shops)}
    for name, parts in found.items():
        together = {kind: np.concatenate([part[kind] for part in parts]) for kind in parts[0]}
        figures |= {f"{name}_{key}": value for key, value in _compared(together).items()}
    return figures


def _first_lists(case: Case, ideal: "Ideal") -> dict[str, Values]:
    """How good each kind of list is to each new customer of a shop, by each kind of truth."""
    shop, model = case.trainer.shop, case.model
    after = shop.log.window(model.time, case.end)
    touched = after.only((after.product >= 0) & np.isin(after.kind, TOUCHES))
    new = _new_customers(shop, model, touched)
    told: list[Told | None] = [_told(shop, customer, model.time) for customer in new.tolist()]
    shown = {"declared": _lists(model, told), "undeclared": _lists(model, [None] * len(told))}
    shown["popular"] = np.broadcast_to(model.shelf.order[:K], (len(told), K)).astype(np.int32)
    shown["ideal"] = ideal.lists(model, shop.log.customers.ids(new))
    own = touched.take(new)
    first = own.time[own.offsets[:-1]]
    truths = {"buys": after.purchases.take(new), "looks": own, "visit": own.only(own.time < first[own.row] + HOUR)}
    return {name: _values(shown, Purchases.of(history)) for name, history in truths.items()}


@dataclass(frozen=True)
class Ideal:
    """What the simulation alone knows: the demand of each taste, and everybody's taste. Lists by it say what could be
    reached at all."""

    world: World
    taste: Mapping[str, Sequence[float]]  # by customer id

    @classmethod
    def of(cls, world: World, truth: Path) -> "Ideal":
        """From a world and the folder of its truth."""
        columns = pq.read_table(truth / "customers.parquet", columns=["customer_id", "store_customer_id", "taste"])
        ids, store_ids, tastes = (column.to_pylist() for column in columns.columns)
        return cls(world, {id: taste for own in (store_ids, ids) for id, taste in zip(own, tastes, strict=True) if id})

    def lists(self, model: Recommender, ids: Sequence[str]) -> Codes:
        """(L, K) the products most in demand by each customer's taste and the household goods that everybody needs,
        half a horizon after the model."""
        shares = self.world.demand.shares(model.time + model.facts["horizon"] * DAY // 2)
        place = model.products.indices(self.world.product_ids)
        known = place >= 0
        demand = np.zeros((len(shares), len(model.products)))
        demand[:, place[known]] = shares[:, known]
        taste = np.array([self.taste[id] for id in ids])
        wanted = taste / taste.sum(axis=1, keepdims=True) @ demand[: taste.shape[1]] + demand[STAPLE]
        best: Codes = np.argsort(-wanted, axis=1, kind="stable")[:, :K].astype(np.int32)
        return best


def _values(shown: dict[str, Codes], truth: Purchases) -> Values:
    rows = np.flatnonzero(truth.count).astype(np.int32)
    own = truth.take(rows)
    return {name: score(lists[rows], own, [K])[f"ndcg_at_{K}"] for name, lists in shown.items()}


def _compared(values: Values) -> dict[str, float]:
    customers = len(values["declared"])
    if customers < LEAST:
        return {"customers": customers}
    ratio = paired_ratio(values["declared"], values["popular"])
    return {
        "customers": customers,
        **{f"{name}_ndcg_at_10": float(value.mean()) for name, value in values.items()},
        "ratio": ratio.mean,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
    }


def _show(seed: int, own: dict[str, Values]) -> None:
    rows = [(name, *(f"{value.mean():.4f}" for value in values.values())) for name, values in own.items()]
    print(text_table((f"shop {seed}", *own["looks"]), rows))


def _new_customers(shop: Shop, model: Recommender, touched: History) -> Codes:
    """Who came after the model, declared interests, consents, and did anything."""
    size = len(shop.log.customers)
    declared = np.zeros(size, np.bool_)
    for level in shop.profiles.interests:
        declared |= np.diff(level.offsets) > 0
    chosen: Bools = declared & shop.profiles.personal
    chosen[: len(touched)] &= np.diff(touched.offsets) > 0
    chosen[len(touched) :] = False
    chosen[: len(model.customers)] = False
    return np.flatnonzero(chosen).astype(np.int32)


def _told(shop: Shop, customer: int, now: int) -> Told:
    """What a customer of the tables would have said at onboarding."""
    catalogue = shop.catalogue
    names = catalogue.department_names, catalogue.category_names, catalogue.brand_names
    levels = zip(shop.profiles.interests, names, strict=True)
    return Told(tuple(Declared(known[code], now) for level, known in levels for code in level.row(customer)))


def _lists(model: Recommender, told: Sequence[Told | None]) -> Codes:
    """(L, K) the first list of each new customer."""
    answers = model.recommend([Query(customer_id=f"new {i}", told=one) for i, one in enumerate(told)], K)
    return np.array([model.products.indices([item.product_id for item in answer.items]) for answer in answers])


if __name__ == "__main__":
    main("gain", measure, add_arguments=add_arguments)
