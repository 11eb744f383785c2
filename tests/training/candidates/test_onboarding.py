"""Onboarding: what suits declared interests, where little else is known."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from features.arrays import DAY, Codes
from features.interests.fading import EVENTS, word
from features.kinds import Kind
from features.profiles import Interests, Profiles
from tests.features.hand import Event, history
from tests.training.candidates.shop import DEPARTMENTS, Shop, T, shop
from training.candidates.base import Snapshot
from training.candidates.change import Change
from training.candidates.onboarding import Onboarding, OnboardingConfig, popularity
from training.candidates.topk import top_k
from training.request import Request

NOBODY = np.array([-1, -1], np.int32)


def fitted(of: Shop, **config: float) -> Onboarding:
    generator = Onboarding(OnboardingConfig(**config))  # type: ignore[arg-type]
    generator.fit(of.snapshot())
    return generator


def newcomers(of: Shop, *departments: int) -> Request:
    """Strangers who each declared one department."""
    rows = np.full(len(departments), -1, np.int32)
    request = of.request(of.snapshot(), rows)
    since = of.snapshot().time
    return replace(request, profiles=_declaring(*({code: since} for code in departments)))


def _declaring(*rows: dict[int, int]) -> Profiles:
    return replace(Profiles.unknown(len(rows)), departments=Interests.of(rows))


def best(of: Shop, generator: Onboarding, request: Request) -> list[Codes]:
    found = top_k(generator.scores(request), 10)
    return [found.product[a:b] for a, b in zip(found.offsets, found.offsets[1:], strict=False)]


def test_what_the_friends_of_a_department_touch_comes_first() -> None:
    of = shop()
    lists = best(of, fitted(of), newcomers(of, *range(DEPARTMENTS)))
    for department, products in enumerate(lists):
        assert len(products) == 10
        assert (of.catalogue.department[products] == department).mean() >= 0.9


def test_who_declared_nothing_gets_nothing() -> None:
    of = shop()
    request = of.request(of.snapshot(), NOBODY)
    assert [len(products) for products in best(of, fitted(of), request)] == [0, 0]


def test_behaviour_takes_over() -> None:
    """Half after every few events, and at last nothing."""
    days = [[], [Event("a", 1)] * 5, [Event("", 1, kind=Kind.SEARCH)] * 5, [Event("a", 1, kind=Kind.VIEW)] * 30]
    assert_allclose(word(history(*days)), [1, 2 ** (-5 / EVENTS), 1, 0])


def test_one_customer_alone_is_as_among_many() -> None:
    of = shop()
    generator = fitted(of)
    both, alone = generator.scores(newcomers(of, 1, 2)), generator.scores(newcomers(of, 2))
    assert isinstance(both, np.ndarray)
    assert isinstance(alone, np.ndarray)
    assert both[1].tobytes() == alone[0].tobytes()


def test_ratios_are_shares_against_each_other() -> None:
    """A third of the customers keep to each department: what only they touch, they touch three times as often."""
    found = fitted(shop(), prior=1e-6)
    departments = range(int(found.first[1]))
    ratios = [found.floor[group] + found.ratios.take(np.array([group])).value for group in departments]
    assert_allclose([max(ratio) for ratio in ratios], np.log(DEPARTMENTS), rtol=0.05)


def test_a_prior_draws_ratios_towards_one() -> None:
    """With n of a group's touches, x of them of a kind, and as many more as `prior` customers have."""
    of = shop()
    few, many = (fitted(of, prior=prior) for prior in (1.0, 1e9))
    assert (few.floor < 0).all()
    assert_allclose(many.floor, 0.0, atol=1e-6)
    assert_allclose(many.ratios.value, 0.0, atol=1e-6)


def test_who_declared_a_group_tells_what_goes_with_it() -> None:
    """Those who declared department 0 keep to department 1: that is what the next one is shown."""
    of = shop()
    keep = of.catalogue.department[of.log.as_of(T).product]
    own = np.bincount(of.log.as_of(T).row, keep == 1, len(of.profiles)) > 0.5 * np.bincount(
        of.log.as_of(T).row, minlength=len(of.profiles)
    )
    declared = _declaring(*({0: 0} if friend else {} for friend in own.tolist()))
    generator = Onboarding(OnboardingConfig(prior=1.0))
    generator.fit(replace(of.snapshot(), profiles=declared))
    found = best(of, generator, newcomers(of, 0))[0]
    assert (of.catalogue.department[found] == 1).mean() >= 0.9


