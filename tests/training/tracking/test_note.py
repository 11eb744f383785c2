"""The Markdown page of a run."""

from training.tracking.note import run_note, version_note

TAGS = {"data_window": "2024-01-01..2024-06-01", "test_window": "2024-05-04..2024-06-01", "seed": "1"}
METRICS = {
    "test/ndcg_at_20": 0.41234,
    "test/ndcg_at_20_low": 0.39,
    "test/ndcg_at_20_high": 0.43,
    "test/ndcg_at_20_ratio_to_decay": 1.18,
    "test/ndcg_at_20_over_decay": 0.0623,
    "test/ndcg_at_20_over_decay_low": 0.05,
    "test/ndcg_at_20_over_decay_high": 0.075,
    "baseline/decay/ndcg_at_20": 0.35,
    "rejects/no_customer": 1200.0,
    "rejects/bad_time": 34.0,
}


def test_the_headline_has_the_interval_and_the_ratio() -> None:
    expected = "NDCG@20 0.4123 (95 % 0.3900 to 0.4300), 1.180 x decay. Trained on 2024-01-01..2024-06-01."
    assert version_note(METRICS, TAGS) == expected


def test_the_verdict_follows_the_interval() -> None:
    def verdict(low: float, high: float) -> str:
        ends = {"test/ndcg_at_20_over_decay_low": low, "test/ndcg_at_20_over_decay_high": high}
        return run_note(METRICS | ends, TAGS, version="1", warnings=[])

    assert "better than decay: +0.0623" in verdict(0.01, 0.1)
    assert "worse than decay" in verdict(-0.1, -0.01)
    assert "not distinguishable from decay" in verdict(-0.01, 0.1)


def test_rejected_rows_are_added_up() -> None:
    assert "Rows set aside: 1,234" in run_note(METRICS, TAGS, version="1", warnings=[])


def test_without_a_reference_nothing_is_compared() -> None:
    metrics = {name: value for name, value in METRICS.items() if "decay" not in name}
    note = run_note(metrics, TAGS, version="1", warnings=[])
    assert "decay" not in note
    assert note.startswith("NDCG@20 0.4123")
