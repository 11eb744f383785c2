"""JSON lines, plain or gzipped, a block of whole lines at a time."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from features.errors import DataError
from features.tables.chunk import BLOCK_BYTES, Chunk, Column

_SAMPLE_LINES = 1_000
_TYPES: Mapping[type, pa.DataType] = {str: pa.string(), int: pa.int64(), float: pa.float64()}


class JsonLines:
    """One JSON object a line. Lines that are none are told apart as malformed; a column may begin at any line."""

    sparse = True

    def __init__(self, path: Path, place: str) -> None:
        self.path, self.place = path, place
        self.names: Sequence[str] = self._sample()

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """All rows in order."""
        done = 0
        for block in self._blocks():
            lines = block.count(b"\n") + (not block.endswith(b"\n"))
            yield _fast(block, names, self.place, done) or _slow(block, names, self.place, done)
            done += lines

    def _blocks(self) -> Iterator[bytes]:
        rest = b""
        try:
            with self._open() as file:
                while block := file.read(BLOCK_BYTES):
                    whole, newline, tail = block.rpartition(b"\n")
                    if newline:
                        yield rest + whole + newline
                        rest = tail
                    else:
                        rest += block
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{self.place}: not a readable file ({error}); write it again") from error
        if rest:
            yield rest

    def _open(self) -> IO[bytes]:
        if self.path.suffix == ".gz":
            return gzip.open(self.path, "rb")  # type: ignore[return-value]  # it reads bytes
        return self.path.open("rb")

    def _sample(self) -> list[str]:
        """Column names of the first lines."""
        block = next(self._blocks(), b"")
        names: dict[str, None] = {}
        for line in block.split(b"\n")[:_SAMPLE_LINES]:
            names |= dict.fromkeys(_object(line) or ())
        if not names:
            raise DataError(f"{self.place}: no line is a JSON object; write one object a line")
        return list(names)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None
    return value if isinstance(value, dict) else None


def _fast(block: bytes, names: Sequence[str], place: str, done: int) -> Chunk | None:
    """A block in which every line is an object and every column has one type; None for any other."""
    if b"\n\n" in block or b"\r" in block:  # blank lines would shift the row numbers
        return None
    first = _object(block.partition(b"\n")[0]) or {}
    schema = pa.schema([(n, _TYPES[type(first[n])]) for n in names if type(first.get(n)) in _TYPES])
    try:
        block.decode()
        parse = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer")
        table = pj.read_json(io.BytesIO(block), pj.ReadOptions(block_size=len(block) + 1), parse)
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    table = table.select([n for n in names if n in table.column_names])
    guessed = [f for f in table.schema if f.name not in schema.names and not _faithful(f.type)]
    if guessed:
        return None
    return Chunk(place, table, np.arange(done + 1, done + len(table) + 1))


def _faithful(kind: pa.DataType) -> bool:
    """Types that say exactly what the line said: a guessed time has lost its zone, a guessed double its digits."""
    return not (pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_floating(kind))


def _slow(block: bytes, names: Sequence[str], place: str, done: int) -> Chunk:
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    malformed: list[tuple[int, str]] = []
    for number, line in enumerate(block.removesuffix(b"\n").split(b"\n"), done + 1):
        value = _object(line)
        if value is not None:
            rows.append(value)
            numbers.append(number)
        elif line.strip():
            malformed.append((number, line.decode(errors="replace")))
    table = pa.table({name: _column([row.get(name) for row in rows]) for name in names})
    return Chunk(place, table, np.array(numbers, np.int64), malformed)


def _column(values: list[Any]) -> Column:
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):  # values of several types
        return pa.array([v if v is None or isinstance(v, str) else json.dumps(v) for v in values], pa.string())
