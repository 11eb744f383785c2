"""Who is scored, and on what."""

import numpy as np

from features.arrays import DAY
from features.eventlog import EventLog
from features.kinds import Kind
from tests.training.evaluation.small import Line, log_of
from training.evaluation.truth import Truth, orders_of

CUT, END = 10 * DAY, 20 * DAY


def ids(log: EventLog, truth: Truth) -> list[str]:
    return log.customers.ids(truth.customer)


def test_scored_are_those_who_bought_before_the_cut_and_in_the_window() -> None:
    log = log_of(
        Line("both", "x", 1),
        Line("only_before", "x", 2),
        Line("viewer", "x", 3, kind=Kind.VIEW),
        Line("both", "y", 11),
        Line("viewer", "y", 12),
        Line("only_after", "y", 12),
        Line("later", "x", 4),
        Line("later", "x", 21),
    )
    truth = Truth.of(log, CUT, END)
    assert ids(log, truth) == ["both"]
    assert truth.eligible == 1


def test_the_cut_belongs_to_the_window_and_its_end_does_not() -> None:
    log = log_of(Line("a", "x", 1), Line("b", "x", 1), Line("a", "y", 10), Line("b", "y", 20))
    assert ids(log, Truth.of(log, CUT, END)) == ["a"]


def test_refunds_count_on_their_own_side_of_the_cut() -> None:
    def refund(customer: str, product: str, day: float) -> Line:
        return Line(customer, product, day, kind=Kind.REFUND)

    log = log_of(
        Line("returned_before", "x", 1),
        refund("returned_before", "x", 2),
        Line("returned_before", "y", 12),
        Line("returned_inside", "x", 1),
        Line("returned_inside", "y", 12),
        refund("returned_inside", "y", 13),
        Line("returned_later", "x", 1),
        Line("returned_later", "y", 12),
        refund("returned_later", "y", 25),
        refund("returned_later", "x", 14),
    )
    truth = Truth.of(log, CUT, END)
    assert ids(log, truth) == ["returned_later"]
    assert log.products.ids(truth.bought.product) == ["y"]
    assert log.products.ids(truth.known.product) == ["x"]


def test_products_unseen_before_the_cut_stay_in_the_truth() -> None:
    log = log_of(Line("a", "x", 1), Line("a", "x", 11), Line("a", "brand_new", 12))
    truth = Truth.of(log, CUT, END)
    assert truth.bought.count.tolist() == [2]
    assert truth.products == 1
    assert truth.repeated.tolist() == [True, False]


def test_orders_are_counted_before_the_cut() -> None:
    log = log_of(
        *(Line("a", p, 1, order=1) for p in "xy"),
        *(Line("a", p, 1.5, order=2) for p in "xy"),
        *(Line("b", p, 2) for p in "xyz"),
        Line("b", "x", 3),
        Line("c", "x", 4),
    )
    assert orders_of(log.as_of(CUT).purchases).tolist() == [2, 2, 1]


def test_sampling_is_seeded_and_keeps_the_number_of_all() -> None:
    lines = [Line(f"c{i:02}", "x", day) for i in range(40) for day in (1, 11)]
    log = log_of(*lines)
    first, again, other = (Truth.of(log, CUT, END, most=10, seed=seed) for seed in (1, 1, 2))
    assert len(first) == 10
    assert first.eligible == 40
    assert (np.diff(first.customer) > 0).all()
    assert first.customer.tolist() == again.customer.tolist() != other.customer.tolist()


def test_windows_that_overlap_have_most_of_a_sample_in_common() -> None:
    lines = [Line(f"c{i:02}", "x", day) for i in range(40) for day in (1, 12)]
    log = log_of(*lines, *(Line(f"d{i}", "x", day) for i in range(4) for day in (1, 10.5)))
    one, other = (Truth.of(log, CUT + shift * DAY, END, most=10, seed=1) for shift in (0, 1))
    assert (one.eligible, other.eligible) == (44, 40)
    assert len(np.intersect1d(one.customer, other.customer)) >= 8


def test_nobody_to_score_is_an_empty_truth() -> None:
    log = log_of(Line("a", "x", 1), Line("b", "x", 12))
    truth = Truth.of(log, CUT, END)
    assert len(truth) == truth.eligible == 0
    assert truth.bought.offsets.tolist() == [0]
