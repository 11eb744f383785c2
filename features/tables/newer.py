"""Newer: the rows of a chunk from a moment on."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from features.tables.chunk import Chunk
from features.tables.columns import Columns
from features.tables.config import TimeConfig
from features.tables.times import times


def newer(chunk: Chunk, columns: Columns, time: TimeConfig, since: int, *, column: str) -> tuple[Chunk, int]:
    """The rows whose time in a canonical `column` is `since` or later, and how many are earlier.

    Rows and lines without a time that can be read are neither: they were judged when they came.
    """
    own = columns.own.get(column)
    values = chunk.column(own[0]) if own else pa.nulls(len(chunk.row), pa.string())
    moment, bad = times(values, time)
    keep = np.flatnonzero((moment >= since) & ~bad)
    rest = replace(chunk, table=chunk.table.take(keep), row=chunk.row[keep], malformed=())
    return rest, int(((moment > 0) & (moment < since)).sum())
