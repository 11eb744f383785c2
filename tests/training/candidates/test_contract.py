"""What every generator promises, the built-in ones and a user's own alike."""

import inspect
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from features.arrays import Codes, Floats
from features.settings import Settings
from tests.training.candidates.shop import Shop, T, shop
from training.candidates.base import Generator, Snapshot
from training.candidates.lookup import lookup
from training.candidates.propose import propose
from training.candidates.registry import BUILT_IN, config_type, create, find
from training.candidates.scores import Candidates, Scores
from training.candidates.state import learned, load, save
from training.candidates.topk import top_k
from training.request import Request


class Weekly(Generator):
    """A user's own: what sold in the last seven days, in ten lines."""

    name = "weekly"
    repeats: ClassVar[bool] = True
    sold: Floats

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.sold = snapshot.market.sold_7

    def scores(self, request: Request) -> Scores:
        return np.tile(np.where(self.sold > 0, self.sold, -np.inf), (len(request), 1)).astype(np.float64)


NAMES = [*BUILT_IN, f"{__name__}:Weekly"]

FLOORS = {
    # Recall at 10 of what was bought in the 20 days after the cut; a random list of the 57 products sold has 0.18.
    "als": 0.70,
    "blend": 0.68,
    "bpr": 0.65,
    "ease": 0.70,
    "lookalikes": 0.73,
    "neighbours": 0.73,
    "onboarding": 0.0,  # these customers declared nothing
    "popular": 0.25,
    "popular_category": 0.70,
    "popular_segment": 0.70,
    "repurchase": 0.68,
    "rp3beta": 0.66,
    "same_brand": 0.30,
    "same_category": 0.70,
    "seen": 0.60,
    "together": 0.60,
    "trending": 0.12,
    "weekly": 0.22,
    "words": 0.68,
}


@pytest.fixture(scope="module", params=NAMES, ids=lambda name: name.split(":")[-1].lower())
def generator(request: pytest.FixtureRequest) -> Generator:
    return fitted(request.param, shop())


def fitted(name: str, of: Shop, previous: Generator | None = None, time: int = T) -> Generator:
    generator = new(name)
    generator.fit(of.snapshot(time), previous)
    return generator


def new(name: str) -> Generator:
    return Weekly() if name.endswith("Weekly") else create(name, Settings({}))


def ask(of: Shop, rows: list[int] | None = None, *, in_hand: bool = True) -> Request:
    """The customers of some rows, or all, each with a product on the page."""
    snapshot = of.snapshot()
    chosen = np.arange(len(snapshot.history)) if rows is None else np.array(rows, np.int64)
    request = of.request(snapshot, chosen)
    if in_hand:
        request.context.viewed[:] = np.where(chosen >= 0, chosen % 50, 3)
    return request


def dense(scores: Scores, request: Request, products: int) -> Floats:
    """(R, P) by look-up, NaN where there is no score."""
    rows = np.repeat(np.arange(len(request), dtype=np.int32), products)
    return lookup(scores, rows, np.tile(np.arange(products, dtype=np.int32), len(request))).reshape(-1, products)


def lists(candidates: Candidates) -> list[list[tuple[int, float]]]:
    pairs = list(zip(candidates.product.tolist(), candidates.score.tolist(), strict=True))
    return [pairs[a:b] for a, b in zip(candidates.offsets, candidates.offsets[1:], strict=False)]


def same_arrays(one: Generator, other: Generator) -> bool:
    first, second = learned(one), learned(other)
    return first.keys() == second.keys() and all(
        a.dtype == second[n].dtype and np.array_equal(a, second[n], equal_nan=a.dtype.kind == "f")
        for n, a in first.items()
    )


def test_it_learns_something(generator: Generator) -> None:
    arrays = learned(generator)
    assert arrays
    assert any(a.size > 1 for a in arrays.values())


def test_the_same_snapshot_gives_the_same_arrays(generator: Generator) -> None:
    again = type(generator)()
    again.fit(shop().snapshot())
    assert same_arrays(generator, again)


def test_scores_are_clean(generator: Generator) -> None:
    request = ask(shop())
    scores = dense(generator.scores(request), request, len(shop().catalogue))
    assert not np.isinf(scores).any()
    assert np.nanmax(np.abs(scores), initial=0.0) < 1e6