def test_what_is_touched_now_comes_before_what_was() -> None:
    days = [[Event("a", day, kind=Kind.VIEW) for day in range(1, 30)], [Event("b", 99, kind=Kind.VIEW)] * 3]
    popular = popularity(history(*days), 2, 100 * DAY, half_life=7.0)
    assert popular[1] > popular[0]


def test_regulars_count_less_for_each_touch() -> None:
    popular = popularity(history([Event("a", 99)] * 4, *[[Event("b", 99)]] * 2), 3, 100 * DAY, half_life=7.0)
    assert_allclose(popular[:2], np.log(np.exp2(-1 / 7) * 2), rtol=0.01)
    assert np.isfinite(popular).all()


def test_products_without_a_category_go_by_their_brand() -> None:
    of = shop()
    bare = replace(of.catalogue, category=np.full(len(of.catalogue), -1, np.int32))
    generator = fitted(replace(of, catalogue=bare))
    assert len(np.unique(generator.kind)) == len(np.unique(of.catalogue.brand[of.catalogue.brand >= 0]))


def test_a_sample_of_customers_is_enough() -> None:
    of = shop()
    lists = best(of, fitted(of, customers=40, prior=5.0), newcomers(of, 0))
    assert (of.catalogue.department[lists[0]] == 0).mean() >= 0.9


def test_a_group_that_came_later_is_passed_over() -> None:
    of = shop()
    request = replace(newcomers(of, 0), profiles=_declaring({99: of.snapshot().time}))
    assert [len(products) for products in best(of, fitted(of), request)] == [0]


def moved(of: Snapshot, customers: int) -> Change:
    """Some customers did something."""
    none = np.zeros(0, np.int32)
    return Change(none, none, np.arange(customers, dtype=np.int32), np.arange(len(of.history), dtype=np.int32))


def test_a_few_deeds_more_change_what_is_popular_alone() -> None:
    of = shop()
    now = of.snapshot()
    before, again = fitted(of), Onboarding()
    again.update(replace(now, time=now.time + DAY), before, moved(now, 1))
    assert again.ratios is before.ratios
    assert again.floor is before.floor
    assert_allclose(again.popular, before.popular - np.log(2) / 7, atol=0.01)


def test_other_groups_or_many_deeds_are_counted_anew() -> None:
    of = shop()
    before, now = fitted(of), of.snapshot()
    other = replace(now, catalogue=replace(now.catalogue, department=now.catalogue.department[::-1].copy()))
    for snapshot, customers in ((other, 1), (now, len(now.history))):
        again, anew = Onboarding(), Onboarding()
        again.update(snapshot, before, moved(snapshot, customers))
        anew.fit(snapshot)
        np.testing.assert_array_equal(again.ratios.keys, anew.ratios.keys)
    again = Onboarding()
    again.update(other, before, moved(other, 1))
    assert not np.array_equal(again.ratios.keys, before.ratios.keys)


def test_settings_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="prior = 0"):
        OnboardingConfig(prior=0.0)


def test_a_shop_that_knows_no_groups_has_nothing_to_say() -> None:
    of = shop()
    none = np.full(len(of.catalogue), -1, np.int32)
    bare = replace(of.catalogue, category=none, brand=none, department=none)
    generator = fitted(replace(of, catalogue=bare))
    assert [len(products) for products in best(of, generator, newcomers(of, 0))] == [0]


def test_no_group_is_taken_for_none() -> None:
    """Every product has a category here: what friends of each touch says something, of the last one too."""
    of = shop()
    generator = fitted(of)
    assert generator.ratios.width == int(np.diff(generator.first)[1:].sum()) + 1
    last = int(of.catalogue.department[np.argmax(generator.kind)])
    scores = generator.scores(newcomers(of, last))
    assert isinstance(scores, np.ndarray)
    own = of.catalogue.department == last
    above = (scores[0] - generator.popular)[own]
    assert (above > 0).all()


def test_the_first_product_of_no_kind_comes_later() -> None:
    of = shop()
    before, now = fitted(of), of.snapshot()
    none, old = np.int32(-1), now.catalogue
    new = replace(
        old,
        category=np.append(old.category, none),
        brand=np.append(old.brand, none),
        department=np.append(old.department, none),
    )
    again = Onboarding()
    again.update(replace(now, catalogue=new), before, moved(now, 1))
    scores = again.scores(newcomers(of, 0))
    assert isinstance(scores, np.ndarray)
    assert scores[0, -1] == again.popular[-1]
