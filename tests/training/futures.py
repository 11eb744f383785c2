"""A simulated shop, and other things that could have happened to it after a moment."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from features.arrays import DAY
from features.settings import Settings
from features.tables import Shop, TablesConfig, load

HORIZON = 14  # days
TEXT = """
    [training]
    horizon = 14
    stride = 14
    min_history = 28
    windows = 2
    [ranker]
    trees = 8
    leaves = 7
    min_leaf = 5
    min_positives = 5
    threads = 1
"""
SETTINGS = Settings.parse(TEXT)

Future = Callable[[pa.Table, np.random.Generator], pa.Table]


def nothing(events: pa.Table, random: np.random.Generator) -> pa.Table:
    """The shop closes."""
    return events.slice(0, 0)


def shuffled(events: pa.Table, random: np.random.Generator) -> pa.Table:
    """The same customers, products and moments, but who did what when is a matter of chance."""
    columns = {name: events[name] for name in events.column_names}
    for group in (["customer_id", "anonymous_id"], ["product_id", "event_type", "unit_price", "quantity", "order_id"]):
        by = pa.array(random.permutation(len(events)))
        columns |= {name: events[name].take(by) for name in group}
    return pa.table(columns)


def foreign(events: pa.Table, random: np.random.Generator) -> pa.Table:
    """Customers and products that nobody had heard of come first, and what was known comes in another order."""
    mixed = shuffled(events, random)
    new = pa.array(random.random(len(mixed)) < 0.3)
    seconds = pa.array(random.permutation(len(mixed)).astype(np.int64) * 60_000, pa.duration("ms"))
    start = pc.min(mixed["timestamp"])

    def renamed(column: str, sign: str) -> pa.ChunkedArray:
        return pc.if_else(new, pc.binary_join_element_wise(sign, mixed[column], ""), mixed[column])

    columns = {name: mixed[name] for name in mixed.column_names}
    columns["customer_id"] = renamed("customer_id", "0new-")
    columns["product_id"] = renamed("product_id", "0new-")
    columns["timestamp"] = pc.add(start, seconds)
    return pa.table(columns)


def taken_back(events: pa.Table, random: np.random.Generator) -> pa.Table:
    """Everything that is bought from then on is given back, with much of what was bought before."""
    refund = pa.array(["refund"] * len(events))
    bought = pc.equal(events["event_type"], "purchase")
    mixed = shuffled(events, random)
    at = mixed.column_names.index("event_type")
    return mixed.set_column(at, "event_type", pc.if_else(bought, refund, mixed["event_type"]))


FUTURES: Mapping[str, Future] = {f.__name__: f for f in (nothing, shuffled, foreign, taken_back)}


@cache
def tables() -> dict[str, pa.Table]:
    """A shop of a hundred customers in a hundred days."""
    with TemporaryDirectory() as folder:
        simulate(Path(folder), Parameters(customers=100, products=100, days=100, seed=3))
        return {path.stem: pq.read_table(path, memory_map=False) for path in Path(folder).glob("*.parquet")}


@cache
def cut() -> int:
    """The midnight before which everything stays as it is: the horizon lies after it."""
    last = pc.max(tables()["events"]["timestamp"]).as_py().timestamp()
    return int(last) // DAY * DAY - (HORIZON - 1) * DAY


def write(folder: Path, future: Future | None = None, seed: int = 0) -> Path:
    """The shop's tables, with another future after the cut."""
    for name, table in tables().items():
        whole = table if name != "events" or future is None else _with_future(table, future, seed)
        pq.write_table(whole, folder / f"{name}.parquet")
    return folder


def shop(future: Future | None = None, seed: int = 0) -> Shop:
    """The same, read."""
    with TemporaryDirectory() as name:
        return load(write(Path(name), future, seed), TablesConfig())


def _with_future(events: pa.Table, future: Future, seed: int) -> pa.Table:
    after = pc.greater_equal(events["timestamp"], pa.scalar(cut() * 1000, pa.timestamp("ms", "UTC")))
    other = future(events.filter(after), np.random.default_rng(seed))
    return pa.concat_tables([events.filter(pc.invert(after)), other.cast(events.schema)])
