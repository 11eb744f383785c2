"""Newer rows are the same whatever the format, and those of before are read no further than needed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from features.arrays import DAY
from features.tables import newer
from features.tables.chunk import Chunk, Reader
from features.tables.columns import Columns
from features.tables.config import TimeConfig
from features.tables.csv_file import CsvFile
from features.tables.newer import Newer, Since, together
from features.tables.parquet_file import Group, ParquetFile

START = 1_704_067_200  # 2024-01-01
COLUMNS = Columns({"timestamp": ("at",), "product_id": ("thing",)})


def table(rows: int, kind: pa.DataType) -> pa.Table:
    """One row an hour, in order but for a few, some without a time."""
    random = np.random.default_rng(4)
    hours = np.arange(rows)
    swapped = random.integers(0, rows, 4)
    hours[swapped] = hours[swapped[::-1]]
    at = pa.array(START + 3600 * hours, pa.int64(), mask=random.random(rows) < 0.05).cast(pa.timestamp("s"))
    return pa.table({"thing": [f"p{i}" for i in range(rows)], "at": at.cast(kind)})


def found(reader: Reader, since: int, zone: str = "UTC") -> tuple[list[str], list[int], int, int]:
    return read_of(list(Since.of(since, TimeConfig(zone=zone), COLUMNS, "timestamp").parts([reader])))


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
@pytest.mark.parametrize("kind", [pa.timestamp("ms"), pa.timestamp("ns", "UTC"), pa.date32(), pa.string()])
@pytest.mark.parametrize("hour", [0, 1, 130, 240, 241, 500])
def test_a_file_in_groups_is_read_as_any_other(tmp_path: Path, kind: pa.DataType, hour: int, zone: str) -> None:
    rows = table(240, kind)
    pq.write_table(rows, tmp_path / "rows.parquet", row_group_size=17)
    pc.write_csv(rows, tmp_path / "rows.csv")
    since = START + 3600 * hour
    one, other = ParquetFile(tmp_path / "rows.parquet", "rows"), CsvFile(tmp_path / "rows.csv", "rows")
    assert found(one, since, zone) == found(other, since, zone)


def test_groups_of_before_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(table(24 * 20, pa.timestamp("us")), tmp_path / "rows.parquet", row_group_size=24)
    read: list[tuple[int, tuple[str, ...]]] = []
    chunks = Group.chunks

    def noted(group: Group, names: Sequence[str]) -> Iterator[Chunk]:
        read.append((group.number, tuple(names)))
        return chunks(group, names)

    monkeypatch.setattr(Group, "chunks", noted)
    things, _, rows, earlier = found(ParquetFile(tmp_path / "rows.parquet", "rows"), START + 19 * DAY)
    assert rows == 24 * 20
    assert len(things) + earlier < rows
    whole = [number for number, names in read if "thing" in names]
    assert 19 in whole
    assert len(whole) <= 3
    assert len(read) < 10


def test_without_its_column_every_row_is_neither(tmp_path: Path) -> None:
    pq.write_table(pa.table({"thing": ["a", "b"]}), tmp_path / "rows.parquet")
    assert found(ParquetFile(tmp_path / "rows.parquet", "rows"), START) == ([], [], 2, 0)


def test_parts_of_one_file_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table(240, pa.string())
    pq.write_table(rows, tmp_path / "rows.parquet", row_group_size=17)
    since = Since.of(START + 3600 * 100, TimeConfig(), COLUMNS, "timestamp")
    files = [ParquetFile(tmp_path / "rows.parquet", place) for place in ("one", "other")]
    parts, joined = list(since.parts(files)), list(together(since.parts(files)))
    assert len(joined) < len(parts)
    assert [chunk.place for chunk in held(joined)] == ["one", "other"]
    assert read_of(joined) == read_of(parts)
    monkeypatch.setattr(newer, "CHUNK_ROWS", 40)
    assert max(len(chunk.row) for chunk in held(list(together(since.parts(files))))) <= 40
    assert read_of(list(together(since.parts(files)))) == read_of(parts)


def test_parts_with_other_columns_stay_apart() -> None:
    def part(**columns: list[str | int]) -> Newer:
        rows = pa.table(columns)
        return Newer(Chunk("rows", rows, np.arange(len(rows))), len(rows), 0)

    parts = [part(at=["1"]), Newer(None, 5, 5), part(at=[1]), part(at=[1], thing=["p"]), part(at=[2], thing=["q"])]
    joined = list(together(parts))
    assert [len(chunk.row) for chunk in held(joined)] == [1, 1, 2]
    assert sum(one.rows for one in joined) == 9
    assert list(together([])) == []


def held(parts: list[Newer]) -> list[Chunk]:
    return [part.chunk for part in parts if part.chunk is not None]


def read_of(parts: list[Newer]) -> tuple[list[str], list[int], int, int]:
    things = [thing for chunk in held(parts) for thing in chunk.column("thing").to_pylist()]
    rows = [row for chunk in held(parts) for row in chunk.row.tolist()]
    return things, rows, sum(part.rows for part in parts), sum(part.earlier for part in parts)
