"""Protocol: one evaluation of a model and its baselines, by the same code on the same customers.

Global time cut, full catalogue, repeats and new products apart: sampled candidates and leave-one-out splits reorder
models (Krichene & Rendle 2020; Ji et al. 2023).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from features.arrays import Bools, Codes, Doubles
from training.evaluation.beyond import Background, beyond
from training.evaluation.bootstrap import Interval, intervals, paired_difference, paired_ratio
from training.evaluation.lists import MODES, Lists, Mode
from training.evaluation.metrics import KS, score
from training.evaluation.purchases import Purchases
from training.evaluation.truth import Truth

MODEL = "model"
REFERENCE = "decay"
HEADLINE = "ndcg_at_20"  # the metric that models are judged by
BOUNDED = ("ndcg", "recall")  # metrics with intervals for the baselines too, and reported by slice


@dataclass(frozen=True)
class Scores:
    """One ranking's metrics in one mode, a value for each customer that counts there."""

    rows: Codes  # (S,) rows of the truth
    values: dict[str, Doubles]  # `ndcg_at_20` -> (S,)

    def mean(self, metric: str, within: Bools | None = None) -> float:
        """Mean over the customers, or over those of a slice (L,) of the truth; NaN where there is none."""
        values = self.values[metric] if within is None else self.values[metric][within[self.rows]]
        return float(values.mean()) if len(values) else float("nan")


@dataclass
class Report:
    """What an evaluation found: flat metrics for the record, and each customer's for figures and comparisons."""

    truth: Truth
    slices: dict[str, Bools]
    ks: tuple[int, ...]
    lists: dict[str, Lists]
    scores: dict[str, dict[Mode, Scores]] = field(default_factory=dict)
    intervals: dict[str, Interval] = field(default_factory=dict)  # by metric name
    metrics: dict[str, float] = field(default_factory=dict)  # `test/ndcg_at_20` -> value

    def interval(self, name: str, metric: str, mode: Mode = "all") -> Interval:
        """The mean of a ranking's metric and its confidence interval."""
        return self.intervals[f"{prefix_of(name, mode)}/{metric}"]


def bought_in(truth: Truth, mode: Mode) -> tuple[Codes, Purchases]:
    """The rows of `truth` that count in a mode, and what they bought: all, only new products, or only known ones."""
    if mode == "all":
        return np.arange(len(truth), dtype=np.int32), truth.bought
    kept = truth.bought.only(truth.repeated if mode == "repeat" else ~truth.repeated)
    rows = np.flatnonzero(kept.count).astype(np.int32)
    return rows, kept.take(rows)


def evaluate(
    rankings: Mapping[str, Lists],
    truth: Truth,
    *,
    background: Background | None = None,
    slices: Mapping[str, Bools] | None = None,
    ks: Sequence[int] = KS,
    seed: int = 0,
) -> Report:
    """Score all rankings: `model` as `test/...`, every other one as `baseline/NAME/...`.

    `slices` (name -> (L,)) are reported apart for the model, `background` allows the metrics beyond accuracy. With a
    ranking called `decay` the model's paired difference and ratio to it are reported too. Without a scored customer
    only their number is.
    """
    report = Report(truth, dict(slices or {}), tuple(ks), dict(rankings))
    _add(report, "test", _sizes(truth))
    if len(truth) == 0:
        return report
    for name, lists in rankings.items():
        report.scores[name] = {mode: scores_of(lists, truth, mode, ks) for mode in MODES if mode in lists.modes}
        for mode, scores in report.scores[name].items():
            _add_means(report, name, mode, scores, seed)
        if background is not None:
            shown = lists.modes["all"].products
            _add(report, prefix_of(name), beyond(shown, truth.bought, background, max(ks)))
    if MODEL in rankings:
        _add_slices(report)
    if MODEL in rankings and REFERENCE in rankings:
        _add_comparison(report, seed)
    return report


def prefix_of(name: str, mode: Mode = "all") -> str:
    """The first part of a ranking's metric names."""
    start = "test" if name == MODEL else f"baseline/{name}"
    return start if mode == "all" else f"{start}/{mode}"


def scores_of(lists: Lists, truth: Truth, mode: Mode, ks: Sequence[int] = KS) -> Scores:
    """Each customer's metrics of one ranking in one mode."""
    rows, bought = bought_in(truth, mode)
    return Scores(rows, score(lists.modes[mode].products[rows], bought, ks))


def _add(report: Report, prefix: str, figures: Mapping[str, float]) -> None:
    report.metrics.update({f"{prefix}/{name}": value for name, value in figures.items()})


def _add_means(report: Report, name: str, mode: Mode, scores: Scores, seed: int) -> None:
    if len(scores.rows) == 0:
        return
    prefix, last = prefix_of(name, mode), f"_at_{max(report.ks)}"
    _add(report, prefix, {metric: scores.mean(metric) for metric in scores.values})
    bounded = [metric for metric in scores.values if name == MODEL or metric.startswith(BOUNDED)]
    found = intervals(np.stack([scores.values[metric] for metric in bounded], axis=1), seed=seed)
    report.intervals |= {f"{prefix}/{metric}": interval for metric, interval in zip(bounded, found, strict=True)}
    if name == MODEL:
        ends = {m: i for m, i in zip(bounded, found, strict=True) if m.endswith(last)}
        _add(report, prefix, {f"{metric}_low": interval.low for metric, interval in ends.items()})
        _add(report, prefix, {f"{metric}_high": interval.high for metric, interval in ends.items()})


def _add_slices(report: Report) -> None:
    k = max(report.ks)
    peopled = {label: within for label, within in report.slices.items() if within.any()}
    for label, within in peopled.items():
        figures = {f"{m}_at_{k}": report.scores[MODEL]["all"].mean(f"{m}_at_{k}", within) for m in BOUNDED}
        _add(report, f"test/segment.{label}", figures | {"customers": float(within.sum())})


def _add_comparison(report: Report, seed: int) -> None:
    metric = f"ndcg_at_{max(report.ks)}"
    model, reference = (report.scores[name]["all"].values[metric] for name in (MODEL, REFERENCE))
    compared = {
        f"{metric}_over_{REFERENCE}": paired_difference(model, reference, seed=seed),
        f"{metric}_ratio_to_{REFERENCE}": paired_ratio(model, reference, seed=seed),
    }
    for name, interval in compared.items():
        report.intervals[f"test/{name}"] = interval
        _add(report, "test", {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high})


def _sizes(truth: Truth) -> dict[str, float]:
    sizes = {"customers": float(len(truth)), "eligible_customers": float(truth.eligible)}
    if len(truth):
        sizes |= {
            "products_per_customer": float(truth.bought.count.mean()),
            "repeat_share": float(truth.repeated.mean()),
            "unseen_share": float((truth.bought.product >= truth.products).mean()),
        }
    return sizes
