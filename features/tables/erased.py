"""Erased: customers who asked to be forgotten. Nothing of them is taken in, and what was taken in goes."""

from pathlib import Path

import pyarrow as pa

from features.errors import DataError
from features.tables.chunk import Column


def erased_customers(file: str, data: Path | None) -> Column:
    """The ids that a file lists, one a line; relative paths are below the folder of the tables.

    DataError where it cannot be read: to forget nobody instead would be the worse mistake.
    """
    if not file:
        return pa.array([], pa.string())
    path = (data or Path()) / file
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path}: the list of erased customers cannot be read ({error}); see [tables] erased"
        ) from error
    return pa.array(sorted({line.strip() for line in lines} - {""}), pa.string())
