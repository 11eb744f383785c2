"""Sources: which files or query hold a table, opened by the reader of their format."""

from pathlib import Path

from features.errors import ConfigError, DataError
from features.tables.chunk import Reader
from features.tables.config import TableConfig
from features.tables.csv_file import CsvFile
from features.tables.json_lines import JsonLines
from features.tables.parquet_file import ParquetFile

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".jsonl", ".jsonl.gz")
_FORMATS = "'.parquet', '.csv', '.csv.gz', '.jsonl' or '.jsonl.gz'"
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"


def readers(table: str, config: TableConfig, data: Path | None) -> list[Reader]:
    """Everything that holds a table, none where the table is not there.

    DataError for files that are named and missing, of no known format, or not what their name says.
    """
    if config.sql:
        from features.tables.sql_query import SqlQuery

        return [SqlQuery(table, config.sql, config.query)]
    if data is None:
        if not config.files:
            return []
        data = Path()
    elif not data.is_dir():
        what = "is a file, not a folder" if data.exists() else "there is no such folder"
        raise DataError(f"{data}: {what}; give the folder that holds the tables")
    return [_open(path, config, data) for path in _paths(table, config, data)]


def file_reader(path: Path, config: TableConfig) -> Reader:
    """The reader of one file that is named by itself; DataError where it cannot be read."""
    return _open(path, config, path.parent)


def _paths(table: str, config: TableConfig, data: Path) -> list[Path]:
    if config.files:
        return [path for pattern in config.files for path in _matches(table, pattern, data)]
    found = [path for suffix in SUFFIXES if (path := data / f"{table}{suffix}").exists()]
    if (data / table).is_dir():
        found.append(data / table)
    if len(found) > 1:
        names = " and ".join(repr(path.name) for path in found)
        raise DataError(f"{data}: both {names} are there; name one: files = ['{found[0].name}'] under [tables.{table}]")
    if not found:
        _refuse_other_formats(table, data)
    return [file for path in found for file in _parts(path)]


def _refuse_other_formats(table: str, data: Path) -> None:
    other = next((p for p in sorted(data.glob(f"{table}.*")) if not p.name.endswith((".partial", ".toml"))), None)
    if other is not None:
        raise DataError(f"{other.name}: this format is not read; write {table} as {_FORMATS}")


def _matches(table: str, pattern: str, data: Path) -> list[Path]:
    path = Path(pattern)
    folder, pattern = (path.parent, path.name) if path.is_absolute() else (data, pattern)
    try:
        found = [file for match in sorted(folder.glob(pattern)) for file in _parts(match)]
    except (ValueError, NotImplementedError) as error:
        raise ConfigError(f"esnaf.toml: [tables.{table}] files: {pattern!r} is no glob ({error})") from error
    if not found:
        raise DataError(f"{folder / pattern}: no such file, which [tables.{table}] files names; --data says the folder")
    return found


def _parts(path: Path) -> list[Path]:
    """A folder stands for the files in it, as distributed engines write them."""
    if not path.is_dir():
        return [path]
    parts = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith((".", "_")))
    if not parts:
        raise DataError(f"{path}: the folder has no files")
    return parts


def _open(path: Path, config: TableConfig, data: Path) -> Reader:
    place = str(path.relative_to(data)) if path.is_relative_to(data) else str(path)
    head = _head(path, place)
    name = path.name.lower()
    if not name.endswith(SUFFIXES):
        raise DataError(f"{place}: no known format; the name must end in {_FORMATS}")
    if not head:
        raise DataError(f"{place}: the file is empty (0 bytes)")
    _check_content(name, head, place)
    if name.endswith(".parquet"):
        return ParquetFile(path, place)
    if ".csv" in name:
        return CsvFile(path, place, encoding=config.encoding, delimiter=config.delimiter)
    return JsonLines(path, place)


def _head(path: Path, place: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise DataError(f"{place}: cannot be read ({error.strerror})") from error


def _check_content(name: str, head: bytes, place: str) -> None:
    actual = "Parquet" if head == _PARQUET else "gzip" if head[:2] == _GZIP else "plain"
    stated = "Parquet" if name.endswith(".parquet") else "gzip" if name.endswith(".gz") else "plain"
    if actual != stated and not (actual == "plain" and stated == "Parquet"):
        raise DataError(f"{place}: the content is {actual}, not what its name says; the endings are {_FORMATS}")
