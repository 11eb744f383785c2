"""What holds under any rules and any question: hard rules hold, and lists are as full as the shop allows."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.arrays import DAY, Bools
from features.kinds import Kind
from features.recent import Deed
from serving.policy.choice import Choice
from serving.policy.config import (
    Boost,
    By,
    Cap,
    Cooldown,
    Diversity,
    Exclude,
    Likeness,
    Limit,
    Only,
    Pin,
    PolicyConfig,
    Sensitive,
)
from serving.policy.policy import Policy
from training.query import Answer, Filters, Query
from training.recommender import Recommender
from training.rules import SOURCES
from training.shelf import Shelf

EXAMPLES = 40
CHANNELS = ("email", "web", None)
KINDS = (Kind.IMPRESSION, Kind.CLICK, Kind.PURCHASE, Kind.ADD_TO_CART)


@dataclass(frozen=True)
class Case:
    """One question under some rules."""

    config: PolicyConfig
    query: Query
    n: int


def choices(draw: st.DrawFn, model: Recommender, kind: type[Choice], name: str, **more: object) -> Choice:
    """A rule about a brand, a category, some products or a price."""
    product = st.sampled_from(model.products.ids())
    named = draw(
        st.sampled_from(
            [
                {"brands": (draw(st.sampled_from(list(model.catalogue.brand_names))),)},
                {"categories": (draw(st.sampled_from(list(model.catalogue.category_names))).split(" > ")[0],)},
                {"products": tuple(draw(st.lists(product, min_size=1, max_size=30)))},
                {"price_min": draw(st.floats(1, 60))},
            ]
        )
    )
    channels = draw(st.sampled_from([(), ("email",), ("web",)]))
    return kind(name=name, channels=channels, **named, **more)  # type: ignore[arg-type]


@st.composite
def cases(draw: st.DrawFn, model: Recommender) -> Case:
    def some(kind: type[Choice], most: int = 2, **more: object) -> tuple[Choice, ...]:
        size = draw(st.integers(0, most))
        return tuple(choices(draw, model, kind, f"{kind.__name__}{i}", **more) for i in range(size))

    product = st.sampled_from(model.products.ids())
    pins = draw(st.lists(st.tuples(product, st.integers(1, 12)), max_size=4))
    by: By | None = draw(st.sampled_from([None, "brand", "category", "all"]))
    kinds: tuple[Likeness, ...] = draw(st.sampled_from([(), ("category",), ("brand", "neighbours")]))
    config = PolicyConfig(
        exclude=some(Exclude),  # type: ignore[arg-type]
        only=some(Only, most=1),  # type: ignore[arg-type]
        sensitive=some(Sensitive),  # type: ignore[arg-type]
        pins=tuple(Pin(name=f"p{i}", product=one, position=place) for i, (one, place) in enumerate(pins)),
        boosts=some(Boost, factor=draw(st.sampled_from([0.2, 0.9, 4.0]))),  # type: ignore[arg-type]
        diversity=(Diversity(name="d", by=kinds),) if kinds else (),
        limits=() if by is None else (Limit(name="l", by=by, most=3),),
        caps=some(Cap, shown=1, days=7.0),  # type: ignore[arg-type]
        cooldowns=some(Cooldown, days=7.0, after=("click", "purchase")),  # type: ignore[arg-type]
    )
    deed = st.tuples(product, st.sampled_from(KINDS), st.integers(0, 9 * DAY))
    deeds = sorted(draw(st.lists(deed, max_size=25)), key=lambda one: -one[2])
    query = Query(
        customer_id=draw(st.sampled_from([*model.customers.ids()[:40], "nobody"])),
        channel=draw(st.sampled_from(CHANNELS)),
        basket=tuple(draw(st.lists(product, max_size=2))),
        recent=tuple(Deed(one, kind, model.time - ago) for one, kind, ago in deeds),
        filters=Filters(exclude_purchased=draw(st.booleans())),
    )
    return Case(config, query, draw(st.sampled_from([1, 5, 12, 60])))


def about(model: Recommender, rule: Choice) -> Bools:
    """The products of a rule, in plain words."""
    catalogue, mask = model.catalogue, np.ones(len(model.catalogue), np.bool_)
    if rule.brands:
        mask &= np.array([b >= 0 and catalogue.brand_names[b] in rule.brands for b in catalogue.brand.tolist()])
    if rule.categories:
        names = [catalogue.category_names[c] if c >= 0 else "" for c in catalogue.category.tolist()]
        mask &= np.array([name.startswith(rule.categories) for name in names])
    if rule.products:
        mask &= np.isin(np.array(model.products.ids()), rule.products)
    if rule.price_min is not None:
        mask &= np.where(np.isnan(catalogue.price), model.market.price_28, catalogue.price) >= rule.price_min
    return mask


def showable(model: Recommender, case: Case) -> Bools:
    """(P,) what may be shown to the customer at all."""
    mask = model.catalogue.available.copy()
    for rule in (*case.config.exclude, *case.config.sensitive, *case.config.only):
        shared = isinstance(rule, Sensitive) and not rule.channels
        channels = case.config.shared_channels if shared else rule.channels
        if not channels or case.query.channel in channels:
            mask &= about(model, rule) if isinstance(rule, Only) else ~about(model, rule)
    request = model.questions.request([case.query], model.time)
    mask[request.in_hand[1]] = False
    if case.query.filters.exclude_purchased:
        mask[request.bought.product] = False
    return mask


def asked(model: Recommender, case: Case) -> Answer:
    policy = Policy.of(case.config, model)
    (answer,) = model.recommend([case.query], case.n, policy=None if policy is None else policy.at(model.time))
    return answer


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_hard_rules_hold_and_lists_are_full(data: st.DataObject, recommender: Recommender) -> None:
    case = data.draw(cases(recommender))
    answer, allowed = asked(recommender, case), showable(recommender, case)
    products = recommender.products.indices([item.product_id for item in answer.items])
    parent = recommender.catalogue.parent
    assert allowed[products].all()
    assert len(set(parent[products].tolist())) == len(products)
    assert len(products) == min(case.n, len(np.unique(parent[allowed])))
    assert [item.rank for item in answer.items] == list(range(1, len(products) + 1))
    assert np.isfinite([item.score for item in answer.items]).all()


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_what_filled_a_list_is_told_and_limits_break_only_there(data: st.DataObject, recommender: Recommender) -> None:
    case = data.draw(cases(recommender))
    answer = asked(recommender, case)
    sources = Counter(item.source for item in answer.items)
    told = {part.source: part.count for part in answer.fallback or ()}
    fills = {name: count for name, count in sources.items() if name in {*SOURCES, *Shelf.SOURCES}}
    assert fills.items() <= told.items()
    if not {"over_limit", "over_cap", "in_cooldown"} & told.keys():
        pinned = {pin.product for pin in case.config.pins if pin.position <= case.n}
        products = recommender.products.indices(
            [item.product_id for item in answer.items if item.product_id not in pinned]
        )
        for limit in case.config.limits:
            groups = {"brand": recommender.catalogue.brand, "category": recommender.catalogue.category}
            group = groups.get(limit.by, np.zeros(len(recommender.catalogue), np.int32))[products]
            assert max(Counter(group[group >= 0].tolist()).values(), default=0) <= limit.most


@settings(max_examples=15)
@given(data=st.data())
def test_a_list_is_the_same_alone_and_among_others(data: st.DataObject, recommender: Recommender) -> None:
    case = data.draw(cases(recommender))
    policy = Policy.of(case.config, recommender)
    rules = None if policy is None else policy.at(recommender.time)
    others = [Query(customer_id=id, channel=case.query.channel) for id in recommender.customers.ids()[:6]]
    several = recommender.recommend([*others, case.query], case.n, policy=rules)
    assert several == [recommender.recommend([q], case.n, policy=rules)[0] for q in (*others, case.query)]
