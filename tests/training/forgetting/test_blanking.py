"""A model without some customers: they are strangers to it, and nobody else notices."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.identity.aliases import NOBODY, UNKNOWN, Aliases
from features.settings import Settings
from tests.training.futures import TEXT, shop
from training.candidates import state
from training.forgetting import blanking
from training.forgetting.blanking import without
from training.query import Query
from training.recommender import Recommender
from training.trainer import Trainer

NAMES = '"repurchase", "rp3beta", "als", "bpr", "blend", "lookalikes", "popular", "together"'
GENERATORS = f"[pool]\ngenerators = [{NAMES}]\n"


@pytest.fixture(scope="module")
def model() -> Recommender:
    trainer = Trainer(shop(), Settings.parse(TEXT + GENERATORS))
    return trainer.fit(trainer.shop.log.end, complete=True)


@pytest.fixture(scope="module")
def regulars(model: Recommender) -> list[str]:
    sizes = np.diff(model.history.offsets)
    return [model.customers.id(int(row)) for row in sizes.argsort()[::-1][:12]]


def test_they_are_strangers(model: Recommender, regulars: list[str], tmp_path: Path) -> None:
    gone = np.zeros(len(model.customers), bool)
    gone[[model.customers.index(id) for id in regulars[:3]]] = True
    without(model, gone).save(tmp_path / "1")
    found = Recommender.load(tmp_path / "1")
    assert all(found.customers.index(id) < 0 for id in regulars[:3])
    stranger, *others = found.recommend([Query(), *(Query(customer_id=id) for id in regulars[:3])], 10)
    assert others == [stranger] * 3
    own = [Query(customer_id=id) for id in regulars[3:]]
    before, after = (one.recommend(own, 10) for one in (model, found))
    same = sum(
        [item.product_id for item in a.items] == [item.product_id for item in b.items]
        for a, b in zip(before, after, strict=True)
    )
    assert same >= len(own) - 2  # who is like them may have lost a vote


def test_their_other_ids_are_nobodys(model: Recommender, regulars: list[str]) -> None:
    ids, persons, nobody = (pa.array(some) for some in (["second", "third"], regulars[:2], ["anon:kiosk"]))
    aliases = Aliases.of(ids, persons, nobody, customers=model.customers, change=3)
    gone = np.zeros(len(model.customers), bool)
    gone[model.customers.index(regulars[0])] = True
    found = without(replace(model, aliases=aliases), gone).aliases
    assert [found.customer_of(id) for id in ("second", "anon:kiosk")] == [UNKNOWN, NOBODY]
    assert found.customer_of("third") == model.customers.index(regulars[1])
    assert (len(found), found.change) == (2, 3)


def test_nothing_of_them_is_in_any_array(model: Recommender, regulars: list[str]) -> None:
    gone = np.zeros(len(model.customers), bool)
    rows = [model.customers.index(id) for id in regulars[:3]]
    gone[rows] = True
    found = without(model, gone)
    assert np.diff(found.history.offsets)[rows].tolist() == [0] * 3
    assert found.profiles.consent[rows].tolist() == [0] * 3
    assert all((a.code[rows] == -1).all() for a in found.profiles.attributes.values())
    assert not any(np.diff(level.offsets)[rows].any() for level in found.profiles.interests)
    by_name = {source.generator.name: source.generator for source in found.sources}
    for name in ("als", "bpr"):
        factors = by_name[name].user_factors  # type: ignore[attr-defined]
        assert not factors[rows].any()
        assert factors.any()
    assert not by_name["blend"].als.user_factors[rows].any()  # type: ignore[attr-defined]
    if found.segments is not None:
        assert all((held.code[rows] == -1).all() for held in found.segments.held.values())
    originals = {source.generator.name: source.generator for source in model.sources}
    assert originals["als"].user_factors[rows].any()  # type: ignore[attr-defined]


def test_other_arrays_that_happen_to_be_as_long_stay(model: Recommender) -> None:
    """Those of products have an offset more than there are products."""
    products = len(model.products)
    source = next(one for one in model.sources if one.generator.name == "rp3beta")
    before = state.learned(source.generator)
    assert any(len(array) == products + 1 for array in before.values() if array.ndim)
    found = blanking.generator_without(source.generator, np.ones(products + 1, bool), products)
    for name, array in state.learned(found).items():
        np.testing.assert_array_equal(array, before[name])
