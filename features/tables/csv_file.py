"""CSV files, plain or gzipped, a block of bytes at a time; every column is read as text."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from features.arrays import Counts
from features.errors import DataError
from features.tables.chunk import BLOCK_BYTES, Chunk

_HEADER_BYTES = 1 << 16
_DELIMITERS = (",", ";", "\t", "|")


class CsvFile:
    """A CSV file with a header. Rows with too few or too many values are told apart as malformed."""

    sparse = False

    def __init__(self, path: Path, place: str, *, encoding: str = "utf-8", delimiter: str = ",") -> None:
        self.path, self.place, self.encoding, self.delimiter = path, place, encoding, delimiter
        self.names: Sequence[str] = self._header()

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """All rows in order."""
        skipped: list[tuple[int, str]] = []
        done = told = 0
        try:
            with self._stream() as stream:
                for batch in self._open(stream, names, skipped):
                    row = _row_numbers(done, len(batch), [number for number, _ in skipped])
                    done += len(batch)
                    yield Chunk(self.place, pa.Table.from_batches([batch]), row, skipped[told:])
                    told = len(skipped)
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise self._unreadable(error) from error
        if told < len(skipped):
            yield Chunk(self.place, pa.table({}), np.zeros(0, np.int64), skipped[told:])

    def _open(self, stream: Any, names: Sequence[str], skipped: list[tuple[int, str]]) -> Any:
        def skip(row: Any) -> str:
            skipped.append((row.number - 1, row.text))  # without the header
            return "skip"

        return pc.open_csv(
            stream,
            pc.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, encoding=self.encoding),
            pc.ParseOptions(delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=skip),
            pc.ConvertOptions(
                column_types=dict.fromkeys(self.names, pa.string()),
                include_columns=list(names),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )

    def _stream(self) -> Any:
        """Plain bytes. UTF-8 is checked on the way: Arrow checks no more than the values of good rows."""
        stream = pa.input_stream(str(self.path), compression="detect")
        return pa.PythonFile(_Utf8(stream), "r") if self._is_utf8 else stream

    @property
    def _is_utf8(self) -> bool:
        return codecs.lookup(self.encoding).name == "utf-8"

    def _header(self) -> list[str]:
        try:
            opener = gzip.open if self.path.suffix == ".gz" else open
            with opener(self.path, "rb") as file:
                head = file.read(_HEADER_BYTES)
            text = head.decode("utf-8-sig" if self._is_utf8 else self.encoding, "ignore")
            names = next(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter), [])
        except (OSError, EOFError, zlib.error, csv.Error) as error:
            raise self._unreadable(error) from error
        if not any(names):
            raise DataError(f"{self.place}: the file is empty; it must begin with a line of column names")
        other = next((c for c in _DELIMITERS if c != self.delimiter and len(names) == 1 and c in names[0]), None)
        if other is not None:
            raise DataError(
                f"{self.place}: the header {names[0]!r} is one column; write delimiter = {other!r} under its table in "
                "esnaf.toml, or the file with commas"
            )
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise DataError(f"{self.place}: column {twice!r} stands twice in the header; rename one of them")
        return names

    def _unreadable(self, error: Exception) -> DataError:
        reason = str(error).splitlines()[0]
        if isinstance(error, UnicodeError) or "UTF8" in reason:
            way = 'write encoding = "latin-1" (or whichever it is) under its table in esnaf.toml'
            return DataError(f"{self.place}: the text is not {self.encoding}; {way}")
        return DataError(f"{self.place}: not a readable CSV file ({reason})")


class _Utf8(io.RawIOBase):
    """Passes bytes on; UnicodeDecodeError at the first that are not UTF-8."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def readable(self) -> bool:
        """It is only read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes."""
        block: bytes = self._stream.read(size)
        self._decoder.decode(block, final=not block)
        return block


def _row_numbers(done: int, count: int, skipped: Sequence[int]) -> Counts:
    """Numbers in the file of the good rows `done` to `done + count`, given the numbers of those skipped."""
    good = np.arange(done + 1, done + count + 1)
    return good + np.searchsorted(np.array(skipped, np.int64) - np.arange(len(skipped)), good, side="right")
