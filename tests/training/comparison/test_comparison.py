"""Two models on one window, figure by figure."""

import numpy as np
import pytest

from features.arrays import DAY
from tests.training.contenders import COUNTRIES, Contenders
from training.comparison.comparison import Comparison
from training.comparison.groups import Groups, found_in, recall_within
from training.evaluation.protocol import MODEL, Report, evaluate
from training.evaluation.truth import Truth


def test_another_seed_is_no_difference(contenders: Contenders) -> None:
    comparison = contenders.contest("1", "2").comparison
    assert comparison.headline is not None
    assert comparison.headline.interval.mean != 0
    assert {difference.verdict for difference in comparison.differences.values()} == {"no difference"}


def test_a_model_without_purchase_history_is_worse_and_the_interval_says_by_how_much(contenders: Contenders) -> None:
    headline = contenders.contest("1", "3").comparison.headline
    assert headline is not None
    assert headline.verdict == "worse"
    assert headline.relative is not None
    assert headline.relative.low < headline.relative.mean < headline.relative.high < -0.01
    assert "%), worse" in headline.text


def test_the_other_way_round_it_is_better(contenders: Contenders) -> None:
    there, back = (contenders.contest(*pair).comparison.headline for pair in (("1", "3"), ("3", "1")))
    assert there is not None
    assert back is not None
    assert (there.first, there.second) == (back.second, back.first)
    assert there.interval.mean == pytest.approx(-back.interval.mean)
    assert back.verdict == "better"


def test_figures_are_those_of_the_reports(contenders: Contenders) -> None:
    contest = contenders.contest("1", "3")
    for name, difference in contest.comparison.overall.items():
        mode, _, metric = name.rpartition("/")
        for side, value in ((contest.first, difference.first), (contest.second, difference.second)):
            scores = side.report.scores[MODEL][mode or "all"]  # type: ignore[index]
            assert value == pytest.approx(scores.mean(metric))
            assert difference.customers == len(scores.rows)


def test_modes_slices_and_categories_are_told_apart(contenders: Contenders) -> None:
    comparison = contenders.contest("1", "2").comparison
    assert {"ndcg_at_5", "ndcg_at_20", "explore/recall_at_20", "repeat/recall_at_20"} <= comparison.overall.keys()
    slices = comparison.of_part("segment")
    assert {f"country.{country}" for country in COUNTRIES} | {"orders_10_up"} <= slices.keys()
    assert sum(slices[f"country.{country}"].customers for country in COUNTRIES) == comparison.customers
    assert set(comparison.of_part("category")) == {"Tea", "Bread", "Soap"}
    assert comparison.whole["filled_at_20"] == (1.0, 1.0)
    assert 0 < comparison.whole["coverage_at_20"][0] <= 1


def test_recall_within_a_category_by_hand(contenders: Contenders) -> None:
    side, shop = contenders.sides["1"], contenders.shop
    truth, lists = side.report.truth, side.report.lists[MODEL].modes["all"].products
    tea = shop.catalogue.department_names.index("Tea")
    shares = []
    for row in range(len(truth)):
        own = truth.bought.product[truth.bought.offsets[row] : truth.bought.offsets[row + 1]]
        wanted = [product for product in own.tolist() if shop.catalogue.department[product] == tea]
        if wanted:
            shares.append(len(set(wanted) & set(lists[row].tolist())) / len(wanted))
    found = contenders.contest("1", "2").comparison.differences["category.Tea/recall_at_20"]
    assert found.first == pytest.approx(np.mean(shares))
    assert found.customers == len(shares)


def test_groups_pass_over_what_has_none() -> None:
    from tests.training.evaluation.small import purchases_of

    bought = purchases_of([0, 1, 2], [2], [9])
    groups = Groups(np.array([0, 1, -1], np.int32), ["one", "two"])
    assert list(groups.largest(bought)) == []  # too few customers
    found = found_in(np.array([[2, 0, -1], [1, 5, -1], [3, 4, 5]], np.int32), bought)
    assert found.tolist() == [True, False, True, False, False]
    inside = np.array([True, True, False, False, False])
    assert recall_within(found, inside, bought).tolist() == [0.5]


def test_a_baseline_can_stand_first(contenders: Contenders) -> None:
    side = contenders.sides["1"]
    truth, lists = side.report.truth, side.report.lists[MODEL]
    weaker = contenders.sides["3"].report.lists[MODEL]
    report = evaluate({MODEL: lists, "decay": weaker}, truth)
    comparison = Comparison.of(report, report, names=("decay", MODEL))
    assert comparison.headline is not None
    assert comparison.headline.verdict == "better"


def test_different_windows_cannot_be_compared(contenders: Contenders) -> None:
    log, cut = contenders.shop.log, contenders.window.truth.cut
    other = Truth.of(log, cut, cut + 7 * DAY)
    one, two = contenders.sides["1"].report, evaluate({}, other)
    with pytest.raises(ValueError, match="different windows or customers"):
        Comparison.of(one, two)


def test_nobody_to_compare_on(contenders: Contenders) -> None:
    truth = Truth.of(contenders.shop.log, contenders.end + DAY, contenders.end + 2 * DAY)
    reports = [Report(truth, {}, (20,), {}) for _ in range(2)]
    comparison = Comparison.of(*reports)
    assert (comparison.customers, comparison.headline, comparison.differences) == (0, None, {})
