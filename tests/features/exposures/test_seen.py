"""The lists that one customer was shown last are found, on either database, however they were written."""

from features.exposures.log import ExposureLog
from features.exposures.lookup import last_shown
from tests.features.exposures.shows import PRODUCTS, answer, listed, write
from tests.features.store.places import NOW


def test_the_newest_of_one_customer_come_first(log: ExposureLog) -> None:
    one = listed()
    own = [answer(one, number, time=NOW + number) for number in range(4)]
    others = [answer(one, 9, time=NOW + 9, customer='ann"'), answer(one, 8, time=NOW + 8, customer=None)]
    write(log, [one], [own[2], others[0], own[0]], [others[1]], [own[1], own[3]])
    found = last_shown(log.backend, "ann", most=None, within=None)
    assert [seen.time for seen in found] == [NOW + 3, NOW + 1, NOW + 2, NOW]  # group by group
    assert {(seen.placement, seen.channel, seen.model_version) for seen in found} == {("home", None, "7")}
    assert all(list(seen.products) == PRODUCTS[:3] for seen in found)
    assert [seen.time for seen in last_shown(log.backend, "ann", most=1)] == [NOW + 3]
    assert [seen.time for seen in last_shown(log.backend, 'ann"')] == [NOW + 9]
    assert last_shown(log.backend, "an") == []


def test_an_order_of_its_own_is_what_was_shown(log: ExposureLog) -> None:
    one, half = listed(), (0.5, 0.5, 0.5)
    answers = [
        answer(one, 0, customer="bob", places=(4, 0, 1), propensities=half),
        answer(one, 1),
        answer(one, 2, places=(3, 2, 0), propensities=half),
    ]
    write(log, [one], answers)
    found = last_shown(log.backend, "ann")
    assert [list(seen.products) for seen in found] == [[PRODUCTS[at] for at in (3, 2, 0)], PRODUCTS[:3]]


def test_a_look_reaches_back_so_many_answers(log: ExposureLog) -> None:
    one = listed()
    write(log, [one], *([answer(one, number, time=NOW + at) for number in range(3)] for at in range(4)))
    reached = {within: len(last_shown(log.backend, "ann", most=None, within=within)) for within in (1, 3, 4, 6, 7)}
    assert reached == {1: 3, 3: 3, 4: 6, 6: 6, 7: 9}


def test_a_log_that_holds_nothing_has_nobody(log: ExposureLog) -> None:
    assert last_shown(log.backend, "ann") == []
