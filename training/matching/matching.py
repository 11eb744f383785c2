"""Matching: the probability that two records are the same person's, learned without any labels.

The model of Fellegi and Sunter (fellegi1969theory) by Splink on DuckDB: how often each step of likeness comes among
records of different people is measured on random pairs, how often among records of one person is found by expectation
maximisation, column by column, from pairs that agree in other columns.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from features.arrays import Codes, Doubles
from features.errors import DataError
from features.logs import log
from training.matching.blocking import Rule, rules
from training.matching.cleaning import cleaned
from training.matching.comparing import comparison
from training.matching.config import MatchingConfig, Meaning
from training.matching.meanings import meanings

if TYPE_CHECKING:
    import pandas as pd

ROW = "row"
RANDOM_PAIRS = 1e6  # that likeness of different people is measured on
FOUND = 0.6  # of the true pairs, those that the most telling rules give: a guess that starts the estimate
SESSIONS = 3  # of expectation maximisation at most
FEWEST = 20  # pairs that one of them learns from
LEAST = 100_000  # pairs that are compared however small the table is


@dataclass(frozen=True)
class Matches:
    """P pairs of records that may be one person's, the likeliest first."""

    one: Codes  # (P,) row, lower than `other`
    other: Codes  # (P,)
    probability: Doubles  # (P,)


def match(table: "pd.DataFrame", config: MatchingConfig, *, least: float | None = None, seed: int = 1) -> Matches:
    """Pairs of the N records of a table whose probability is at least `least` (default: `config.review`).

    Raises:
        ConfigError: too few columns say who somebody is.
        DataError: no two records agree in anything telling.
    """
    meant = meanings([str(column) for column in table.columns], config.columns)
    records = table[list(meant)].apply(lambda column: cleaned(column, meant[str(column.name)]))
    records[ROW] = np.arange(len(records))
    chosen = rules(records, meant, most=max(config.pairs * len(records), LEAST))
    if not chosen:
        raise DataError(f"no two of {len(records):,} records agree in any of: {', '.join(meant)}")
    return _predicted(records, meant, chosen, config.review if least is None else least, seed)


def _predicted(
    records: "pd.DataFrame", meant: Mapping[str, Meaning], chosen: Sequence[Rule], least: float, seed: int
) -> Matches:
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=ROW,
        comparisons=[comparison(column, meaning) for column, meaning in meant.items()],
        blocking_rules_to_generate_predictions=[block_on(*rule.expressions) for rule in chosen],
    )
    with _quiet():
        api = DuckDBAPI()
        linker = Linker(api.register(records), settings, log_level=None)
        telling: list[Any] = [block_on(*rule.expressions) for rule in _telling(chosen)]
        linker.training.estimate_probability_two_random_records_match(telling, recall=FOUND)
        linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=seed)
        for rule in _sessions(chosen):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule.expressions))
        predicted: Any = linker.inference.predict(threshold_match_probability=least)
        found = predicted.as_pandas_dataframe()
        api.duckdb_con.close()
    pairs = np.sort(found[[f"{ROW}_l", f"{ROW}_r"]].to_numpy(np.int32), axis=1)
    chance = found["match_probability"].to_numpy(np.float64)
    by = np.lexsort((pairs[:, 1], pairs[:, 0], -chance))
    log.info("matching.found", records=len(records), pairs=len(by))
    return Matches(pairs[by, 0], pairs[by, 1], chance[by])


def _telling(chosen: Sequence[Rule]) -> list[Rule]:
    """Rules whose pairs are the same person's for the most part: whole columns, and the fewest pairs."""
    whole = [rule for rule in chosen if rule.whole] or list(chosen)
    return sorted(whole, key=lambda rule: rule.pairs)[:2]


def _sessions(chosen: Sequence[Rule]) -> list[Rule]:
    """Rules that have no column in common, so that each column is learned from pairs that agree in others."""
    found: list[Rule] = []
    for rule in (rule for rule in chosen if rule.pairs >= FEWEST and rule.whole):
        if all(not rule.columns & other.columns for other in found) and len(found) < SESSIONS:
            found.append(rule)
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """The library tells of each step, and shows bars."""
    logger: Any = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
