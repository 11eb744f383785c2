"""The table of a model beside its baselines."""

from training.evaluation import summary

METRICS = {
    "test/ndcg_at_20": 0.4123,
    "test/repeat/recall_at_20": 0.6,
    "baseline/decay/ndcg_at_20": 0.35,
    "baseline/decay/repeat/recall_at_20": 0.5,
    "baseline/popular/ndcg_at_20": 0.137,
    "baseline/als/explore/recall_at_20": 0.11,
    "time/fit_ranker_s": 3.0,
}


def test_rows_come_best_first_with_gaps_where_nothing_was_measured() -> None:
    table = summary.rows(METRICS)
    assert list(table) == ["**model**", "decay", "popular", "als"]
    assert table["als"][0] is None
    assert table["als"][5] == 0.11


def test_markdown_has_a_line_for_each_ranking() -> None:
    lines = summary.markdown(METRICS).splitlines()
    assert len(lines) == 2 + 4
    assert lines[2].startswith("| **model** | 0.4123 |")
    assert {line.count("|") for line in lines} == {len(summary.COLUMNS) + 2}


def test_text_lines_up() -> None:
    lines = summary.text(METRICS).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "0.4123" in lines[1]


def test_generators_that_named_nothing_are_left_out() -> None:
    empty = {"baseline/together/ndcg_at_20": 0.0, "baseline/together/coverage_at_20": 0.0}
    assert summary.rows(METRICS | empty) == summary.rows(METRICS)
