"""Lists of many customers, written to a Parquet or CSV file as they are made."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from esnaf.register import permitted
from esnaf.tablefile import PARQUET_AND_CSV, write_table
from features.logs import progress
from training.query import Filters, Query

if TYPE_CHECKING:
    from features.consent.register import Register
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


def write_lists(
    model: "Recommender",
    customers: Sequence[str],
    file: Path,
    *,
    n: int,
    exclude_purchased: bool = False,
    time: int | None = None,
    rules: "Rules | None" = None,
    register: "Register | None" = None,
) -> int:
    """Write the best `n` products of every customer, under the shop's rules, and return the number of rows.

    Who refused since, by the `register`, gets what strangers get; who was erased must not be among the customers.

    The file gets its name when it is whole. UsageError if the name says no format or it cannot be written.
    """
    parts = _parts(model, customers, n, exclude_purchased=exclude_purchased, time=time, rules=rules, register=register)
    return write_table(file, SCHEMA, parts, PARQUET_AND_CSV)


def _parts(
    model: "Recommender",
    customers: Sequence[str],
    n: int,
    *,
    exclude_purchased: bool,
    time: int | None,
    rules: "Rules | None",
    register: "Register | None",
) -> Iterator[pa.Table]:
    moment = model.time if time is None else time
    filters = Filters(exclude_purchased=exclude_purchased)
    allowed = model.questions.allowed(filters)  # what the shop can sell
    products = pa.array(model.products.ids(), pa.string())
    sources = pa.array(model.source_names, pa.string())
    starts = range(0, len(customers), model.at_once)
    for start in progress(starts, "lists"):
        ids = customers[start : start + model.at_once]
        queries = [Query(customer_id=id, filters=filters) for id in ids]
        if register:
            queries = [permitted(query, register) for query in queries]
        request = model.questions.request(queries, moment)
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
