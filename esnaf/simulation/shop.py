"""Shop: simulates a whole shop and writes its files."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from esnaf.simulation import tables, truth
from esnaf.simulation.batch import SIZE, Batch, batches, events
from esnaf.simulation.interests import INTERESTS
from esnaf.simulation.parameters import Parameters
from esnaf.simulation.world import World
from features.errors import UsageError

_PILOTS = 2
_PILOT_ROUNDS = 3
_EVENTS_OF_RATE = 10.0
"""First guess of the events for each session a day, customer and day of the log."""
_AT_ONCE = 2
"""Batches in the making; NumPy and Arrow leave Python's lock most of the time."""


@dataclass(frozen=True)
class Shop:
    """What was written, and how much."""

    folder: Path
    parameters: Parameters
    rows: dict[str, int]  # by file, without its ending


def simulate(folder: Path, parameters: Parameters, *, target: int | None = None) -> Shop:
    """Write the tables and the truth of a shop.

    With a `target` the customers are as active as gives about so many events, the nearer the more customers there are.
    UsageError where the folder cannot be written or the size cannot be.
    """
    world = World.draw(parameters)
    if target is not None:
        world = replace(world, parameters=replace(parameters, sessions_per_day=_activity(world, target)))
    try:
        (folder / "truth").mkdir(parents=True, exist_ok=True)
        rows = _write(folder, world)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror or error})") from error
    return Shop(folder, world.parameters, rows)


def _activity(world: World, wanted: int) -> float:
    """Sessions a day that give so many events, found by simulating some of the customers."""
    if wanted < 1:
        raise UsageError(f"--events {wanted}: a simulated shop needs at least 1")
    p = world.parameters
    pilots = range(0, batches(p.customers), max(1, batches(p.customers) // _PILOTS))
    customers = sum(min(SIZE, p.customers - number * SIZE) for number in pilots)
    rate = wanted / p.customers / p.days / _EVENTS_OF_RATE
    for _ in range(_PILOT_ROUNDS):
        trial = replace(world, parameters=replace(p, sessions_per_day=rate))
        made = sum(events(trial, number) for number in pilots) / customers * p.customers
        rate *= wanted / max(made, 1)
    return rate


def _write(folder: Path, world: World) -> dict[str, int]:
    with ExitStack() as stack:
        files = {name: stack.enter_context(_File(folder / f"{name}.parquet")) for name in _MAKERS}
        shelf = stack.enter_context(_File(folder / "products.parquet"))
        shelf.write(tables.products(world))
        for made in _made(world):
            for name, rows in made.items():
                files[name].write(rows)
    about = {"parameters": asdict(world.parameters), "interests": [interest.name for interest in INTERESTS]}
    (folder / "truth" / "about.json").write_text(json.dumps(about, indent=2) + "\n")
    return {name: file.rows for name, file in {**files, "products": shelf}.items()}


def _made(world: World) -> Iterator[dict[str, pa.RecordBatch]]:
    """The rows of every file, batch by batch in their order; two are in the making at any time."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = deque[Future[dict[str, pa.RecordBatch]]]()
        for number in range(batches(world.parameters.customers)):
            running.append(pool.submit(_rows, world, number))
            if len(running) > _AT_ONCE:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _rows(world: World, number: int) -> dict[str, pa.RecordBatch]:
    batch = Batch.draw(world, number)
    return {name: make(world, batch) for name, make in _MAKERS.items()}


_MAKERS: dict[str, Callable[[World, Batch], pa.RecordBatch]] = {
    "events": tables.events,
    "customers": tables.customers,
    "identities": tables.identities,
    "truth/customers": truth.customers,
    "truth/sessions": truth.sessions,
    "truth/missions": truth.missions,
    "truth/identities": truth.identities,
}


def _repeating(schema: pa.Schema) -> list[str] | bool:
    """Columns worth a dictionary: a column of ids that are all different is not."""
    coded = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    return coded or True


class _File:
    """A Parquet file that appears under its name when it is whole; a row group for each batch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_suffix(".part")
        self.rows = 0
        self.writer: Any = None

    def __enter__(self) -> Self:
        return self

    def write(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Add a row group."""
        if self.writer is None:
            self.writer = pq.ParquetWriter(
                self.part,
                rows.schema,
                compression="zstd",
                compression_level=1,
                store_schema=False,  # dictionaries are a matter of storage: readers see texts
                use_dictionary=_repeating(rows.schema),
                write_statistics=[field.name for field in rows.schema if pa.types.is_timestamp(field.type)],
            )
        table = rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows])
        self.writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self.rows += table.num_rows

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writer is not None:
            self.writer.close()
        if kind is None:
            self.part.replace(self.path)
        else:
            self.part.unlink(missing_ok=True)
