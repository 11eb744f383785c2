"""Matching: pairwise F1 of links that were found without labels, and the time of a large table.

FEBRL's sets 2 and 3 and Splink's small set of persons, with the defaults of this toolkit; the truth is looked at to
count alone. A pair counts as found if its probability is at least the threshold; `closed` counts pairs that follow from
others as well, as they do once links are put together. The large table is made from FEBRL's words (`--records`).
"""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import Figures, main
from benchmarks.people import PERSON, people
from features.arrays import Array, Codes
from features.errors import DataError
from features.logs import log
from training.matching.config import MatchingConfig
from training.matching.matching import match

if TYPE_CHECKING:
    import pandas as pd

SEED = 1


@dataclass(frozen=True)
class Measured:
    """How good the pairs of a table are."""

    f1: float
    precision: float
    recall: float
    closed_f1: float
    seconds: float
    cpu_s: float


def measure(args: Namespace) -> Figures:
    """The figures of each table; `f1` is the lowest of FEBRL's."""
    if args.data is None:
        raise DataError("--data DIR or ESNAF_DATA is needed, with identity/febrl_dataset2.parquet and the others in it")
    folder = args.data / "identity"
    figures: dict[str, float] = {}
    for name, table in (("febrl_2", _febrl(folder, 2)), ("febrl_3", _febrl(folder, 3)), ("fake_1000", _fake(folder))):
        figures |= _named(name, _measured(*table))
    words = _febrl(folder, 2)[0]
    large = people(words, args.records, seed=SEED)
    found = _named("large", _measured(large.drop(columns=PERSON), large[PERSON].to_numpy()))
    lowest = min(figures["febrl_2_f1"], figures["febrl_3_f1"])
    return {"f1": lowest, **figures, "large_records": args.records, **found}


def _measured(table: "pd.DataFrame", person: Array) -> Measured:
    wall, cpu, config = time.perf_counter(), time.process_time(), MatchingConfig()
    found = match(table, config, least=config.threshold)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    log.info("measured", records=len(table), seconds=wall)
    true = _pairs_of(np.unique(person, return_inverse=True)[1])
    hits = int((person[found.one] == person[found.other]).sum())
    cluster = _clusters(found.one, found.other, len(table))
    both = np.unique(np.stack([cluster, np.unique(person, return_inverse=True)[1]]), axis=1, return_inverse=True)[1]
    closed = 2 * _pairs_of(both) / max(_pairs_of(cluster) + true, 1)
    size = len(found.one)
    return Measured(2 * hits / max(size + true, 1), hits / max(size, 1), hits / max(true, 1), closed, wall, cpu)


def _pairs_of(code: Array) -> int:
    """Pairs of records with the same number."""
    count = np.bincount(code)
    return int((count * (count - 1) // 2).sum())


def _clusters(one: Codes, other: Codes, size: int) -> Codes:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(one), np.bool_), (one, other)), shape=(size, size))
    found: Codes = connected_components(graph, directed=False)[1]
    return found


def _named(name: str, found: Measured) -> dict[str, float]:
    return {
        f"{name}_f1": found.f1,
        f"{name}_precision": found.precision,
        f"{name}_recall": found.recall,
        f"{name}_closed_f1": found.closed_f1,
        f"{name}_s": found.seconds,
        f"{name}_cpu_s": found.cpu_s,
    }


def _febrl(folder: Path, number: int) -> tuple["pd.DataFrame", Any]:
    import pandas as pd

    table = pd.read_parquet(folder / f"febrl_dataset{number}.parquet")
    return table.drop(columns="rec_id"), table["rec_id"].str.extract(r"rec-(\d+)-")[0].to_numpy()


def _fake(folder: Path) -> tuple["pd.DataFrame", Any]:
    import pandas as pd

    table = pd.read_csv(folder / "fake_1000.csv", dtype=str)
    return table.drop(columns=["unique_id", "cluster"]), table["cluster"].to_numpy()


def add_arguments(parser: ArgumentParser) -> None:
    """How large the large table is."""
    parser.add_argument("--records", type=int, default=100_000, metavar="N", help="of the large table (default 100000)")


if __name__ == "__main__":
    main("matching", measure, add_arguments=add_arguments)
