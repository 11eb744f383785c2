"""The customers of a file, for lists asked in bulk."""

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from features.errors import DataError
from features.tables.chunk import all_chunks
from features.tables.config import TableConfig
from features.tables.sources import readers
from features.tables.text import encode

COLUMN = "customer_id"


@dataclass(frozen=True)
class CustomersFile:
    """Distinct ids in the order of their first row."""

    ids: list[str]
    repeated: int  # rows of an id that was there already
    empty: int  # rows without an id

    @classmethod
    def read(cls, path: Path) -> "CustomersFile":
        """Column customer_id of a CSV, Parquet or JSON lines file; DataError if there is none to be had."""
        if not path.exists():
            raise DataError(f"{path}: no such file; name one with a column '{COLUMN}'")
        rows = list(_rows(path))
        named = [row for row in rows if row is not None]
        ids = list(dict.fromkeys(named))
        if not ids:
            raise DataError(f"{path}: no customer in it; write one id a row in a column '{COLUMN}'")
        return cls(ids, repeated=len(named) - len(ids), empty=len(rows) - len(named))


def _rows(path: Path) -> Iterator[str | None]:
    opened = readers("customers", TableConfig(files=(glob.escape(str(path.absolute())),)), None)
    for reader in opened:
        if COLUMN not in reader.names and not reader.sparse:
            raise DataError(f"{path}: no column '{COLUMN}'; there are: {', '.join(reader.names)}")
    for chunk in all_chunks(opened, [COLUMN]):
        text = encode(chunk.column(COLUMN))
        ids = [*text.texts.to_pylist(), None]
        yield from (ids[code] for code in text.code.tolist())
