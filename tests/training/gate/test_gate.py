"""Rules, on figures."""

from dataclasses import replace

import numpy as np
import pytest

from features.errors import ConfigError
from features.settings import Settings
from tests.training.contenders import Contenders
from training.comparison.comparison import Comparison
from training.comparison.contest import Contest
from training.comparison.difference import Difference
from training.comparison.drift import Drift
from training.evaluation.bootstrap import Interval
from training.evaluation.lists import Lists
from training.evaluation.protocol import MODEL, evaluate
from training.gate.config import GateConfig
from training.gate.gate import Gate
from training.gate.trial import Trial
from training.gate.verdict import Verdict

GATE = Gate(GateConfig())


def broken(verdict: Verdict) -> list[str]:
    return [check.rule for check in verdict.broken]


def difference(mean: float, spread: float, first: float = 0.4) -> Difference:
    return Difference(500, first, first + mean, Interval(mean, mean - spread, mean + spread), 0.01 * first)


def comparison(found: dict[str, Difference], whole: dict[str, tuple[float, float]] | None = None) -> Comparison:
    return Comparison(0, 1, 500, found, whole or {})


def test_another_seed_passes(contenders: Contenders) -> None:
    verdict = GATE.judge(Trial.of(contenders.contest("1", "2")))
    assert verdict.passed
    assert verdict.text == f"passed all {len(verdict.checks)} rules"
    rules = {check.rule.partition(" ")[0] for check in verdict.checks}
    assert rules == {"bundle", "latency", "size", "ndcg", "guard", "coverage", "completeness", "schema", "drift"}


def test_a_deliberately_worse_model_is_refused_with_numbers(contenders: Contenders) -> None:
    contest = contenders.contest("1", "3")
    verdict = GATE.judge(Trial.of(contest))
    headline = contest.comparison.headline
    assert headline is not None
    assert not verdict.passed
    assert "ndcg" in broken(verdict)
    assert verdict.text.startswith("refused: ndcg: ")
    for value in (headline.first, headline.second):
        assert f"{value:.4f}" in verdict.text
    assert f"{headline.interval.low:+.4f} to {headline.interval.high:+.4f}" in verdict.text
    assert verdict.metrics == {"gate/passed": 0.0, "gate/broken": float(len(verdict.broken))}


def test_worse_for_one_guarded_segment_only(contenders: Contenders) -> None:
    """The challenger finds nothing for customers in France, and more for some of the others."""
    report = contenders.sides["1"].report
    truth, lists = report.truth, report.lists[MODEL].modes["all"].products
    france = report.slices["country.FR"]
    other = lists.copy()
    for row in np.flatnonzero(~france)[::2].tolist():
        own = truth.bought.product[truth.bought.offsets[row] : truth.bought.offsets[row + 1]][:20]
        other[row] = [*own, *(product for product in lists[row] if product not in own)][:20]
    other[france] = other[france][:, ::-1]
    second = evaluate({MODEL: Lists.of(all=other)}, truth, slices=report.slices)
    guarded = Gate(GateConfig(guards={"segment.country.*/ndcg_at_20": 0.05}))
    found = Comparison.of(report, second)
    assert found.headline is not None
    assert found.headline.verdict == "no difference"
    verdict = guarded.judge(Trial(found))
    assert broken(verdict) == ["guard segment.country.FR/ndcg_at_20"]
    assert "may fall by 5 %" in verdict.text
    assert Gate(GateConfig(guards={})).judge(Trial(found)).passed


def test_drifted_input_is_refused(contenders: Contenders) -> None:
    """The same model, trained on the same days with prices in pence."""
    one = contenders.sides["1"]
    assert one.final is not None
    history = one.final.history
    pence = replace(one, final=replace(one.final, history=replace(history, price=history.price * 100)))
    verdict = GATE.judge(Trial.of(Contest.of(one, pence, contenders.shop, contenders.compare)))
    assert broken(verdict) == ["drift of price paid"]
    assert "at most 0.25" in verdict.text
    assert (
        Gate(GateConfig(drift=100.0))
        .judge(Trial.of(Contest.of(one, pence, contenders.shop, contenders.compare)))
        .passed
    )


