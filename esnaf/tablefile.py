"""A table written to a file part by part: Parquet, CSV or JSON lines, by the end of its name."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from features.errors import UsageError


class _JsonLines:
    """One object a line; times in ISO 8601."""

    def __init__(self, file: str, schema: pa.Schema) -> None:
        self._file = Path(file).open("w", encoding="utf-8")  # noqa: SIM115  # `__exit__` closes it

    def write_table(self, table: pa.Table) -> None:
        for name, kind in zip(table.column_names, table.schema.types, strict=True):
            if pa.types.is_timestamp(kind):
                at = table.column_names.index(name)
                table = table.set_column(at, name, pc.strftime(table[name], "%Y-%m-%dT%H:%M:%SZ"))
        self._file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


PARQUET_AND_CSV = {".parquet": partial(pq.ParquetWriter, compression="zstd"), ".csv": pyarrow.csv.CSVWriter}
FORMATS = {**PARQUET_AND_CSV, ".jsonl": _JsonLines}


def parquet_only(option: str, file: Path | None) -> Path | None:
    """The file of an option that is written as Parquet; UsageError for another name."""
    if file is not None and file.suffix.lower() != ".parquet":
        raise UsageError(f"{option} {file}: the name must end in .parquet")
    return file


def write_table(file: Path, schema: pa.Schema, parts: Iterable[pa.Table], formats: dict[str, Any] = FORMATS) -> int:
    """Write the parts, and return the number of rows.

    The file gets its name when it is whole. UsageError if the name says no format or it cannot be written.
    """
    writer = formats.get(file.suffix.lower())
    if writer is None:
        raise UsageError(f"-o {file}: the name must end in {' or '.join(formats)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _whole(file) as temporary, writer(str(temporary), schema) as output:
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
