"""Records: a table of people as texts, and the ids of its rows."""

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from features.errors import DataError
from features.tables.chunk import Column, all_chunks
from features.tables.config import TableConfig
from features.tables.sources import readers
from features.tables.text import encode

if TYPE_CHECKING:
    import pandas as pd

ID = "customer_id"


@dataclass(frozen=True)
class Records:
    """N rows of a file."""

    ids: list[str]  # (N,)
    table: "pd.DataFrame"  # (N, columns) texts, None where nothing is said

    @classmethod
    def read(cls, path: Path, id_column: str = ID) -> "Records":
        """A CSV, Parquet or JSON lines file; DataError where it cannot be read, or an id is missing or there twice."""
        import pandas as pd

        opened = readers("customers", TableConfig(files=(glob.escape(str(path.absolute())),)), None)
        names = list(dict.fromkeys(name for reader in opened for name in reader.names))
        if id_column not in names:
            raise DataError(f"{path}: no column '{id_column}'; there are: {', '.join(names)}; --id names another")
        parts = [pd.DataFrame({n: _texts(chunk.column(n)) for n in names}) for chunk in all_chunks(opened, names)]
        table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
        ids = table.pop(id_column)
        _check(ids, path, id_column)
        return cls(ids.tolist(), table)


def _texts(column: Column) -> list[str | None]:
    text = encode(column)
    distinct = [*text.texts.to_pylist(), None]
    return [distinct[code] for code in text.code.tolist()]


def _check(ids: "pd.Series[str]", path: Path, name: str) -> None:
    if not len(ids):
        raise DataError(f"{path}: no rows")
    if ids.isna().any():
        raise DataError(f"{path}: row {int(np.flatnonzero(ids.isna())[0]) + 1} has no '{name}'")
    if ids.duplicated().any():
        twice = int(np.flatnonzero(ids.duplicated())[0])
        raise DataError(f"{path}: '{name}' of row {twice + 1} is there twice; each record needs an id of its own")