def test_inputs_that_are_gone_are_refused_unless_that_is_known() -> None:
    same = Drift("price paid", ("a", "b"), np.array([1, 1]), np.array([1, 1]), (9, 9))
    trial = Trial(lost=("brand of products",), drifts=(same,))
    verdict = GATE.judge(trial)
    assert broken(verdict) == ["schema"]
    assert "brand of products" in verdict.text
    assert Gate(GateConfig(may_lack=("brand of products",))).judge(trial).passed


@pytest.mark.parametrize(
    ("mean", "spread", "allowed", "passed"),
    [
        (-0.010, 0.005, 0.0, False),  # lower for sure
        (-0.010, 0.012, 0.0, True),  # lower, or chance
        (-0.010, 0.005, 0.05, True),  # lower for sure, by less than is allowed
        (-0.030, 0.005, 0.05, False),
        (-0.030, 0.040, 0.05, True),
        (0.010, 0.005, 0.0, True),
    ],
)
def test_a_fall_counts_beyond_noise_and_allowance(mean: float, spread: float, allowed: float, passed: bool) -> None:
    found = difference(mean, spread)
    assert Gate(GateConfig(ndcg_loss=allowed)).judge(Trial(comparison({"ndcg_at_20": found}))).passed is passed
    guarded = Gate(GateConfig(guards={"explore/*": allowed}))
    assert guarded.judge(Trial(comparison({"explore/recall_at_20": found}))).passed is passed
    assert guarded.judge(Trial(comparison({"repeat/recall_at_20": found}))).passed  # not guarded


@pytest.mark.parametrize(
    ("trial", "rule", "text"),
    [
        (Trial(answer_ms=201.0), "latency", "201.0 ms of CPU time for one list, at most 200"),
        (Trial(megabytes=9_000.0), "size", "9000.0 MB, at most 8000"),
        (
            Trial(comparison({}, {"coverage_at_20": (0.5, 0.39)})),
            "coverage",
            "0.3900 of the catalogue, champion 0.5000",
        ),
        (Trial(comparison({}, {"filled_at_20": (1.0, 0.98)})), "completeness", "at least 0.9900 is asked for"),
        (Trial(defects=("ranker.txt: is damaged",)), "bundle", "ranker.txt: is damaged"),
    ],
)
def test_budgets_and_lists(trial: Trial, rule: str, text: str) -> None:
    verdict = GATE.judge(trial)
    assert broken(verdict) == [rule]
    assert text in verdict.text


def test_what_was_not_looked_at_breaks_nothing() -> None:
    assert GATE.judge(Trial()).passed
    assert GATE.judge(Trial(comparison({}))).passed
    just_so = Trial(comparison({}, {"coverage_at_20": (0.5, 0.4), "filled_at_20": (0.5, 0.5)}), answer_ms=200.0)
    assert GATE.judge(just_so).passed


def test_all_broken_rules_are_told() -> None:
    verdict = GATE.judge(Trial(comparison({"ndcg_at_20": difference(-0.1, 0.01)}), answer_ms=500.0))
    assert broken(verdict) == ["latency", "ndcg"]
    assert verdict.text.count("; ") >= 1


def test_rules_come_from_the_settings() -> None:
    text = '[gate]\nndcg_loss = 0.02\nguards = { "repeat/recall_at_20" = 0.1 }\n'
    assert Gate.of(Settings.parse(text)).config == GateConfig(ndcg_loss=0.02, guards={"repeat/recall_at_20": 0.1})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ndcg_loss = 1.5", r"ndcg_loss = 1\.5: must be 0 to 1"),
        ('guards = { "explore/recall_at_20" = -0.1 }', r"guards\.explore/recall_at_20 = -0\.1: must be 0 to 1"),
        ("answer_ms = 0", r"answer_ms = 0\.0: must be above 0"),
        ("drft = 0.2", "did you mean 'drift'"),
    ],
)
def test_rules_that_make_no_sense(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Gate.of(Settings.parse(f"[gate]\n{text}\n"))
