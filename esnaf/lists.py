"""Lists of many customers, written to a Parquet or CSV file as they are made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from features.errors import UsageError
from features.logs import progress
from training.query import Filters, Query

if TYPE_CHECKING:
    from training.ranking import Ranking
    from training.recommender import Recommender
    from training.rules import Rules

SCHEMA = pa.schema(
    {
        "customer_id": pa.string(),
        "product_id": pa.string(),
        "rank": pa.int32(),  # from 1
        "score": pa.float64(),  # comparable within one list
        "source": pa.string(),  # the generator that put the product highest, or what filled the list
    }
)

_WRITERS = {".parquet": partial(pq.ParquetWriter, compression="zstd"), ".csv": pc.CSVWriter}


def write_lists(
    model: "Recommender",
    customers: Sequence[str],
    file: Path,
    *,
    n: int,
    exclude_purchased: bool = False,
    time: int | None = None,
    rules: "Rules | None" = None,
) -> int:
    """Write the best `n` products of every customer, under the shop's rules, and return the number of rows.

    The file gets its name when it is whole. UsageError if the name says no format or it cannot be written.
    """
    writer = _WRITERS.get(file.suffix.lower())
    if writer is None:
        raise UsageError(f"-o {file}: the name must end in {' or '.join(_WRITERS)}")
    parts = _parts(model, customers, n, exclude_purchased=exclude_purchased, time=time, rules=rules)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _whole(file) as temporary, writer(str(temporary), SCHEMA) as output:
            return sum(_written(output, part) for part in parts)
    except OSError as error:
        raise UsageError(f"-o {file}: cannot be written ({error.strerror or error})") from error


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Another name to write to, which becomes `file` if all goes well and goes away if not."""
    temporary = file.with_name(f".{file.name}.part")
    try:
        yield temporary
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _written(output: Any, part: pa.Table) -> int:
    output.write_table(part)
    return len(part)


def _parts(
    model: "Recommender",
    customers: Sequence[str],
    n: int,
    *,
    exclude_purchased: bool,
    time: int | None,
    rules: "Rules | None",
) -> Iterator[pa.Table]:
    moment = model.time if time is None else time
    filters = Filters(exclude_purchased=exclude_purchased)
    allowed = model.questions.allowed(filters)  # what the shop can sell
    products = pa.array(model.products.ids(), pa.string())
    sources = pa.array(model.source_names, pa.string())
    starts = range(0, len(customers), model.at_once)
    for start in progress(starts, "lists"):
        ids = customers[start : start + model.at_once]
        request = model.questions.request([Query(customer_id=id, filters=filters) for id in ids], moment)
        ranking = model.lists(request, n, allowed=allowed, exclude_purchased=exclude_purchased, rules=rules)
        yield _table(ranking, ids, products, sources)


def _table(ranking: "Ranking", ids: Sequence[str], products: Any, sources: Any) -> pa.Table:
    rank = np.arange(1, len(ranking.product) + 1) - ranking.offsets[:-1][ranking.row]
    columns = [
        pa.array(ids, pa.string()).take(pa.array(ranking.row)),
        products.take(pa.array(ranking.product)),
        pa.array(rank, pa.int32()),
        pa.array(ranking.score, pa.float64()),
        sources.take(pa.array(ranking.source)),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
