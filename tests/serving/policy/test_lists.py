"""Each rule by itself, on lists of a real model."""

from collections import Counter
from dataclasses import replace

import pytest

from features.arrays import DAY, Codes
from features.kinds import Kind
from features.recent import Deed
from serving.policy.policy import PolicyAt
from tests.serving.policy.conftest import Ruled, ids
from training.query import Answer, Query
from training.recommender import Recommender

N = 10


@pytest.fixture
def query(known: str) -> Query:
    return Query(customer_id=known)


@pytest.fixture
def plain(recommender: Recommender, query: Query) -> Answer:
    return asked(recommender, query)


def asked(model: Recommender, query: Query, policy: PolicyAt | None = None, n: int = N) -> Answer:
    (answer,) = model.recommend([query], n, policy=policy)
    return answer


def codes(model: Recommender, answer: Answer, of: Codes) -> list[int]:
    found: list[int] = of[model.products.indices(ids(answer))].tolist()
    return found


def category(model: Recommender, product: str) -> str:
    return model.catalogue.category_names[int(model.catalogue.category[model.products.index(product)])]


def brand(model: Recommender, product: str) -> str:
    return model.catalogue.brand_names[int(model.catalogue.brand[model.products.index(product)])]


def unlikely(model: Recommender, but: Answer) -> str:
    """A product that can be sold, and that nobody would recommend."""
    variants = set(codes(model, but, model.catalogue.parent))
    found = (i for i in model.shelf.order[::-1].tolist() if model.catalogue.available[i])
    return model.products.id(next(i for i in found if model.catalogue.parent[i] not in variants))


def test_rules_that_change_nothing_change_nothing(recommender: Recommender, customers: list[str], ruled: Ruled) -> None:
    """Bit for bit, though they take the way that rules take."""
    queries = [Query(customer_id=customer) for customer in [*customers[:20], "nobody"]]
    idle = "[[limits]]\nname = 'a'\nby = 'all'\nmost = 1000\n[[caps]]\nname = 'b'\nshown = 1\ndays = 1\n"
    for n in (1, N, 150):
        lists = recommender.recommend(queries, n)
        assert recommender.recommend(queries, n, policy=ruled(idle)) == lists
        elsewhere = "[[exclude]]\nname = 'a'\nprice_min = 0\nplacements = ['tv']\n"
        assert recommender.recommend(queries, n, policy=ruled(elsewhere)) == lists


@pytest.mark.parametrize("kind", ["exclude", "sensitive"])
def test_excluded(recommender: Recommender, query: Query, plain: Answer, ruled: Ruled, kind: str) -> None:
    first = ids(plain)[0]
    name = category(recommender, first)
    rule = f"[[{kind}]]\nname = 'a'\ncategories = ['{name.upper()}']\nchannels = ['email']"
    answer = asked(recommender, replace(query, channel="email"), ruled(rule))
    assert len(ids(answer)) == N
    assert name not in {category(recommender, product) for product in ids(answer)}
    assert asked(recommender, query, ruled(rule)) == plain


def test_sensitive_products_are_not_shown_on_shared_channels(
    recommender: Recommender, query: Query, plain: Answer, ruled: Ruled
) -> None:
    policy = ruled(f"[[sensitive]]\nname = 'a'\nproducts = ['{ids(plain)[0]}']")
    for channel in ("email", "Kiosk", "shared"):
        assert ids(plain)[0] not in ids(asked(recommender, replace(query, channel=channel), policy))
    for private in ("web", None):
        assert asked(recommender, replace(query, channel=private), policy) == plain


def test_what_a_rule_is_about_matches_all_that_it_names(
    recommender: Recommender, query: Query, plain: Answer, ruled: Ruled
) -> None:
    first = ids(plain)[0]
    near = f"[[exclude]]\nname = 'a'\nproducts = ['{first}', 'unheard of']\n"
    assert first not in ids(asked(recommender, query, ruled(near)))
    assert asked(recommender, query, ruled(near + "price_max = 0")) == plain
    assert asked(recommender, query, ruled(near + "brands = ['unheard of']")) == plain


def test_only(recommender: Recommender, query: Query, plain: Answer, ruled: Ruled) -> None:
    wanted = brand(recommender, ids(plain)[3])
    answer = asked(recommender, query, ruled(f"[[only]]\nname = 'a'\nbrands = ['{wanted}']"))
    assert {brand(recommender, product) for product in ids(answer)} == {wanted}
    both = f"[[only]]\nname = 'a'\nbrands = ['{wanted}']\n[[only]]\nname = 'b'\nproducts = ['{ids(plain)[3]}']"
    assert ids(asked(recommender, query, ruled(both))) == [ids(plain)[3]]


