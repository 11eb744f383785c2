"""What customers are expected to spend, written to a Parquet or CSV file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from esnaf.tablefile import PARQUET_AND_CSV, write_table
from training.query import Query

if TYPE_CHECKING:
    from training.recommender import Recommender
    from training.value.model import ValueModel, Values

SCHEMA = pa.schema(
    {
        "customer_id": pa.string(),
        "expected_spend": pa.float64(),  # within the horizon, in the shop's currency; null without prices or orders
        "purchase_probability": pa.float64(),  # within the horizon; null for who has not ordered yet
        "churn_risk": pa.float64(),  # that no order comes within the days after which a customer is lost
    }
)
AT_ONCE = 20_000  # customers


@dataclass
class Written:
    """What a file holds."""

    rows: int = 0
    unknown: int = 0  # customers of whom nothing is foretold
    buyers: float = 0.0  # expected
    spend: float | None = None  # expected of all of them; None where prices are not known


def write_values(
    model: "Recommender", value: "ValueModel", customers: Sequence[str], file: Path, *, time: int
) -> Written:
    """Write a row for each customer, in the order given; UsageError where the file cannot be written."""
    written = Written()
    write_table(file, SCHEMA, _parts(model, value, customers, time, written), PARQUET_AND_CSV)
    return written


def _parts(
    model: "Recommender", value: "ValueModel", customers: Sequence[str], time: int, written: Written
) -> Iterator[pa.Table]:
    for start in range(0, len(customers), AT_ONCE):
        ids = customers[start : start + AT_ONCE]
        request = model.questions.request([Query(customer_id=id) for id in ids], time)
        found = value.predict(request.history, time)
        _count(written, found)
        columns = (found.spend, found.chance, found.churn)
        yield pa.table([pa.array(ids, pa.string()), *(pa.array(c, from_pandas=True) for c in columns)], schema=SCHEMA)


def _count(written: Written, found: "Values") -> None:
    written.rows += len(found.chance)
    written.unknown += int(np.isnan(found.chance).sum())
    written.buyers += float(np.nansum(found.chance))
    if not np.isnan(found.spend).all():
        written.spend = (written.spend or 0.0) + float(np.nansum(found.spend))
