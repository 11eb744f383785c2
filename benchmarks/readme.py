"""`python -m benchmarks.readme` fills the README's tables from benchmarks/results; `--check` only compares.

A table stands between `<!-- table NAME -->` and `<!-- end -->`. A row shows figures of one JSON file; a row without
measurement is not shown.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import RESULTS
from esnaf.output import markdown_table

README = Path(__file__).parents[1] / "README.md"
_TABLE = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One line of a table: what it says, and the figures in it as `{key}` or `{key:.3f}`."""

    text: str
    benchmark: str
    figures: str


TABLES = {
    "quality": (
        Row("NDCG@20", "quality", "{ndcg_at_20:.3f}"),
        Row("against the strongest simple list (personal decay)", "quality", "{ratio_to_decay:.2f} x"),
        Row("the same, mean of six earlier cuts", "quality", "{earlier_ratio_to_decay:.2f} x"),
        Row("Recall@20, products new to the customer", "quality", "{explore_recall_at_20:.3f}"),
        Row("Recall@20 / NDCG@20, Amazon CDs", "cf", "{recall_at_20:.3f} / {ndcg_at_20:.3f}"),
        Row(
            "NDCG@10 of what is bought later in the visit, knowing the visit, against not (simulated shop)",
            "visit",
            "{live_ndcg_at_10:.2f}, {live_ratio:.1f} x",
        ),
        Row(
            "the same for visitors of whom nothing else is known, against best sellers",
            "visit",
            "{visitor_ndcg_at_10:.2f}, {visitor_ratio:.1f} x",
        ),
        Row(
            "first list by declared interests against best sellers, NDCG@10 of buys; looks; first visit (five shops)",
            "gain",
            "{buys_ratio:.2f} x; {looks_ratio:.2f} x; {visit_ratio:.2f} x",
        ),
        Row(
            "NDCG@20 with the features of segments, value and interests that the ranker has, against without them "
            "(95 % interval): simulated shop; Online Retail",
            "gain",
            "{simulated_gain_percent:+.1f} % ({simulated_gain_low_percent:+.1f} to {simulated_gain_high_percent:+.1f});"
            " {real_gain_percent:+.1f} % ({real_gain_low_percent:+.1f} to {real_gain_high_percent:+.1f})",
        ),
    ),
    "customers": (
        Row(
            "spend of each customer in the next 13 weeks, CDNOW: all foretold against all that came; mean error, rank "
            "correlation (in brackets BG/NBD with Gamma-Gamma)",
            "value",
            "{cdnow_total_ratio:.2f} ({cdnow_bgnbd_total_ratio:.2f}); {cdnow_mae:.1f} ({cdnow_bgnbd_mae:.1f}), "
            "{cdnow_rank_correlation:.3f} ({cdnow_bgnbd_rank_correlation:.3f})",
        ),
        Row(
            "the same for the last 90 days of Online Retail",
            "value",
            "{online_retail_total_ratio:.2f} ({online_retail_bgnbd_total_ratio:.2f}); {online_retail_mae:.0f} "
            "({online_retail_bgnbd_mae:.0f}), {online_retail_rank_correlation:.3f} "
            "({online_retail_bgnbd_rank_correlation:.3f})",
        ),
        Row(
            "groups of taste, and shopping missions, against the truth of the simulated shop (adjusted Rand index)",
            "segments",
            "{taste_ari:.2f}; {mission_ari:.2f}",
        ),
        Row(
            "segments that customers without new events keep from one week to the next: simulated; Online Retail",
            "segments",
            "{simulated_week_kept_share:.1%}; {online_retail_week_kept_share:.1%}",
        ),
        Row(
            "identifiers put together as one person's, against the truth of the simulated shop: precision, recall",
            "identity",
            "{precision:.3f}, {recall:.3f}",
        ),
        Row("first lists after a login that know both histories", "identity", "{login_knows_both:,} of {logins:,}"),
        Row(
            "pairwise F1 of records matched without labels: FEBRL 2; FEBRL 3; Splink's 1,000 persons",
            "matching",
            "{febrl_2_f1:.3f}; {febrl_3_f1:.3f}; {fake_1000_f1:.3f}",
        ),
    ),
    "speed": (
        Row("train on Online Retail: file to registered model", "quality", "{train_s:.0f} s, {peak_mb:,.0f} MB"),
        Row(
            "bring in a day of new purchases: work after imports, whole command",
            "retrain",
            "{work_s:.1f} s ({work_share:.0%} of a training's), {command_s:.0f} s",
        ),
        Row("train on 10 million simulated events", "scale", "{train_10m_s:.0f} s, {train_10m_peak_mb:,.0f} MB"),
        Row(
            "bring one more day into a shop of 10 million events: whole command",
            "daily",
            "{new_events:,} events in {command_s:.0f} s, {peak_mb:,.0f} MB",
        ),
        Row("simulate 10 million events", "scale", "{simulate_10m_s:.0f} s, {simulate_10m_peak_mb:,.0f} MB"),
        Row("learn and assign all segments", "segments", "{customers:,} customers in {all_s:.0f} s, {peak_mb:,.0f} MB"),
        Row(
            "resolve an identities table: write values in one way, then put persons together",
            "identity",
            "{rows:,} rows in {normalise_s:.1f} s and {resolve_s:.1f} s, {peak_mb:,.0f} MB",
        ),
        Row("match people's records", "matching", "{large_records:,} in {large_s:.0f} s"),
        Row("first answer after `esnaf serve`", "serving", "{first_answer_s:.1f} s"),
        Row(
            "ready lists, with tokens, metrics and exposure log, against an empty BentoML service",
            "serving",
            "{requests_per_s:,.0f}/s, {unchanged_ratio:.2f} x",
        ),
        Row("a list made over HTTP, median / 99th percentile", "serving", "{made_p50_ms:.1f} / {made_p99_ms:.1f} ms"),
        Row(
            "a list made because something just happened, median / 99th percentile",
            "serving",
            "{live_p50_ms:.1f} / {live_p99_ms:.1f} ms",
        ),
        Row(
            "live events on the disk, one by one over 16 connections; in lists of 1,000",
            "ingestion",
            "{single_per_s:,.0f}/s; {batch_per_s:,.0f}/s",
        ),
        Row(
            "all that is known of one customer, without HTTP, median / 99th percentile",
            "record",
            "{record_p50_ms:.1f} / {record_p99_ms:.1f} ms",
        ),
        Row("a worker's memory / its own part", "serving", "{worker_resident_mb:.0f} / {worker_private_mb:.0f} MB"),
        Row(
            "a worker's memory after mixed requests, against that after the first 20,000",
            "memory",
            "{requests:,}: {memory_ratio:.2f} x",
        ),
    ),
    "trust": (
        Row(
            "customers whose features, or lists, differ between a batch and one question",
            "parity",
            "{features_unequal}, {lists_unequal} of {customers:,}",
        ),
        Row(
            "answers, of two workers, that did not know an event acknowledged before",
            "freshness",
            "{stale} of {trials:,}",
        ),
        Row("acknowledged events that are not in the store", "ingestion", "{lost}"),
        Row(
            "NDCG@20 after a week of days brought in, against a training anew; of the champion before that week",
            "retrain",
            "{quality_ratio:.3f} x; {stale_ratio:.3f} x",
        ),
        Row(
            "the same, mean of five earlier weeks",
            "retrain",
            "{earlier_quality_ratio:.3f} x; {earlier_stale_ratio:.3f} x",
        ),
        Row("ten models swapped in a minute of load: failed requests, mixed answers", "swap", "{failed}, {mixed}"),
        Row("99th percentile of the answers in that minute, against one without swaps", "swap", "{p99_ratio:.1f} x"),
        Row(
            "commands killed at random moments of retraining and promotion: champions that do not load, versions half "
            "written, next retrainings that fail",
            "crash",
            "{kills}: {unloadable}, {half_written}, {failed_next}",
        ),
    ),
}


def filled(text: str) -> str:
    """The README's text with every table as its results say."""
    return _TABLE.sub(lambda match: f"{match[1]}{table(TABLES[match[2]])}\n{match[3]}", text)


def table(rows: tuple[Row, ...]) -> str:
    """A Markdown table of what was measured, each row with the command that measures it again."""
    shown = [(row.text, _figures(row), f"`python -m benchmarks.{row.benchmark}`") for row in rows]
    return markdown_table(("what", "measured", "made by"), [line for line in shown if line[1]])


def _figures(row: Row) -> str:
    file = RESULTS / f"{row.benchmark}.json"
    measured = json.loads(file.read_text()) if file.exists() else {}
    try:
        return row.figures.format(**measured)
    except KeyError:
        return ""


def main() -> int:
    """Write the README, or say that it is not current."""
    text = README.read_text(encoding="utf-8")
    if "--check" not in sys.argv:
        README.write_text(filled(text), encoding="utf-8")
    elif filled(text) != text:
        print("README.md is not current: run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
