"""Popular, trending, by segment and by favourite department."""

import numpy as np

from features.arrays import DAY, Codes
from features.context import Context
from features.market import Market
from features.profiles import Attribute, Interests, Profiles
from tests.training.candidates.shop import COUNTRIES, DEPARTMENTS, T, shop
from tests.training.evaluation.small import Line, catalogue, log_of
from training.candidates.base import Generator, Snapshot
from training.candidates.favourites import PopularCategory, SameCategory
from training.candidates.popular import Popular, PopularConfig, Trending
from training.candidates.popular_segment import PopularSegment, PopularSegmentConfig
from training.candidates.topk import top_k
from training.request import Request


def ranking(generator: Generator, *lines: Line, day: int) -> list[str]:
    """Products by a generator that is the same for all, as of a day."""
    log, time = log_of(*lines), day * DAY
    history, goods = log.as_of(time), catalogue([0] * len(log.products))
    market = Market.measure(history, goods, time=time, horizon=28)
    generator.fit(Snapshot(time, history, goods, market, Profiles.unknown(len(history))))
    request = Request(np.array([-1], np.int32), history.take(np.array([-1])), Profiles.unknown(1), Context.at(time, 1))
    return log.products.ids(top_k(generator.scores(request), 10).product)


def sales(product: str, *days: float) -> list[Line]:
    return [Line(f"{product}{day}", product, day) for day in days]


def test_recent_lines_count_and_older_ones_break_ties() -> None:
    lines = [*sales("old", 1, 2, 3, 4), *sales("new", 90, 95), *sales("both", 1, 90, 91), *sales("older", 1)]
    assert ranking(Popular(), *lines, day=100) == ["both", "new", "old", "older"]
    assert ranking(Popular(PopularConfig(window=9.5)), *lines, day=100)[0] == "both"


def test_trending_rises_falls_and_first_sales() -> None:
    rising = sales("rising", *np.linspace(93, 99, 20), 70, 80)
    steady = sales("steady", *np.linspace(66, 99, 50))
    falling = sales("falling", *np.linspace(66, 92, 40))
    once = sales("once", 99)
    best = ranking(Trending(), *rising, *steady, *falling, *once, day=100)
    assert best[0] == "rising"
    assert "falling" not in best
    assert best.index("once") > 0


def test_each_country_has_its_own_list() -> None:
    generator, snapshot = PopularSegment(), shop().snapshot()
    generator.fit(snapshot)
    names = departments(generator, strangers(country=np.arange(DEPARTMENTS, dtype=np.int32)))
    assert len({tuple(set(n)) for n in names}) == DEPARTMENTS
    assert all(len(set(n)) == 1 for n in names)


def test_countries_that_are_not_known_have_none() -> None:
    generator = PopularSegment()
    generator.fit(shop().snapshot())
    assert departments(generator, strangers(country=np.array([-1, 99], np.int32))) == [[], []]
    assert departments(generator, strangers()) == [[]]
    elsewhere = PopularSegment(PopularSegmentConfig(attribute="shoe_size"))
    elsewhere.fit(shop().snapshot())
    assert departments(elsewhere, strangers(country=np.array([0], np.int32))) == [[]]


def test_a_strangers_declared_department_is_their_favourite() -> None:
    generator, same = PopularCategory(), SameCategory()
    generator.fit(shop().snapshot())
    same.fit(shop().snapshot())
    declared = strangers(department=np.array([2], np.int32))
    assert set(departments(generator, declared)[0]) == {2}
    assert departments(same, declared) == [[]]
    assert set(departments(same, strangers(category=np.array([1], np.int32)))[0]) == {1}


def test_what_is_in_hand_tells_the_category() -> None:
    generator = SameCategory()
    generator.fit(shop().snapshot())
    request = strangers()
    product = int(np.flatnonzero(shop().catalogue.category == 1)[0])
    request.context.viewed[0] = product
    assert set(departments(generator, request)[0]) == {1}
    basket = Request(
        request.customer,
        request.history,
        request.profiles,
        Context(T, np.array([0, 1]), np.array([product], np.int32), np.array([-1], np.int32)),
    )
    assert set(departments(generator, basket)[0]) == {1}


def strangers(country: Codes | None = None, department: Codes | None = None, category: Codes | None = None) -> Request:
    """Customers of whom no more is known than is given here."""
    rows = max(len(x) if x is not None else 1 for x in (country, department, category))
    unknown = Profiles.unknown(rows)
    profiles = Profiles(
        {} if country is None else {"country": Attribute(country, COUNTRIES)},
        unknown.departments if department is None else Interests(np.arange(rows + 1), department),
        unknown.categories if category is None else Interests(np.arange(rows + 1), category),
        unknown.brands,
        unknown.consent,
    )
    nobody = np.full(rows, -1, np.int32)
    return Request(nobody, shop().snapshot().history.take(nobody), profiles, Context.at(T, rows))


def departments(generator: Generator, request: Request) -> list[list[int]]:
    """The departments of the best ten products of each customer."""
    best = top_k(generator.scores(request), 10)
    named = shop().catalogue.department[best.product].tolist()
    return [named[a:b] for a, b in zip(best.offsets, best.offsets[1:], strict=False)]
