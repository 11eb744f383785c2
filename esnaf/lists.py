"""Lists of many customers, written to a Parquet or CSV file as they are made."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from esnaf.register import permitted
from esnaf.tablefile import PARQUET_AND_CSV, write_table
from features.interests.told import Told
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
    told: Mapping[str, Told] = MappingProxyType({}),
    register: "Register | None" = None,
) -> int:
    """Write the best `n` products of every customer, under the shop's rules, and return the number of rows.

    `told` is what some of them said of their interests. Who refused since, by the `register`, gets what strangers get;
    who was erased must not be among the customers. The file gets its name when it is whole. UsageError if the name
    says no format or it cannot be written.
    """
    filters = Filters(exclude_purchased=exclude_purchased)
    queries = (Query(customer_id=id, filters=filters, told=told.get(id)) for id in customers)
    if register:
        queries = (permitted(query, register) for query in queries)
    parts = _parts(model, queries, n, size=len(customers), filters=filters, time=time, rules=rules)
    return write_table(file, SCHEMA, parts, PARQUET_AND_CSV)


def _parts(
    model: "Recommender",
    queries: Iterator[Query],
    n: int,
    *,
    size: int,
    filters: Filters,
    time: int | None,
    rules: "Rules | None",
) -> Iterator[pa.Table]:
    moment = model.time if time is None else time
    allowed = model.questions.allowed(filters)  # what the shop can sell
    products = pa.array(model.products.ids(), pa.string())
    sources = pa.array(model.source_names, pa.string())
    for _ in progress(range(0, size, model.at_once), "lists"):
        part = list(islice(queries, model.at_once))
        request = model.questions.request(part, moment)
        ranking = model.lists(request, n, allowed=allowed, exclude_purchased=filters.exclude_purchased, rules=rules)
        yield _table(ranking, [query.customer_id or "" for query in part], products, sources)


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
