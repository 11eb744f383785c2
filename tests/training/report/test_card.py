"""The card tells the run's own figures."""

from dataclasses import replace

import pytest

from tests.training.contenders import Contenders
from training.evaluation.protocol import MODEL, Report, evaluate
from training.report.card import Card

TAGS = {
    "data_window": "2024-01-01..2024-06-17",
    "test_window": "2024-05-20..2024-06-17",
    "data_fingerprint": "f00d",
    "config_digest": "c0ffee",
    "code_version": "abc",
    "seed": "1",
}
CONFIG = {"training": {"horizon": 28, "objective": "conversion"}, "pool": {"generators": ("repurchase", "popular")}}


@pytest.fixture(scope="module")
def report(contenders: Contenders) -> Report:
    side = contenders.sides["1"]
    own, other = side.report.lists[MODEL], contenders.sides["3"].report.lists[MODEL]
    return evaluate({MODEL: own, "decay": other}, side.report.truth, slices=side.report.slices)


@pytest.fixture
def card(contenders: Contenders, report: Report) -> Card:
    metrics = {**report.metrics, "generator/any/recall": 0.876, "data/accepted": 7_654.0, "data/products": 90.0}
    categories = contenders.contest("3", "1").comparison.of_part("category")
    return Card("corner-recommender", "7", TAGS, metrics, CONFIG, report, categories, 42, ("only a small shop",))


def test_what_it_is_and_what_it_is_for(card: Card) -> None:
    text = card.markdown()
    assert text.startswith("# corner-recommender, version 7\n")
    for head in ("The model", "Intended use", "How good it is", "Where it is weak", "Known limits"):
        assert f"\n## {head}\n" in text
    assert "events of 2024-01-01..2024-06-17: 7,654 events, 90 products." in text
    assert "Candidates of repurchase, popular, ranked by gradient-boosted trees over 42 features." in text
    assert "28 days ahead and foresees conversion" in text
    assert "config digest `c0ffee`" in text
    assert "Not for decisions about persons" in text


def test_figures_are_those_of_the_run(card: Card, report: Report) -> None:
    text = card.markdown()
    low, high = (report.metrics[f"test/ndcg_at_20_{end}"] for end in ("low", "high"))
    assert f"NDCG@20 {report.metrics['test/ndcg_at_20']:.4f} (95 % {low:.4f} to {high:.4f})" in text
    assert f"| decay | {report.metrics['baseline/decay/ndcg_at_20']:.4f} |" in text
    assert "The generators together name 88 % of what a customer buys" in text
    assert f"lists of 20 find {report.metrics['test/explore/recall_at_20']:.2f}" in text
    assert "- only a small shop" in text
    assert f"Only {len(report.truth):,} customers could be scored" in text


def test_slices_come_weakest_first_and_say_what_is_sure(card: Card, report: Report) -> None:
    rows = [
        line.split(" | ") for line in card.markdown().splitlines() if line.startswith("| ") and " orders before" in line
    ]
    means = [float(row[2]) for row in rows]
    assert means == sorted(means)
    values = report.scores[MODEL]["all"].values["ndcg_at_20"]
    weak = report.slices["country.GB"]
    report.scores[MODEL]["all"].values["ndcg_at_20"] = values * ~weak
    try:
        assert "| country: GB | " in card.markdown()
        (row,) = (line for line in card.markdown().splitlines() if line.startswith("| country: GB"))
        assert row.endswith("| weaker |")
    finally:
        report.scores[MODEL]["all"].values["ndcg_at_20"] = values


def test_the_least_found_categories_are_named(card: Card) -> None:
    lowest = min(card.categories, key=lambda name: card.categories[name].second)
    assert f"that the lists name: {lowest} ({card.categories[lowest].second:.2f})" in card.markdown()


def test_a_model_that_was_not_measured_says_so(card: Card) -> None:
    bare = replace(
        card, metrics={}, report=None, categories={}, features=None, tags={**TAGS, "test_window": "none"}, config={}
    )
    text = bare.markdown()
    assert "Not measured: the data has no window to measure on." in text
    assert "ranked by counting" in text
    assert "## Where it is weak" not in text
    assert "Measured on" not in text
