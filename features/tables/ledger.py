"""Ledger: the accepted rows of a shop's tables as they were taken in, so that only newer ones have to be read.

A folder of Arrow files that are never changed, each with the rows of one reading, and `ledger.json`, which names those
that count and is replaced in one step: whatever a crash leaves behind is not named there.
"""

import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from features.durable import sync
from features.logs import log
from features.tables.chunk import Column
from features.tables.config import TablesConfig
from features.tables.forgotten import Forgotten
from features.tables.promised import Promised
from features.tables.text import compact

FILE = "ledger.json"
FORMAT = 4


@dataclass(frozen=True)
class Ledger:
    """What was taken in until a moment."""

    folder: Path
    end: int  # rows of the tables of before this second were taken in
    rows: int  # of the events table, usable or not, with a time before `end`
    settings: str  # digest of those that say how tables are read
    left_out: tuple[str, ...] = ()  # digests of customers and devices whose events were left out, for want of consent
    segments: tuple[str, ...] = ()  # files of events, in the order in which they were taken in
    standing: str = ""  # file of the log that they make, from which a reading can go on
    statics: Mapping[str, str] = field(default_factory=dict)  # table that shares its file with the events -> file
    sequence: int = 0  # rows of the live store up to this one were taken in, unless they are of `live_end` or later
    live_end: int = 0  # in seconds
    live: str = ""  # digest of the rows that the live store had up to `sequence`
    promised: Promised | None = None  # the log that will stand

    @classmethod
    def open(cls, folder: Path, settings: str) -> Self | None:
        """The ledger of a folder; None where there is none, or none that was made by these settings (`digest`)."""
        try:
            found = json.loads((folder / FILE).read_bytes())
            if found.pop("format") != FORMAT:
                return None
            ledger = cls(
                folder, **{**found, "segments": tuple(found["segments"]), "left_out": tuple(found["left_out"])}
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("ledger.unreadable", file=str(folder / FILE), reason=str(error))
            return None
        return ledger if ledger.settings == settings and ledger._whole() else None

    @property
    def files(self) -> tuple[str, ...]:
        """All that it names."""
        return (*self.segments, *self.statics.values(), *([self.standing] if self.standing else []))

    @property
    def reach(self) -> int:
        """No event that was taken in is of this second or later."""
        return max(self.end, self.live_end)

    def _whole(self) -> bool:
        """Whether all that it names can be read: Arrow writes the end of a file last."""
        try:
            for name in (*self.segments, *self.statics.values()):
                _mapped(self.folder / name)
        except (OSError, pa.ArrowInvalid) as error:
            log.warning("ledger.damaged", folder=str(self.folder), reason=str(error))
            return False
        return True

    def events(self) -> Iterator[pa.Table]:
        """The rows of each reading, memory-mapped."""
        return (_mapped(self.folder / name) for name in self.segments)

    def stated(self) -> Column:
        """The customers and devices that the rows name."""
        texts = [rows.column("stated").combine_chunks().dictionary for rows in self.events()]
        return pc.unique(pa.chunked_array(texts, pa.string()))

    def without(self, gone: Column) -> tuple[Self, int]:
        """The ledger without the rows of some customers and devices, and how many those were. Files that have any are
        written anew."""
        segments, removed = [], 0
        for name, rows in zip(self.segments, self.events(), strict=True):
            left = _without(rows, gone)
            removed += len(rows) - len(left)
            segments += [name] if left is rows else [written(self.folder, left)] if len(left) else []
        return replace(self, segments=tuple(segments)), removed

    def static(self, table: str) -> pa.Table | None:
        """The rows of a static table that shares its file with the events."""
        return _mapped(self.folder / self.statics[table]) if table in self.statics else None

    def commit(self) -> None:
        """Let this ledger count, and take away what it does not name."""
        if self.promised is not None:
            replace(self, standing=self.promised.name(), promised=None).commit()
            return
        temporary = self.folder / f".{FILE}-{os.getpid()}"
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in {"folder", "promised"}}
        with temporary.open("w") as file:
            file.write(json.dumps({"format": FORMAT, **plain}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.folder / FILE)
        sync(self.folder)
        for path in self.folder.iterdir():
            if path.name not in {FILE, *self.files}:
                path.unlink(missing_ok=True)


def written(folder: Path, rows: pa.Table) -> str:
    """Write a file of rows, which no ledger names yet; its name."""
    path = unnamed(folder, "arrow")
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
        writer.write_table(rows)
    sync(path)
    return path.name


def unnamed(folder: Path, ending: str) -> Path:
    """A path for a file that no ledger names yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid.uuid4().hex}.{ending}"


def digest(config: TablesConfig, forgotten: Forgotten) -> str:
    """What tells apart the settings by which tables are read, and who is to be forgotten."""
    return sha256(repr((config, *forgotten.names)).encode()).hexdigest()[:16]


def digests(ids: Iterable[str]) -> tuple[str, ...]:
    """What those who did not consent are remembered by, so that it is noticed when they do."""
    return tuple(sorted(sha256(id.encode()).hexdigest()[:16] for id in ids))


def _without(rows: pa.Table, gone: Column) -> pa.Table:
    """The rows that do not state any of some customers and devices, and no trace of the others."""
    stated = rows.column("stated").combine_chunks()
    keep = pc.invert(pc.is_in(stated.dictionary, gone)).take(stated.indices)
    if pc.all(keep).as_py():
        return rows
    left = rows.filter(keep)
    texts = [name for name in left.column_names if pa.types.is_dictionary(left.schema.field(name).type)]
    for name in texts:
        column = left.column(name).combine_chunks()
        left = left.set_column(left.column_names.index(name), name, compact(column))
    return left


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