def test_one_customer_alone_gets_the_same_bits_as_in_a_batch(generator: Generator) -> None:
    batch = ask(shop())
    proposed = propose(generator, batch, 15)
    together, named = dense(proposed.scores, batch, len(shop().catalogue)), lists(proposed.candidates)
    for row in range(0, len(batch), 7):
        alone = ask(shop(), [row])
        proposal = propose(generator, alone, 15)
        assert np.array_equal(dense(proposal.scores, alone, len(shop().catalogue))[0], together[row], equal_nan=True)
        assert lists(proposal.candidates)[0] == named[row]


def test_saved_and_mapped_it_answers_the_same(generator: Generator, tmp_path: Path) -> None:
    request = ask(shop())
    save(generator, tmp_path)
    loaded = load(type(generator)(), tmp_path)
    assert same_arrays(generator, loaded)
    one, other = propose(generator, request, 20).candidates, propose(loaded, request, 20).candidates
    assert lists(one) == lists(other)


def test_the_future_changes_nothing(generator: Generator) -> None:
    other = type(generator)()
    other.fit(shop(future=1).snapshot())
    assert same_arrays(generator, other)


def test_what_was_bought_is_only_named_by_generators_of_repeats(generator: Generator) -> None:
    request = ask(shop())
    candidates = propose(generator, request, 60).candidates
    bought = set(zip(request.history.purchases.row.tolist(), request.history.purchases.product.tolist(), strict=True))
    rows = np.repeat(np.arange(len(request)), np.diff(candidates.offsets)).tolist()
    repeated = bought & set(zip(rows, candidates.product.tolist(), strict=True))
    assert bool(repeated) == generator.repeats


def test_only_allowed_products_are_named(generator: Generator) -> None:
    allowed = np.arange(len(shop().catalogue)) % 2 == 0
    for rows in (None, [4]):
        candidates = propose(generator, ask(shop(), rows), 60, allowed=allowed).candidates
        assert (candidates.product % 2 == 0).all()


def test_products_of_the_future_are_not_named(generator: Generator) -> None:
    candidates = top_k(generator.scores(ask(shop())), 60)
    seen = np.unique(shop().log.as_of(T).product)
    assert np.isin(candidates.product, seen).all()


def test_strangers_get_something_sensible_or_nothing(generator: Generator) -> None:
    request = ask(shop(), [-1, 3, -1], in_hand=False)
    candidates = propose(generator, request, 10).candidates
    assert np.isfinite(candidates.score).all()
    assert lists(candidates)[0] == lists(candidates)[2]
    alone = ask(shop(), [-1], in_hand=False)
    assert lists(propose(generator, alone, 10).candidates)[0] == lists(candidates)[0]


def test_nobody_asks(generator: Generator) -> None:
    candidates = propose(generator, ask(shop(), []), 10).candidates
    assert candidates.offsets.tolist() == [0]


def test_it_can_start_from_an_earlier_fit(generator: Generator) -> None:
    earlier = fitted(_path(generator), shop(), time=T // 4)
    warm = fitted(_path(generator), shop(), previous=earlier)
    assert {n: a.shape for n, a in learned(warm).items()} == {n: a.shape for n, a in learned(generator).items()}
    assert np.isfinite(propose(warm, ask(shop()), 10).candidates.score).all()


def test_it_finds_what_was_bought_next(generator: Generator) -> None:
    request = ask(shop(), in_hand=False)
    request.context.viewed[:] = request.history.purchases.product[request.history.purchases.offsets[1:] - 1]
    named = lists(top_k(generator.scores(request), 10))
    later = shop().log.window(T, T + 10**9).purchases
    recall = []
    for row, best in enumerate(named):
        truth = set(later.product[later.offsets[row] : later.offsets[row + 1]].tolist())
        recall.append(len(truth & {p for p, _ in best}) / len(truth))
    assert np.mean(recall) >= FLOORS[generator.name]


@pytest.mark.parametrize("name", BUILT_IN)
def test_settings_are_frozen_and_documented(name: str) -> None:
    config = config_type(find(name))
    assert config is not None
    assert config.__dataclass_params__.frozen
    source = inspect.getsource(config)
    fields: Codes = np.array([source.count(f"    {field}: ") for field in config.__dataclass_fields__])
    assert (fields == 1).all()
    assert source.count('"""') == 2 * (len(fields) + 1)


def _path(generator: Generator) -> str:
    return generator.name if generator.name in BUILT_IN else "Weekly"