@pytest.mark.parametrize("position", [1, 4, 10])
def test_a_pinned_product_has_its_place(
    recommender: Recommender, query: Query, plain: Answer, ruled: Ruled, position: int
) -> None:
    there, foreign = ids(plain)[6], unlikely(recommender, plain)
    for product in (there, foreign):
        answer = asked(recommender, query, ruled(f"[[pins]]\nname = 'a'\nproduct = '{product}'\nposition = {position}"))
        assert ids(answer).index(product) == position - 1
        rest = [one for one in ids(plain) if one != product]
        assert [one for one in ids(answer) if one != product] == rest[: N - 1]
        assert [item.rank for item in answer.items] == list(range(1, N + 1))
    assert answer.fallback is not None
    assert [(part.source, part.count) for part in answer.fallback] == [("pinned", 1)]
    assert answer.items[position - 1].score < min(item.score for item in answer.items if item.product_id != foreign)


def test_pins_of_one_place_follow_each_other(
    recommender: Recommender, query: Query, plain: Answer, ruled: Ruled
) -> None:
    pins = [f"[[pins]]\nname = '{product}'\nproduct = '{product}'\nposition = 2\n" for product in ids(plain)[5:8]]
    assert ids(asked(recommender, query, ruled("".join(pins))))[1:4] == ids(plain)[5:8]
    beyond = f"[[pins]]\nname = 'a'\nproduct = '{ids(plain)[5]}'\nposition = 11"
    assert asked(recommender, query, ruled(beyond)) == plain


def test_a_pin_is_no_key_to_what_may_not_be_shown(
    recommender: Recommender, query: Query, plain: Answer, ruled: Ruled
) -> None:
    product = ids(plain)[4]
    pin = f"[[pins]]\nname = 'p'\nproduct = '{product}'\n"
    excluded = pin + f"[[exclude]]\nname = 'a'\nproducts = ['{product}']"
    assert product not in ids(asked(recommender, query, ruled(excluded)))
    assert product not in ids(asked(recommender, replace(query, basket=(product,)), ruled(pin)))
    viewed = asked(recommender, replace(query, viewed=product), ruled(pin))
    assert product not in ids(viewed)
    assert len(viewed.items) == N


def test_a_boost_adds_to_the_scores_that_order_the_list(
    recommender: Recommender, query: Query, plain: Answer, ruled: Ruled
) -> None:
    product = plain.items[5].product_id
    gap = plain.items[0].score - plain.items[5].score
    rule = f"[[boosts]]\nname = 'a'\nproducts = ['{product}']\n"
    assert ids(asked(recommender, query, ruled(rule + f"add = {gap + 1e-6}")))[0] == product
    assert ids(asked(recommender, query, ruled(rule + f"add = {gap - 1e-6}")))[1] == product
    assert ids(asked(recommender, query, ruled(rule + "factor = 1e9")))[0] == product
    lowered = asked(recommender, query, ruled(rule + "factor = 1e-9"))
    assert product not in ids(lowered)
    assert len(lowered.items) == N
    raised = asked(recommender, query, ruled(rule + "factor = 1e9"))
    assert {item.product_id: item.score for item in raised.items} == {
        item.product_id: item.score for item in plain.items
    }


@pytest.mark.parametrize("by", ["category", "department", "brand"])
def test_a_limit_holds_while_there_is_anything_else(
    recommender: Recommender, query: Query, ruled: Ruled, by: str
) -> None:
    policy = ruled(f"[[limits]]\nname = 'a'\nby = '{by}'\nmost = 2")
    answer = asked(recommender, query, policy)
    groups = Counter(codes(recommender, answer, getattr(recommender.catalogue, by)))
    assert len(answer.items) == N
    assert max(groups.values()) <= 2
    assert ids(asked(recommender, query, policy, n=4)) == ids(answer)[:4]


def test_a_limit_on_all_that_it_names(recommender: Recommender, query: Query, plain: Answer, ruled: Ruled) -> None:
    few = f"[[limits]]\nname = 'a'\nby = 'all'\nmost = 1\nproducts = {ids(plain)[:3]}"
    answer = asked(recommender, query, ruled(few))
    assert ids(answer)[0] == ids(plain)[0]
    assert not set(ids(plain)[1:3]) & set(ids(answer))
    assert ids(answer)[1:8] == ids(plain)[3:]


