"""Who follows the log sees every group once, in order."""

from features.exposures.following import behind, place_before, products_of
from features.exposures.group import unpacked
from features.exposures.log import ExposureLog
from tests.features.exposures.shows import PRODUCTS, answer, listed, write
from tests.features.store.places import NOW


def test_what_came_in_is_read_in_order(log: ExposureLog) -> None:
    assert place_before(log.backend, 0, 10) == 0
    assert behind(log.backend, 0, 10) == []
    one = listed()
    answers = [answer(one, number, time=NOW + number) for number in range(6)]
    write(log, [one], answers[4:], answers[:2], answers[2:4])  # late ones among them
    found = behind(log.backend, 0, 10)
    assert [sequence for sequence, _ in found] == sorted(sequence for sequence, _ in found)
    assert [unpacked(group) for _, group in found] == [answers[4:], answers[:2], answers[2:4]]
    assert behind(log.backend, found[0][0], 1) == found[1:2]
    assert behind(log.backend, found[-1][0], 10) == []


def test_a_start_looks_back_a_bounded_way(log: ExposureLog) -> None:
    one = listed()
    groups = [[answer(one, number, time=NOW + at) for number in range(3)] for at in (0, 100, 200, 300)]
    write(log, [one], *groups)

    def left(since: int, answers: int) -> int:
        place = place_before(log.backend, since, answers)
        return sum(group.answers for _, group in behind(log.backend, place, 10))

    assert [left(0, wanted) for wanted in (1, 3, 4, 6, 100)] == [3, 3, 6, 6, 12]
    assert [left(NOW + at, 100) for at in (0, 1, 250, 301)] == [12, 9, 3, 0]


def test_lists_are_found_by_their_ids(log: ExposureLog) -> None:
    some = [listed(shown=shown) for shown in (2, 5)]
    write(log, some, [answer(some[0])])
    found = products_of(log.backend, [*(one.list_id for one in some), "nothing"], 4)
    assert found == {some[0].list_id: (2, PRODUCTS[:4]), some[1].list_id: (5, PRODUCTS[:4])}
    assert products_of(log.backend, [], 4) == {}
