"""Key figures by segment and period, as rows and as a file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from esnaf.tablefile import PARQUET_AND_CSV, write_table
from features.arrays import Bools, Doubles

if TYPE_CHECKING:
    from training.kpi.config import KpiConfig
    from training.kpi.figures import Sales

EVERYBODY = "all"


def rows_of(sales: "Sales", groups: Mapping[str, Bools], config: "KpiConfig") -> Iterator[dict[str, Any]]:
    """A row for each segment and period: `groups` are the members (C,) of each. Figures that are not known are None."""
    for segment, members in groups.items():
        yield from _of_one(segment, sales, sales.figures(members, config.custom))


def _of_one(segment: str, sales: "Sales", found: Mapping[str, Doubles]) -> Iterator[dict[str, Any]]:
    for period in range(len(sales.periods)):
        begin, end = sales.periods.days(period)
        values = {name: float(own[period]) for name, own in found.items()}
        known = {name: value if np.isfinite(value) else None for name, value in values.items()}
        yield {"segment": segment, "from": begin, "until": end, **known}


def write_rows(file: Path, rows: list[dict[str, Any]]) -> int:
    """Write them as Parquet or CSV; UsageError where that cannot be."""
    texts = ("segment", "from", "until")
    schema = pa.schema({name: pa.string() if name in texts else pa.float64() for name in rows[0]})
    return write_table(file, schema, [pa.Table.from_pylist(rows, schema=schema)], PARQUET_AND_CSV)
