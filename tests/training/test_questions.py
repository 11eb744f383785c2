"""Queries in words become requests of arrays."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.arrays import DAY
from tests.training.corner import codes, shop_of
from training.query import Filters, Query
from training.questions import Questions
from training.trainer import Trainer

PRODUCTS = [
    "product_id,name,category,brand,price,available",
    "mug,Mug,Home > Kitchen > Mugs,Acme,5,true",
    "pot,Pot,Home > Kitchen > Pots,Acme,20,true",
    "pan,Pan,Home > Kitchen,Zed,15,true",
    "sofa,Sofa,Home > Living room,Zed,400,true",
    "kit,Kit,Home Kitchen,Zed,30,true",
    "gone,Gone,Home > Kitchen > Mugs,Acme,6,false",
    "odd,Odd,,,,true",
]
CUSTOMERS = [
    "customer_id,country,interests,consent",
    'ann,FR,"[""Mugs"", ""Zed""]","[""personalisation""]"',
    'bob,TR,,"[]"',
    'cid,FR,,"[""personalisation""]"',
]
EVENTS = [
    "customer_id,product_id,timestamp",
    *(f"ann,{p},2024-03-01" for p in ("mug", "pot", "pan", "sofa", "kit", "gone", "odd")),
    "cid,pan,2024-03-05",
]
T = 1_710_000_000 // DAY * DAY


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Questions:
    return questions_of(tmp_path_factory.mktemp("shop"))


def questions_of(folder: Path) -> Questions:
    shop = shop_of(folder, EVENTS, products=PRODUCTS, customers=CUSTOMERS)
    from features.settings import Settings

    snapshot = Trainer(shop, Settings({})).groundwork.snapshot(T, complete=True)
    log = shop.log
    return Questions(
        log.customers, log.products, snapshot.history, snapshot.profiles, snapshot.catalogue, snapshot.market
    )


def shown(questions: Questions, **filters: object) -> set[str]:
    allowed = questions.allowed(Filters(**filters))  # type: ignore[arg-type]  # each test names its own
    ids = questions.products.ids()
    return set(ids) if allowed is None else {ids[i] for i in np.flatnonzero(allowed)}


EVERYTHING = {"mug", "pot", "pan", "sofa", "kit", "odd"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, EVERYTHING),
        ({"categories": ("Home",)}, {"mug", "pot", "pan", "sofa"}),
        ({"categories": ("home>kitchen",)}, {"mug", "pot", "pan"}),
        ({"categories": ("Home > Kitchen > Mugs", "Home > Living room")}, {"mug", "sofa"}),
        ({"categories": ("Kitchen",)}, set()),
        ({"brands": ("acme",)}, {"mug", "pot"}),
        ({"brands": ("Nobody",)}, set()),
        ({"price_min": 15.0}, {"pot", "pan", "sofa", "kit"}),
        ({"price_max": 15.0}, {"mug", "pan"}),
        ({"price_min": 10.0, "price_max": 20.0, "brands": ("Acme",)}, {"pot"}),
        ({"exclude_products": ("mug", "never heard of")}, EVERYTHING - {"mug"}),
        ({"exclude_products": ("never heard of",)}, EVERYTHING),
        ({"categories": ("Home > Kitchen",), "exclude_products": ("pot",)}, {"mug", "pan"}),
    ],
)
def test_filters(questions: Questions, filters: dict[str, object], expected: set[str]) -> None:
    """What is not available is never shown; a product without a price passes no bound."""
    assert shown(questions, **filters) == expected


def test_nothing_to_filter_costs_nothing(questions: Questions) -> None:
    all_there = replace(questions.catalogue, available=np.ones(len(questions.catalogue), bool))
    assert replace(questions, catalogue=all_there).allowed(Filters(exclude_purchased=True)) is None


def test_known_customers_come_with_all_they_did(questions: Questions) -> None:
    request = questions.request([Query(customer_id="cid"), Query(customer_id="ann")], T)
    assert request.customer.tolist() == questions.customers.indices(["cid", "ann"]).tolist()
    assert np.diff(request.history.offsets).tolist() == [1, 7]
    assert request.context.time == T


@pytest.mark.parametrize("query", [Query(), Query(customer_id="dan"), Query(customer_id=""), Query(customer_id="bob")])
def test_strangers(questions: Questions, query: Query) -> None:
    """Bob did not consent to be known."""
    request = questions.request([query], T)
    assert request.customer.tolist() == [-1]
    assert request.history.offsets.tolist() == [0, 0]
    assert request.profiles.attributes["country"].code.tolist() == [-1]


def test_what_is_in_hand(questions: Questions) -> None:
    queries = [
        Query(basket=("pot", "mug", "pot", "never heard of"), viewed="pan"),
        Query(customer_id="ann", viewed="never heard of"),
    ]
    context = questions.request(queries, T).context
    ids = questions.products.ids()
    assert context.basket_offsets.tolist() == [0, 2, 2]
    assert {ids[i] for i in context.basket} == {"mug", "pot"}
    assert [ids[i] if i >= 0 else None for i in context.viewed.tolist()] == ["pan", None]


def declared(questions: Questions, *queries: Query) -> list[dict[str, list[str]]]:
    profiles, names = questions.request(queries, T).profiles, questions.catalogue
    levels = {"brands": names.brand_names, "categories": names.category_names, "departments": names.department_names}
    return [
        {
            level: [known[c] for c in getattr(profiles, level).take(codes(row)).code.tolist()]
            for level, known in levels.items()
        }
        for row in range(len(queries))
    ]


def test_strangers_may_tell_what_they_like(questions: Questions) -> None:
    """A category by its path, a department or a brand by its name; what nothing is called by is passed over."""
    (told,) = declared(questions, Query(interests=("home > kitchen > mugs", "Zed", "Home", "Yachts")))
    assert told == {"brands": ["Zed"], "categories": ["Home > Kitchen > Mugs"], "departments": ["Home"]}


def test_what_is_told_now_is_added_to_the_profile(questions: Questions) -> None:
    before, after = declared(questions, Query(customer_id="ann"), Query(customer_id="ann", interests=("Acme",)))
    assert before["brands"] == ["Zed"]
    assert sorted(after["brands"]) == ["Acme", "Zed"]
    assert after["categories"] == before["categories"]


def test_strangers_may_tell_their_country(questions: Questions) -> None:
    queries = [Query(attributes={"country": "fr"}), Query(attributes={"country": "XX", "shoe": "43"}), Query()]
    country = questions.request(queries, T).profiles.attributes["country"]
    assert [country.names[c] if c >= 0 else None for c in country.code.tolist()] == ["FR", None, None]
