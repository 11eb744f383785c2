"""Lists: whole, distinct, as asked for, and honest about what filled them."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.errors import BundleError
from training.bundle import FORMAT, MANIFEST
from training.counting import Counting
from training.query import Answer, Filters, Query
from training.recommender import Recommender
from training.shelf import Shelf


def ids(answer: Answer) -> list[str]:
    return [item.product_id for item in answer.items]


def everybody(model: Recommender, **asked: object) -> list[Query]:
    return [Query(customer_id=id, **asked) for id in model.customers.ids()]  # type: ignore[arg-type]


def regulars(model: Recommender) -> list[str]:
    """Those who bought most products."""
    everyone = np.arange(len(model.customers), dtype=np.int32)
    offsets = model.questions.of_customers(everyone, model.time).bought.offsets
    return model.customers.ids(np.argsort(offsets[:-1] - offsets[1:], kind="stable")[:5])


def distinct(model: Recommender) -> int:
    """Products that can stand in one list."""
    return len(np.unique(model.catalogue.parent[model.catalogue.available]))


@pytest.mark.parametrize("n", [1, 20, 70, 1_000])
def test_a_list_is_as_long_as_asked_for_or_as_the_shop_is(loaded: Recommender, n: int) -> None:
    for answer in loaded.recommend([*everybody(loaded)[:20], Query()], n):
        assert len(answer.items) == min(n, distinct(loaded))
        assert [item.rank for item in answer.items] == list(range(1, len(answer.items) + 1))
        scores = [item.score for item in answer.items]
        assert scores == sorted(scores, reverse=True)


def test_a_list_names_a_product_once_and_one_variant_of_it(loaded: Recommender) -> None:
    variants = 0
    for answer in loaded.recommend(everybody(loaded), 80):
        products = loaded.products.indices(ids(answer))
        parents = loaded.catalogue.parent[products]
        assert len(set(products.tolist())) == len(set(parents.tolist())) == len(answer.items)
        variants += int((np.bincount(loaded.catalogue.parent)[parents] > 1).sum())
    assert variants > 0


def test_nothing_that_is_not_available(loaded: Recommender) -> None:
    sold_out = loaded.catalogue.available.copy()
    sold_out[::3] = False
    model = replace(loaded, catalogue=replace(loaded.catalogue, available=sold_out))
    shown = {product for answer in model.recommend(everybody(model), 100) for product in ids(answer)}
    assert shown
    assert sold_out[model.products.indices(sorted(shown))].all()


def test_filters_hold_for_what_is_ranked_and_what_fills(loaded: Recommender) -> None:
    category = loaded.catalogue.category_names[0]
    filters = Filters(categories=(category,), price_max=float(np.nanmedian(loaded.catalogue.price)))
    allowed = loaded.questions.allowed(filters)
    assert allowed is not None
    for answer in loaded.recommend(everybody(loaded, filters=filters), 50):
        assert allowed[loaded.products.indices(ids(answer))].all()
        assert len(answer.items) == len(np.unique(loaded.catalogue.parent[allowed]))


def test_nothing_passes(loaded: Recommender) -> None:
    (answer,) = loaded.recommend([Query(filters=Filters(brands=("No such brand",)))], 10)
    assert answer == Answer([], None)


def test_what_was_bought_is_left_out_if_so_asked(loaded: Recommender) -> None:
    model, filters = loaded, Filters(exclude_purchased=True)
    for customer in regulars(model):
        request = model.questions.request([Query(customer_id=customer)], model.time)
        bought = set(model.products.ids(request.bought.product))
        (plain,) = model.recommend([Query(customer_id=customer)], 20)
        (new,) = model.recommend([Query(customer_id=customer, filters=filters)], 20)
        assert bought & set(ids(plain))
        assert bought & set(ids(new)) == set()
        assert len(new.items) == 20


def test_what_is_in_hand_is_not_offered(loaded: Recommender) -> None:
    (customer, *_) = regulars(loaded)
    (plain,) = loaded.recommend([Query(customer_id=customer)], 5)
    first, second, third, *_ = ids(plain)
    (answer,) = loaded.recommend([Query(customer_id=customer, basket=(first, third), viewed=second)], 100)
    assert {first, second, third} & set(ids(answer)) == set()


def test_customers_with_a_history_need_no_fallback(loaded: Recommender) -> None:
    (answer,) = loaded.recommend([Query(customer_id=regulars(loaded)[0])], 10)
    assert answer.fallback is None
    assert {item.source for item in answer.items} <= set(loaded.names)


def test_what_fills_a_list_is_told(loaded: Recommender) -> None:
    (answer,) = loaded.recommend([Query(customer_id=regulars(loaded)[0])], distinct(loaded))
    filled = Counter(item.source for item in answer.items if item.source in Shelf.SOURCES)
    assert answer.fallback
    assert {fill.source: fill.count for fill in answer.fallback} == filled
    last = [item.source in Shelf.SOURCES for item in answer.items]
    assert last == sorted(last)


@pytest.mark.parametrize("query", [Query(), Query(customer_id="nobody"), Query(interests=("Books",))])
def test_a_strangers_whole_list_is_fallback(loaded: Recommender, query: Query) -> None:
    (answer,) = loaded.recommend([query], 10)
    assert answer.fallback
    assert sum(fill.count for fill in answer.fallback) == 10
    assert {fill.source for fill in answer.fallback} == {item.source for item in answer.items}


def test_a_basket_tells_of_a_stranger(loaded: Recommender) -> None:
    """What goes with the basket is named by the generator of baskets, and changes the list."""
    plain, *others = loaded.recommend([Query(), *(Query(basket=(id,)) for id in loaded.products.ids()[:20])], 10)
    sources = {item.source for answer in others for item in answer.items}
    assert "together" in sources
    assert any(ids(answer) != ids(plain) for answer in others)


def test_customers_without_consent_get_what_strangers_get(loaded: Recommender) -> None:
    customer = regulars(loaded)[0]
    consent = loaded.profiles.consent.copy()
    consent[loaded.customers.index(customer)] = 0
    model = replace(loaded, profiles=replace(loaded.profiles, consent=consent))
    one, stranger = model.recommend([Query(customer_id=customer), Query()], 10)
    assert one == stranger


def test_answers_come_in_the_order_of_the_queries(loaded: Recommender) -> None:
    """Queries of different filters are answered together."""
    filters = [Filters(), Filters(exclude_purchased=True), Filters(price_max=20.0)]
    queries = [replace(query, filters=filters[i % 3]) for i, query in enumerate(everybody(loaded)[:12])]
    assert loaded.recommend(queries, 5) == [loaded.recommend([query], 5)[0] for query in queries]
    assert loaded.recommend([], 5) == []


def test_a_counting_model_is_saved_too(loaded: Recommender, tmp_path: Path) -> None:
    counting = replace(loaded, order=Counting())
    counting.save(tmp_path / "1")
    queries = everybody(loaded)[:10]
    again = Recommender.load(tmp_path / "1")
    assert again.order == Counting()
    assert again.recommend(queries, 10) == counting.recommend(queries, 10)


def test_arrays_are_mapped_and_nothing_but_text_and_arrays_is_kept(stored: Path, loaded: Recommender) -> None:
    assert {file.suffix for file in stored.rglob("*") if file.is_file()} == {".npy", ".json", ".txt"}
    assert isinstance(loaded.history.time.base, np.memmap)


def test_saving_twice_is_refused_and_leaves_nothing(loaded: Recommender, stored: Path) -> None:
    before = sorted(stored.parent.rglob("*"))
    with pytest.raises(BundleError, match="exists already"):
        loaded.save(stored)
    assert sorted(stored.parent.rglob("*")) == before


def test_names_of_customers_are_in_no_bundle(stored: Path) -> None:
    """Ids are; what the customers table calls people is not."""
    assert "name" not in {path.name for path in (stored / "profiles" / "attributes").iterdir()}


def change(folder: Path, **facts: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    kept = {name: value for name, value in (manifest | facts).items() if value is not None}
    (folder / MANIFEST).write_text(json.dumps(kept))


def harm_an_array(folder: Path) -> None:
    file = folder / "history" / "time.npy"
    file.write_bytes(file.read_bytes()[:-8] + b"00000000")


def lose_the_trees(folder: Path) -> None:
    (folder / "ranker" / "0.txt").unlink()


def come_from_another_format(folder: Path) -> None:
    change(folder, format=0)


def lose_a_fact(folder: Path) -> None:
    change(folder, generators=None)


def come_from_other_code(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    change(folder, generators=[manifest["generators"][0] | {"config": {"speed": 3}}])


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (harm_an_array, r"history/time\.npy: is damaged .*; restore it, or promote another version"),
        (lose_the_trees, r"0\.txt: is missing; restore it, or promote another version"),
        (come_from_another_format, rf"bundle format 0, this version reads {FORMAT}; train the model again"),
        (lose_a_fact, r"its manifest lacks 'generators'; train the model again"),
        (come_from_other_code, r"saved with other settings .*speed.*; train the model again"),
        (shutil.rmtree, r"manifest\.json: cannot be read .*; it is no bundle, or not a whole one"),
    ],
)
def test_a_bundle_that_is_not_whole_is_refused(
    stored: Path, tmp_path: Path, harm: Callable[[Path], None], message: str
) -> None:
    folder = Path(shutil.copytree(stored, tmp_path / "1"))
    harm(folder)
    with pytest.raises(BundleError, match=message):
        Recommender.load(folder)
