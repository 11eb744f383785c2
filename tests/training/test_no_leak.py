"""What happens after a moment changes nothing that is known as of it: features, candidates, lists and whole bundles."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from features.arrays import DAY, Array
from features.context import Context
from features.matrix import feature_matrix
from features.pairs import Pairs
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from tests.training.futures import FUTURES, SETTINGS, cut, shop
from training.bundle import read_manifest
from training.candidates.base import Snapshot
from training.candidates.propose import propose
from training.candidates.registry import BUILT_IN, create
from training.candidates.state import learned
from training.query import Query
from training.recommender import Recommender
from training.request import Request
from training.trainer import Trainer

Row: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
def as_it_was() -> Trainer:
    return Trainer(shop(), SETTINGS)


@pytest.fixture(scope="module", params=FUTURES)
def otherwise(request: pytest.FixtureRequest) -> Trainer:
    return Trainer(shop(FUTURES[request.param]), SETTINGS)


def snapshot(trainer: Trainer) -> Snapshot:
    return trainer.groundwork.snapshot(cut())


def ids(trainer: Trainer) -> tuple[list[str], list[str]]:
    known, log = snapshot(trainer), trainer.shop.log
    return log.customers.first(len(known.history)).ids(), log.products.first(len(known.catalogue)).ids()


def everybody(of: Snapshot) -> Request:
    """All customers, each with a product on the page."""
    rows = np.arange(len(of.history), dtype=np.int32)
    context = Context.at(of.time, len(rows))
    context.viewed[:] = rows % len(of.catalogue)
    return Request(rows, of.history, of.profiles, context)


def same(one: Array, other: Array) -> bool:
    """To the last bit."""
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def test_the_future_is_another_one(as_it_was: Trainer, otherwise: Trainer) -> None:
    one, other = (trainer.shop.log for trainer in (as_it_was, otherwise))
    after = [log.window(cut(), cut() + 30 * DAY) for log in (one, other)]
    assert not same(after[0].product, after[1].product)
    assert len(after[0].product) > 200


def test_who_and_what_is_known(as_it_was: Trainer, otherwise: Trainer) -> None:
    assert ids(as_it_was) == ids(otherwise)
    assert min(map(len, ids(as_it_was))) > 50


def test_market(as_it_was: Trainer, otherwise: Trainer) -> None:
    one, other = snapshot(as_it_was).market, snapshot(otherwise).market
    assert [f.name for f in fields(one) if not same(*(np.asarray(getattr(m, f.name)) for m in (one, other)))] == []


def test_features(as_it_was: Trainer, otherwise: Trainer) -> None:
    random, matrices = np.random.default_rng(0), []
    customers, products = len(snapshot(as_it_was).history), len(snapshot(as_it_was).catalogue)
    row = np.sort(random.integers(0, customers, 2_000)).astype(np.int32)
    pairs = Pairs.of(row, random.integers(0, products, 2_000).astype(np.int32))
    for s in map(snapshot, (as_it_was, otherwise)):
        context = everybody(s).context
        matrices.append(
            feature_matrix(s.history, s.catalogue, s.market, pairs, s.time, profiles=s.profiles, context=context)
        )
    assert same(*matrices)


@pytest.mark.parametrize("name", BUILT_IN)
def test_candidates(as_it_was: Trainer, otherwise: Trainer, name: str) -> None:
    arrays, candidates = [], []
    for trainer in (as_it_was, otherwise):
        generator = create(name, SETTINGS)
        generator.fit(snapshot(trainer))
        arrays.append(learned(generator))
        candidates.append(propose(generator, everybody(snapshot(trainer)), 20).candidates)
    assert arrays[0].keys() == arrays[1].keys()
    assert [key for key in arrays[0] if not same(arrays[0][key], arrays[1][key])] == []
    assert same(candidates[0].product, candidates[1].product)
    assert same(candidates[0].score, candidates[1].score)


def test_lists_and_bundles(as_it_was: Trainer, otherwise: Trainer, tmp_path: Path) -> None:
    """The measured model: saved, its every array and tree is the same, and so is what it says to everybody."""
    found, sums = [], []
    for name, trainer in (("as_it_was", as_it_was), ("otherwise", otherwise)):
        folder = tmp_path / name
        trainer.fit(cut()).save(folder)
        loaded = Recommender.load(folder)
        everyone = [*loaded.customers.ids(), "0new-nobody"]
        found.append(loaded.recommend([Query(customer_id=i) for i in everyone], 10))
        sums.append(read_manifest(folder)["files"])
    assert found[0] == found[1]
    assert differing(*sums) == []
    assert "ranker/0.txt" in sums[0]


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return sorted(name for name in one | other if one.get(name) != other.get(name))


def contents(model: Recommender) -> dict[str, Any]:
    """All that a bundle would hold, without writing it."""
    found = {"customers": model.customers.ids(), "products": model.products.ids(), "time": model.time}
    for name in ("history", "profiles", "catalogue", "market", "order"):
        found |= _parts(getattr(model, name), name)
    for source in model.sources:
        found |= _parts(learned(source.generator), source.generator.name)
    return found


def _parts(value: Any, name: str) -> dict[str, Any]:
    if is_dataclass(value):
        value = {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: part for inner in value for key, part in _parts(value[inner], f"{name}.{inner}").items()}
    if isinstance(value, np.ndarray):
        return {name: (value.dtype, value.shape, value.tobytes())}
    return {name: list(value) if isinstance(value, Sequence) else value}


START = 1_600_000_000 // DAY * DAY
SMALL = Settings.parse("[training]\nhorizon = 2\nstride = 2\nmin_history = 1\nwindows = 1\nseed = 3")
CUSTOMERS, PRODUCTS = "abcdef", "pqrstu"
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from([*CUSTOMERS, "g", "B"]),
            "product_id": st.sampled_from([*PRODUCTS, "v", "Q"]),
            "timestamp": st.integers(0, 9).map(lambda day: START + day * DAY),
            "event_type": st.sampled_from(["view", "purchase", "purchase", "refund"]),
            "quantity": st.integers(1, 3),
            "unit_price": st.sampled_from([1, 2, 3]),
            "order_id": st.sampled_from(["", "1", "2", "3"]),
            "name": st.sampled_from(["", "red mug", "blue mug", "pot"]),
        }
    ),
    min_size=1,
    max_size=25,
)


def row_of(customer: str, product: str, day: int) -> Row:
    head: Row = {"customer_id": customer, "product_id": product, "timestamp": START + day * DAY}
    return head | {"event_type": "purchase", "quantity": 1, "unit_price": 2, "order_id": "", "name": "pot"}


def small_shop(rows: list[Row], *, statics: bool) -> Shop:
    """Every product has a category and a brand of its own, every customer a country and an interest."""
    products = [
        {"product_id": p, "category": f"Home > {p}", "brand": f"Of {p}", "name": f"the {p} mug"} for p in PRODUCTS
    ]
    customers = [
        {"customer_id": c, "country": f"Land of {c}", "interests": json.dumps([f"Home > {p}", f"Of {p}"])}
        for c, p in zip(CUSTOMERS, PRODUCTS, strict=True)
    ]
    with TemporaryDirectory() as folder:
        for name, table in {"events": rows, "products": products, "customers": customers}.items():
            if statics or name == "events":
                with (Path(folder) / f"{name}.csv").open("w", newline="") as file:
                    writer = csv.DictWriter(file, table[0].keys())
                    writer.writeheader()
                    writer.writerows(table)
        return load(Path(folder), TablesConfig(), now=START + 100 * DAY)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example would take minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@example(
    rows=[row_of("a", "p", 0), row_of("b", "q", 1), row_of("c", "t", 8), row_of("d", "s", 9)],
    others=[row_of("e", "s", 7), row_of("g", "Q", 8)],
    day=5,
    statics=True,
)
@given(rows=ROWS, others=ROWS, day=st.integers(4, 9), statics=st.booleans())
def test_any_other_future(rows: list[Row], others: list[Row], day: int, statics: bool) -> None:
    moment, found = START + day * DAY, []
    past = [row for row in rows if row["timestamp"] < moment] or [{**rows[0], "timestamp": START}]
    for future in ([], rows, others):
        trainer = Trainer(small_shop([r for r in future if r["timestamp"] >= moment] + past, statics=statics), SMALL)
        found.append(contents(trainer.fit(moment)))
    assert differing(found[0], found[1]) == []
    assert differing(found[0], found[2]) == []
