"""Onboarding: what suits declared interests, where little else is known."""

from dataclasses import replace

import numpy as np
from numpy.testing import assert_allclose

from features.arrays import Codes
from features.interests.fading import EVENTS, word
from features.kinds import Kind
from features.profiles import Interests, Profiles
from tests.features.hand import Event, history
from tests.training.candidates.shop import DEPARTMENTS, Shop, shop
from training.candidates.base import Snapshot
from training.candidates.change import Change
from training.candidates.onboarding import Onboarding, OnboardingConfig
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
    found = fitted(shop(), prior=0.0)
    departments = found.ratios.value[: found.ratios.offsets[found.first[1]]]
    assert (departments > 0).all()
    assert_allclose(departments.max(), np.log(DEPARTMENTS), rtol=0.05)


def test_few_products_are_kept_for_a_group() -> None:
    generator = fitted(shop(), length=3)
    assert np.diff(generator.ratios.offsets).max() <= 3


def test_a_sample_of_customers_is_enough() -> None:
    of = shop()
    lists = best(of, fitted(of, customers=40), newcomers(of, 0))
    assert (of.catalogue.department[lists[0]] == 0).mean() >= 0.9


def test_a_group_that_came_later_is_passed_over() -> None:
    of = shop()
    request = replace(newcomers(of, 0), profiles=_declaring({99: of.snapshot().time}))
    assert [len(products) for products in best(of, fitted(of), request)] == [0]


def moved(of: Snapshot, customers: int) -> Change:
    """Some customers did something."""
    none = np.zeros(0, np.int32)
    return Change(none, none, np.arange(customers, dtype=np.int32), np.arange(len(of.history), dtype=np.int32))


def test_a_few_deeds_more_change_nothing_and_new_groups_find_their_place() -> None:
    of = shop()
    before, now = fitted(of), of.snapshot()
    catalogue = now.catalogue
    last = int(catalogue.department.max()) + 1
    new = replace(
        catalogue,
        category=np.append(catalogue.category, catalogue.category[-1:]),
        brand=np.append(catalogue.brand, catalogue.brand[-1:]),
        department=np.append(catalogue.department, np.int32(last)),
    )
    again = Onboarding()
    again.update(replace(now, catalogue=new), before, moved(now, 1))
    assert again.ratios.width == before.ratios.width + 1
    assert_allclose(np.sort(again.ratios.value), np.sort(before.ratios.value))
    assert len(again.ratios) == len(before.ratios) + 1
    assert again.first.tolist() == np.cumsum([0, last + 1, *np.diff(before.first)[1:]]).tolist()


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
