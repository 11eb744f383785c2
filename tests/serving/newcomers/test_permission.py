"""Rules mean the same for newcomers as for the products of a model."""

from collections.abc import Sequence

import numpy as np
import pytest

from features.arrays import DAY
from features.interests.told import Told
from features.kinds import Kind
from features.newcomers.facts import Facts
from features.recent import Deed
from serving.newcomers.arrivals import Arrivals
from serving.newcomers.permission import Permission, about
from serving.policy.choice import Choice
from serving.policy.policy import Policy
from tests.serving.policy.conftest import config_of
from training.query import Filters, Item, Query
from training.recommender import Recommender


def facts_of(model: Recommender, index: int) -> Facts:
    return Permission(model, Arrivals(1), Query(), None, 0)._facts(model.products.id(index))  # as rules see it


@pytest.fixture(scope="module")
def rules(recommender: Recommender) -> Policy:
    """Rules about all that products have."""
    catalogue = recommender.catalogue
    category = catalogue.category_names[int(catalogue.category[3])]
    words = {
        "path": f'categories = ["{category}"]',
        "department": f'categories = ["{category.partition(" > ")[0].upper()}"]',
        "brand": f'brands = ["{catalogue.brand_names[int(catalogue.brand[3])]}"]',
        "cheap": "price_max = 5",
        "dear": "price_min = 20",
        "named": f'products = ["{recommender.products.id(3)}"]',
        "both": f'price_min = 4\nprice_max = 30\nbrands = ["{catalogue.brand_names[int(catalogue.brand[3])]}"]',
    }
    text = "\n".join(f'[[exclude]]\nname = "{name}"\n{rule}' for name, rule in words.items())
    policy = Policy.of(config_of(text), recommender)
    assert policy is not None
    return policy


def test_a_rule_is_about_the_same_products(rules: Policy, recommender: Recommender) -> None:
    facts = [facts_of(recommender, index) for index in range(len(recommender.catalogue))]
    for rule in rules.config.rules:
        assert isinstance(rule, Choice)
        assert [about(rule, one) for one in facts] == rules.about(rule).tolist(), rule.name
        assert rules.about(rule).any(), rule.name


def test_filters_let_pass_what_the_model_lets_pass(recommender: Recommender) -> None:
    one = facts_of(recommender, 3)
    for filters in (
        Filters(categories=(one.category,)),
        Filters(brands=(one.brand,), price_max=10.0),
        Filters(price_min=7.0),
        Filters(exclude_products=(one.product_id,)),
    ):
        allowed = recommender.questions.allowed(filters)
        assert allowed is not None
        permission = Permission(recommender, Arrivals(1), Query(filters=filters), None, 0)
        available = recommender.catalogue.available
        found = [available[i] and permission.given(facts_of(recommender, i)) for i in range(len(available))]
        assert np.array_equal(found, allowed)


def permitted(model: Recommender, text: str, facts: Facts, deeds: Sequence[Deed] = (), who: str | None = None) -> bool:
    policy = Policy.of(config_of(text), model)
    assert policy is not None
    query = Query(who, recent=tuple(deeds))
    return Permission(model, Arrivals(1), query, policy.at(model.time).rules(query), model.time).given(facts)


def test_what_a_customer_does_not_want_to_be_known_for_is_not_shown(recommender: Recommender) -> None:
    new = Facts("new", category="Home > Mugs > Small", brand="Domo")
    told = Told().remove("home>MUGS")
    for said, shown in (
        (told, False),
        (told.remove("Garden"), False),
        (Told().remove("domo"), False),
        (Told().remove("Home > Mug"), True),
        (told.declare(["Home > Mugs > Small"], 1), True),
        (told.declare(["Garden"], 1), False),
    ):
        assert Permission(recommender, Arrivals(1), Query(told=said), None, 0).given(new) == shown, said


def test_caps_and_cooldowns_hold(recommender: Recommender) -> None:
    now, new = recommender.time, Facts("new", category="Fresh > Things")
    cap = "[[caps]]\nname = 'c'\nshown = 2\ndays = 3"
    seen = [Deed("new", Kind.IMPRESSION, now - 100 + second) for second in range(2)]
    assert not permitted(recommender, cap, new, seen)
    assert permitted(recommender, cap, new, seen[:1])
    assert permitted(recommender, cap, new, [*seen, Deed("new", Kind.CLICK, now - 50)])
    assert permitted(recommender, cap, new, [one._replace(time=now - 4 * DAY) for one in seen])
    rest = "[[cooldowns]]\nname = 'r'\nafter = ['view']\ndays = 3"
    assert not permitted(recommender, rest, new, [Deed("new", Kind.VIEW, now - 50)])
    assert permitted(recommender, rest, new, [Deed("other", Kind.VIEW, now - 50)])


def test_a_category_rests_with_all_that_is_new_in_it(recommender: Recommender, known: str) -> None:
    catalogue, history = recommender.catalogue, recommender.history.take(np.array([recommender.customers.index(known)]))
    bought = history.purchases
    category = catalogue.category_names[int(catalogue.category[bought.product[-1]])]
    days = (recommender.time - int(bought.time[-1])) / DAY + 1
    rest = f"[[cooldowns]]\nname = 'r'\nrests = 'category'\ndays = {days}"
    new = Facts("new", category=category)
    assert not permitted(recommender, rest, new, who=known)
    assert permitted(recommender, rest, new)
    assert permitted(recommender, rest, Facts("new", category="Fresh"), who=known)
    product = recommender.products.id(int(bought.product[-1]))
    assert not permitted(recommender, rest, new, [Deed(product, Kind.PURCHASE, recommender.time - 60)])


def test_limits_count_what_is_listed(recommender: Recommender) -> None:
    policy = Policy.of(config_of("[[limits]]\nname = 'l'\nby = 'brand'\nmost = 1"), recommender)
    assert policy is not None
    permission = Permission(
        recommender, Arrivals(1), Query(), policy.at(recommender.time).rules(Query()), recommender.time
    )
    listed = [Item(recommender.products.id(3), 1, 0.0, "als")]
    brand = facts_of(recommender, 3).brand
    assert not permission.room(Facts("new", brand=brand.upper()), listed)
    assert permission.room(Facts("new", brand="Other"), listed)
    assert permission.room(Facts("new"), listed)
    assert permission.room(Facts("new", brand=brand), [])
