"""Chapters: what a contest gives rise to."""

from collections.abc import Callable, Iterator, Mapping

from training.comparison.contest import Contest
from training.comparison.difference import Difference
from training.evaluation import summary
from training.gate.verdict import Verdict
from training.report import words
from training.report.differences import differences_table
from training.report.document import Chapter
from training.report.lists import examples_html
from training.report.marks import bars
from training.report.shifts import cost_table, distributions, drift_table, importance_table, settings_table
from training.report.table import Row, Table

MAIN = ("ndcg", "recall", "map", "mrr", "hit_rate", "explore/ndcg", "explore/recall", "repeat/ndcg", "repeat/recall")


def chapters(contest: Contest, *, verdict: Verdict | None, named: bool) -> list[Chapter]:
    """Those that have something to say."""
    sides = contest.first.name, contest.second.name
    every = (*_quality(contest, sides), *_lists(contest, sides, named), *_model(contest, sides), _rules(verdict))
    return [chapter for chapter in every if chapter.content]


def category(label: str) -> str:
    """Names of categories were made fit for metric names."""
    return label.replace("_", " ")


def _quality(contest: Contest, sides: tuple[str, str]) -> Iterator[Chapter]:
    comparison = contest.comparison
    lead = (
        "The dot is the mean difference, customer by customer, and the line its 95 % interval. Only what lies wholly "
        "outside the grey margin counts as a difference."
    )
    yield Chapter("metrics", "Metrics", lead, _metrics(comparison.overall, sides))
    lead = (
        "Customers by their orders before the window, and by what the shop knows of them. As many slices are looked "
        "at, the intervals are wider: all of them hold together."
    )
    found = _table(comparison.of_part("segment"), words.slice_of, sides, "NDCG@20 by slice of customers")
    yield Chapter("segments", "For whom", lead, found)
    lead = "The share of the products of a category that the lists named, for the customers who bought any of them."
    found = _table(comparison.of_part("category"), category, sides, "Recall@20 by category of products")
    yield Chapter("categories", "For what", lead, found)


def _lists(contest: Contest, sides: tuple[str, str], named: bool) -> Iterator[Chapter]:
    lead = (
        "The customers for whom NDCG@20 rises or falls most, with the first ten places of both lists and their reasons."
    )
    yield Chapter("examples", "Where they differ most", lead, examples_html(contest.examples, sides=sides, named=named))
    rows = [
        Row(words.metric(name), tuple(map(words.number, values)), bars(values, limit=max(values), label=name))
        for name, values in contest.comparison.whole.items()
    ]
    lead = "Figures that belong to all lists together, and so have no interval."
    table = Table("Each row has a scale of its own", sides, rows).html() if rows else ""
    yield Chapter("lists", "The lists as a whole", lead, table)
    lead = "Every ranking of the same run, by the same code, on the same customers."
    yield Chapter("baselines", "Beside the baselines", lead, _baselines(contest.second.report.metrics))


def _model(contest: Contest, sides: tuple[str, str]) -> Iterator[Chapter]:
    first, second = contest.first, contest.second
    drawn = "" if second.importance is None else importance_table(first.importance, second.importance, sides)
    lead = "The features that move the scores most, by each model's own contributions."
    yield Chapter("features", "What they read", lead, drawn)
    lead = (
        "How far the data of the second model moved from that of the first, input by input: their last days, or what "
        "is new since."
    )
    moved = drift_table(contest.drifts) + distributions(contest.drifts, sides) if contest.drifts else ""
    yield Chapter("inputs", "Inputs", lead, moved)
    lead = "What training took, what one list takes, and how large the bundle is that serves."
    yield Chapter("cost", "Time and size", lead, cost_table(first, second, sides))
    changed = settings_table(first.settings, second.settings, sides)
    yield Chapter("settings", "Settings that differ", "", changed)


def _metrics(found: Mapping[str, Difference], sides: tuple[str, str]) -> str:
    main = {name: found[name] for metric in MAIN if (name := f"{metric}_at_20") in found}
    rest = {name: difference for name, difference in found.items() if name not in main}
    if not main:
        return ""
    shown = _table(main, words.metric, sides, "Means over customers")
    folded = _table(rest, words.metric, sides, "All other metrics")
    return f"{shown}<details><summary>All other metrics</summary>{folded}</details>"


def _table(found: Mapping[str, Difference], name_of: Callable[[str], str], sides: tuple[str, str], caption: str) -> str:
    return differences_table(found, name_of, sides=sides, caption=caption) if found else ""


def _baselines(metrics: Mapping[str, float]) -> str:
    found = summary.rows(metrics)
    if len(found) < 2:
        return ""
    limit = max(values[0] or 0.0 for values in found.values())
    rows = [
        Row(
            name.strip("*"),
            tuple(map(words.number, values)),
            bars([values[0] or 0.0], limit=limit, label=f"NDCG@20 {words.number(values[0])}"),
        )
        for name, values in found.items()
    ]
    return Table("NDCG@20 as a bar, best first", tuple(summary.COLUMNS), rows).html()


def _rules(verdict: Verdict | None) -> Chapter:
    lead = "The rules of section [gate] of esnaf.toml, for the second model as a challenger of the first."
    rows = [
        Row(check.rule, ("✓ held" if check.held else "✗ broken",), note=check.text, tone=_tone(held=check.held))
        for check in (verdict.checks if verdict else ())
    ]
    table = Table("Every rule that could be looked at", ("verdict",), rows).html() if rows else ""
    return Chapter("gate", "The gate", lead, table)


def _tone(*, held: bool) -> str:
    return "better" if held else "worse"
