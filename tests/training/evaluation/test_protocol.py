"""A whole evaluation: modes, names, comparison and slices."""

import numpy as np
import pytest

from features.arrays import DAY
from features.eventlog import EventLog
from tests.training.evaluation.small import Line, catalogue, log_of
from training.evaluation.baselines import Baselines
from training.evaluation.beyond import Background
from training.evaluation.lists import Lists
from training.evaluation.protocol import Report, bought_in, evaluate, prefix_of
from training.evaluation.slices import activity_bands
from training.evaluation.truth import Truth

CUT, END = 50 * DAY, 60 * DAY


@pytest.fixture(scope="module")
def log() -> EventLog:
    """Forty customers, thirty products; half of what is bought after the cut had been bought before it."""
    random = np.random.default_rng(5)
    lines = [Line(f"c{c}", f"p{p}", day) for c in range(40) for p, day in _before(random)]
    lines += [Line(f"c{c}", f"p{p}", 51 + i) for c in range(40) for i, p in enumerate(random.choice(30, 4, False))]
    return log_of(*lines, Line("c0", "unseen", 55))


def _before(random: np.random.Generator) -> list[tuple[int, float]]:
    products = random.choice(30, 12, replace=False).tolist()
    return list(zip(products, random.uniform(0, 49, 12).tolist(), strict=True))


@pytest.fixture(scope="module")
def report(log: EventLog) -> Report:
    truth = Truth.of(log, CUT, END)
    history = log.as_of(CUT)
    ranks = Baselines.of(history, truth.products, CUT).ranks()
    rankings = {name: Lists.ask(rank, truth) for name, rank in ranks.items()}
    rankings["model"] = _oracle(truth)
    background = Background.of(history, catalogue([p % 2 for p in range(len(log.products))]), truth.products)
    return evaluate(rankings, truth, background=background, slices=activity_bands(truth))


def _oracle(truth: Truth) -> Lists:
    """Lists of exactly what was bought and could be known."""
    modes = {}
    for mode in ("all", "explore", "repeat"):
        lists = np.full((len(truth), 20), -1, np.int32)
        rows, bought = bought_in(truth, mode)
        for place, row in enumerate(rows.tolist()):
            own = bought.take(np.array([place])).product
            own = own[own < truth.products]
            lists[row, : len(own)] = own
        modes[mode] = lists
    return Lists.of(**modes)


def test_an_oracle_misses_only_what_was_unseen_before_the_cut(report: Report) -> None:
    assert report.metrics["test/repeat/recall_at_20"] == 1
    assert report.metrics["test/repeat/ndcg_at_20"] == 1
    assert report.metrics["test/recall_at_20"] == pytest.approx((39 + 4 / 5) / 40)
    assert report.metrics["test/unseen_share"] == pytest.approx(1 / 161)


def test_names_are_those_of_the_contract(report: Report) -> None:
    names = {
        "test/ndcg_at_20",
        "test/ndcg_at_20_low",
        "test/ndcg_at_20_high",
        "test/repeat/recall_at_20",
        "test/explore/recall_at_20",
        "test/segment.orders_10_up/ndcg_at_20",
        "baseline/decay/ndcg_at_20",
        "baseline/popular/explore/hit_rate_at_5",
        "test/coverage_at_20",
        "test/revenue_at_20",
        "baseline/frequency/novelty_at_20",
    }
    assert names <= set(report.metrics)
    assert all(np.isfinite(list(report.metrics.values())))


def test_prefixes() -> None:
    assert [prefix_of("model"), prefix_of("model", "repeat")] == ["test", "test/repeat"]
    assert [prefix_of("als"), prefix_of("als", "explore")] == ["baseline/als", "baseline/als/explore"]


def test_modes_split_what_was_bought(report: Report) -> None:
    parts = [bought_in(report.truth, mode)[1].count.sum() for mode in ("all", "explore", "repeat")]
    assert parts[0] == parts[1] + parts[2]
    assert min(parts) > 0


def test_a_mode_leaves_out_customers_who_bought_nothing_of_it() -> None:
    log = log_of(Line("a", "x", 1), Line("b", "x", 1), Line("a", "x", 51), Line("b", "y", 51))
    truth = Truth.of(log, CUT, END)
    assert bought_in(truth, "repeat")[0].tolist() == [0]
    assert bought_in(truth, "explore")[0].tolist() == [1]


def test_the_mean_of_slices_weighted_by_size_is_the_mean_of_all(report: Report) -> None:
    scores = report.scores["decay"]["all"]
    parts = [(scores.mean("ndcg_at_20", within), within.sum()) for within in report.slices.values() if within.any()]
    together = sum(mean * size for mean, size in parts) / sum(size for _, size in parts)
    assert together == pytest.approx(report.metrics["baseline/decay/ndcg_at_20"])


def test_the_model_is_compared_with_decay_customer_by_customer(report: Report) -> None:
    model, decay = (report.metrics[f"{p}/ndcg_at_20"] for p in ("test", "baseline/decay"))
    assert report.metrics["test/ndcg_at_20_over_decay"] == pytest.approx(model - decay)
    assert report.metrics["test/ndcg_at_20_ratio_to_decay"] == pytest.approx(model / decay)
    assert report.metrics["test/ndcg_at_20_over_decay_low"] > 0


def test_intervals_hold_the_mean(report: Report) -> None:
    for name in ("model", "decay", "popular"):
        interval = report.interval(name, "recall_at_10")
        assert interval.low <= interval.mean <= interval.high


def test_the_same_seed_gives_the_same_report(log: EventLog, report: Report) -> None:
    again = evaluate(report.lists, Truth.of(log, CUT, END), slices=report.slices)
    assert {name: report.metrics[name] for name in again.metrics} == again.metrics


def test_nobody_to_score_is_reported_as_such() -> None:
    truth = Truth.of(log_of(Line("a", "x", 1), Line("b", "x", 55)), CUT, END)
    ranks = {"model": Lists.of(all=np.zeros((0, 20), np.int32))}
    assert evaluate(ranks, truth).metrics == {"test/customers": 0.0, "test/eligible_customers": 0.0}


def test_a_ranking_may_have_one_mode_alone(report: Report) -> None:
    lists = Lists.of(explore=report.lists["popular"].modes["explore"].products)
    metrics = evaluate({"als": lists}, report.truth).metrics
    assert metrics["baseline/als/explore/recall_at_20"] == report.metrics["baseline/popular/explore/recall_at_20"]
    assert "baseline/als/recall_at_20" not in metrics
