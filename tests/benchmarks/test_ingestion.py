"""The benchmark of taking events in, with as few as show that it counts."""

from argparse import Namespace

from benchmarks.ingestion import measure


def test_every_event_arrives_and_every_figure_is_there() -> None:
    figures = measure(Namespace(url="", singles=60, threads=4, lists=2, runs=1))
    assert figures["store_lost"] == 0
    assert figures["store_single_p50_ms"] <= figures["store_single_p99_ms"]
    assert all(value > 0 for name, value in figures.items() if name != "store_lost")
