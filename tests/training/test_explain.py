"""What is told to customers is true, and reads like a sentence."""

import re
from dataclasses import replace

import pytest

from features.registry import REGISTRY
from features.view import View
from tests.training.corner import model_of
from training.candidates.registry import BUILT_IN, find
from training.evidence import Evidence
from training.explain import KIND_OF_FAMILY, KIND_OF_GENERATOR, explain, kind_of
from training.pool import Pool
from training.query import Query
from training.recommender import Recommender, UnknownProductError

HEAD = "customer_id,product_id,timestamp,event_type,order_id"
PRODUCTS = [
    "product_id,name,category,brand",
    "tea,Green tea,Drinks > Tea,Leaf",
    "oolong,Oolong tea,Drinks > Tea,Leaf",
    "cup,Cup,Tableware > Cups,Clay",
    "pot,Pot,Tableware > Pots,Clay",
    "rake,,Garden,Iron",
    "hose,Hose,Garden,Iron",
]
CUSTOMERS = ["customer_id,interests", 'ann,"[""Garden""]"', "bob,", "cid,"]
EVENTS = [
    "ann,tea,2024-03-01,purchase,1",
    "ann,tea,2024-03-11,purchase,2",
    "ann,tea,2024-03-21,purchase,3",
    "ann,cup,2024-03-01,purchase,1",
    "ann,cup,2024-03-19,purchase,4",
    "ann,oolong,2024-03-20,purchase,5",
    "ann,pot,2024-03-25,view,",
    "ann,hose,2024-03-24,add_to_cart,",
    "ann,rake,2024-03-24,add_to_cart,",
    "ann,rake,2024-03-26,remove_from_cart,",
    "ann,tea,2024-03-20,add_to_cart,",
    "bob,pot,2024-03-30,wishlist,",
    *(f"x{i},{p},2024-03-{29 + i % 2},purchase,{10 + i}" for i in range(6) for p in ("tea", "pot")),
    "bob,rake,2024-03-28,purchase,50",
    "bob,rake,2024-03-30,purchase,51",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    """As of the midnight after 2024-03-30."""
    return model_of(tmp_path_factory.mktemp("shop"), [HEAD, *EVENTS], products=PRODUCTS, customers=CUSTOMERS)


def clause(model: Recommender, kind: str, product: str, query: Query | None = None) -> str:
    """One fact for ann, or for another query."""
    query = query or Query(customer_id="ann")
    request = model.questions.request([query], model.time)
    pairs = Pool.gather(model.sources, request).pairs_of(*(model.products.indices([product]) * at for at in (0, 1)))
    view = View(
        request.history,
        model.catalogue,
        model.market,
        pairs,
        model.time,
        profiles=request.profiles,
        context=request.context,
    )
    return Evidence(model, request, view).clause(kind, 0)


@pytest.mark.parametrize(
    ("product", "told"),
    [
        ("tea", "you bought it 3 times, about every 10 days, last 10 days ago"),
        ("cup", "you bought it twice, last 12 days ago"),
        ("oolong", "you bought it 11 days ago"),
        ("pot", ""),
    ],
)
def test_what_the_customer_bought(model: Recommender, product: str, told: str) -> None:
    assert clause(model, "own", product) == told


def test_days_are_told_in_words(model: Recommender) -> None:
    assert clause(model, "own", "rake", Query(customer_id="bob")) == "you bought it twice, last 1 day ago"
    assert clause(model, "own", "pot", Query(customer_id="x0")) == "you bought it 2 days ago"


@pytest.mark.parametrize(
    ("product", "told"),
    [
        ("pot", "you looked at it 6 days ago"),
        ("hose", "you put it in your cart 7 days ago"),
        ("rake", "you told us that you like Garden"),  # taken out of the cart again
        ("tea", ""),  # bought since
        ("cup", ""),
    ],
)
def test_what_the_customer_showed_interest_in(model: Recommender, product: str, told: str) -> None:
    assert clause(model, "interest", product) == told


def test_a_wish(model: Recommender) -> None:
    assert clause(model, "interest", "pot", Query(customer_id="bob")) == "you put it on your wish list 1 day ago"


@pytest.mark.parametrize(("product", "told"), [("oolong", "you bought from Leaf 4 times"), ("hose", "")])
def test_what_the_customer_likes(model: Recommender, product: str, told: str) -> None:
    assert clause(model, "taste", product) == told


def test_a_category_where_there_is_no_brand(model: Recommender) -> None:
    nameless = replace(model, catalogue=replace(model.catalogue, brand=model.catalogue.brand * 0 - 1))
    assert clause(nameless, "taste", "oolong") == "you bought from Tea 4 times"


def test_what_everybody_buys(model: Recommender) -> None:
    """Tea twice by ann and six times by others within four weeks, most of it in the last; rakes twice."""
    assert clause(model, "popular", "tea") == "it was bought 8 times in the last four weeks, and more and more often"
    assert clause(model, "popular", "rake") == ""


def test_others_of_the_same_taste(model: Recommender) -> None:
    assert clause(model, "alike", "tea") == "customers with a taste like yours buy it"
    assert clause(model, "alike", "tea", Query()) == ""
    assert clause(model, "alike", "cup") == ""  # nobody else does


def test_what_led_there(model: Recommender) -> None:
    assert clause(model, "goes_with", "pot") == "customers who bought Green tea, as you did, buy it too"
    assert clause(model, "resembles", "oolong") == "it resembles Green tea, which you bought"
    assert clause(model, "goes_with", "pot", Query()) == ""


def test_what_is_in_hand(model: Recommender) -> None:
    bought = "it is often bought together with Green tea"
    assert clause(model, "basket", "pot", Query(basket=("tea",))) == f"{bought} in your cart"
    assert clause(model, "basket", "pot", Query(viewed="tea")) == f"{bought} that you are looking at"
    assert clause(model, "basket", "pot", Query(basket=("hose",))) == ""
    assert clause(model, "basket", "pot") == ""


def test_a_product_without_a_name_is_called_by_its_id(model: Recommender) -> None:
    nameless = replace(model, catalogue=replace(model.catalogue, name=[""] * len(model.catalogue)))
    assert clause(nameless, "resembles", "oolong") == "it resembles tea, which you bought"


SENTENCE = re.compile(r"[A-Z][^;]+(; [a-z][^;]+)?\.")


def test_every_product_has_its_sentence(loaded: Recommender) -> None:
    """One or two facts, a capital first and a stop last; for anybody, and in the order asked for."""
    products = [*reversed(loaded.products.ids()), loaded.products.id(0)]
    for query in (Query(customer_id=loaded.customers.id(3)), Query(), Query(basket=tuple(products[:2]))):
        sentences = loaded.explain(query, products)
        assert len(sentences) == len(products)
        assert [text for text in sentences if not SENTENCE.fullmatch(text)] == []
        assert sentences[0] == explain(loaded, query, [products[0]], loaded.time)[0]
        assert sentences[-1] == sentences[-2]


def test_a_repeated_purchase_is_told_as_one(model: Recommender) -> None:
    """Counting puts tea first because of what ann bought."""
    (text,) = model.explain(Query(customer_id="ann"), ["tea"])
    assert text.startswith("You bought it 3 times, about every 10 days, last 10 days ago")


def test_later_the_days_are_more(model: Recommender) -> None:
    (text,) = model.explain(Query(customer_id="ann"), ["cup"], time=model.time + 86_400)
    assert text.startswith("You bought it twice, last 13 days ago")


def test_of_an_empty_list_nothing_is_told(model: Recommender) -> None:
    assert model.explain(Query(customer_id="ann"), []) == []


def test_a_product_that_nobody_knows(model: Recommender) -> None:
    with pytest.raises(UnknownProductError, match="product 'yacht' is not known to this model"):
        model.explain(Query(), ["tea", "yacht"])


def test_facts_of_the_customer_come_before_those_of_everybody(loaded: Recommender) -> None:
    customer = Query(customer_id=loaded.customers.id(0))
    sentences = loaded.explain(customer, loaded.products.ids())
    of_everybody = [place for text in sentences if (place := text.lower().find("it was bought")) >= 0]
    assert max(of_everybody) > 0
    assert [text for text in sentences if re.search("last four weeks.*;", text)] == []


def test_every_family_of_features_has_a_kind_of_reason() -> None:
    """Names of features are not told to customers."""
    built_in = {feature.family for feature in REGISTRY.values() if feature.compute.__module__.startswith("features.")}
    assert built_in <= set(KIND_OF_FAMILY)


def test_every_generator_has_a_kind_of_reason() -> None:
    assert {find(name).name for name in BUILT_IN} == set(KIND_OF_GENERATOR)
    assert kind_of("als_score") == kind_of("als_rank") == "alike"
    assert kind_of("pair_orders") == "own"
    assert kind_of("mine_score") == "mine"