def test_limits_give_way_before_a_list_is_short(recommender: Recommender, query: Query, ruled: Ruled) -> None:
    """The shop has fewer departments than the list has places."""
    departments = len(recommender.catalogue.department_names)
    answer = asked(recommender, query, ruled("[[limits]]\nname = 'a'\nby = 'department'\nmost = 1"), n=departments + 5)
    over = [item for item in answer.items if item.source == "over_limit"]
    assert len(answer.items) == departments + 5
    assert answer.items[-len(over) :] == over
    kept = codes(recommender, answer, recommender.catalogue.department)[: -len(over)]
    assert len(set(kept)) == len(kept)
    assert answer.fallback is not None
    assert ("over_limit", len(over)) in [(part.source, part.count) for part in answer.fallback]


def test_diversity_brings_in_what_is_unlike(recommender: Recommender, customers: list[str], ruled: Ruled) -> None:
    queries = [Query(customer_id=customer) for customer in customers[:15]]
    before = recommender.recommend(queries, N)
    for by in ("category", "brand"):
        policy = ruled(f"[[diversity]]\nname = 'a'\nby = ['{by}']\nstrength = 0.7")
        after = recommender.recommend(queries, N, policy=policy)
        kinds = getattr(recommender.catalogue, by)
        few, many = (sum(len(set(codes(recommender, answer, kinds))) for answer in side) for side in (before, after))
        assert many > few
        assert [ids(answer)[0] for answer in after] == [ids(answer)[0] for answer in before]
    policy = ruled("[[diversity]]\nname = 'a'\nby = ['neighbours']\nstrength = 0.7")
    assert recommender.recommend(queries, N, policy=policy) != before


def shown(product: str, time: int, kind: Kind = Kind.IMPRESSION, times: int = 1) -> tuple[Deed, ...]:
    return tuple(Deed(product, kind, time - times + i) for i in range(times))


def test_what_was_shown_often_makes_room(recommender: Recommender, query: Query, ruled: Ruled) -> None:
    policy = ruled("[[caps]]\nname = 'a'\nshown = 3\ndays = 7")
    product = ids(asked(recommender, query))[0]
    for times, there in ((2, True), (3, False)):
        tired = replace(query, recent=shown(product, recommender.time, times=times))
        answer = asked(recommender, tired, policy)
        assert (product in ids(answer)) is there
        assert len(answer.items) == N


def test_what_was_clicked_rests(recommender: Recommender, query: Query, ruled: Ruled) -> None:
    product = ids(asked(recommender, query))[0]
    clicked = replace(query, recent=shown(product, recommender.time - DAY, Kind.CLICK))
    for days, there in ((0.5, True), (1.5, False)):
        rule = f"[[cooldowns]]\nname = 'a'\nafter = ['click']\ndays = {days}"
        assert (product in ids(asked(recommender, clicked, ruled(rule), n=60))) is there
    rule = "[[cooldowns]]\nname = 'a'\nafter = ['click']\ndays = 2\nrests = 'category'"
    answer = asked(recommender, clicked, ruled(rule))
    assert category(recommender, product) not in {category(recommender, one) for one in ids(answer)}


def test_caps_give_way_before_cooldowns(recommender: Recommender, query: Query, ruled: Ruled) -> None:
    """Two products are all that may be shown."""
    one, two = ids(asked(recommender, query))[:2]
    deeds = (*shown(one, recommender.time, Kind.CLICK), *shown(two, recommender.time))
    rules = f"[[only]]\nname = 'o'\nproducts = ['{one}', '{two}']\n"
    rules += "[[caps]]\nname = 'a'\nshown = 1\ndays = 7\n[[cooldowns]]\nname = 'b'\nafter = ['click']\ndays = 7"
    answer = asked(recommender, replace(query, recent=deeds), ruled(rules))
    assert [(item.product_id, item.source) for item in answer.items] == [(two, "over_cap"), (one, "in_cooldown")]


def test_a_pin_bows_to_a_cap(recommender: Recommender, query: Query, plain: Answer, ruled: Ruled) -> None:
    product = unlikely(recommender, plain)
    rules = f"[[pins]]\nname = 'p'\nproduct = '{product}'\n[[caps]]\nname = 'a'\nshown = 1\ndays = 7"
    assert ids(asked(recommender, query, ruled(rules)))[0] == product
    assert product not in ids(asked(recommender, replace(query, recent=shown(product, recommender.time)), ruled(rules)))


def test_neighbours_are_kept_from_view_by_rules_that_hold_everywhere(recommender: Recommender, ruled: Ruled) -> None:
    product = recommender.products.id(0)
    first = recommender.similar(product, 4)[0].product_id
    rule = f"[[exclude]]\nname = 'a'\nproducts = ['{first}']\n"
    found = [item.product_id for item in recommender.similar(product, 4, policy=ruled(rule))]
    assert len(found) == 4
    assert first not in found
    elsewhere = ruled(rule + "channels = ['email']")
    assert recommender.similar(product, 4, policy=elsewhere) == recommender.similar(product, 4)
