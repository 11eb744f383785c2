"""Extras: the columns of an event that tell it apart from equal ones, and that training does not read."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.arrays import Bools, Doubles
from features.tables.chunk import Column
from features.tables.hashing import Hashes, hash_column
from features.tables.numbers import numbers
from features.tables.patterns import MAX_POSITION, MAX_PROPERTIES_BYTES
from features.tables.properties import canonical
from features.tables.text import Text, encode

IDS = ("session_id", "channel", "device", "recommendation_id")


@dataclass(frozen=True)
class Extras:
    """n rows of them."""

    ids: tuple[Text, ...]  # in the order of IDS
    properties: Text  # JSON in its canonical form
    position: Doubles  # in the list that was shown, NaN where none is known

    @classmethod
    def of(cls, column: Callable[[str], Column]) -> "Extras":
        """Read them; `column` gives the one of a canonical name."""
        ids = tuple(encode(column(name)) for name in IDS)
        position, _ = numbers(column("position"))
        usable = (position >= 0) & (position <= MAX_POSITION) & (position == np.floor(position))
        return cls(ids, _canonical(encode(column("properties"))), np.where(usable, position, np.nan))

    def hashes(self) -> list[Hashes]:
        """(n,) hashes of each text."""
        return [text_hashes(text) for text in (*self.ids, self.properties)]

    def bad_properties(self) -> Bools:
        """(n,) rows whose properties cannot be kept."""
        bad = [len(t.encode()) > MAX_PROPERTIES_BYTES or "\0" in t for t in self.properties.texts.to_pylist()]
        return self.properties.where(np.array(bad, bool))


def text_hashes(text: Text) -> Hashes:
    """(n,) hashes of the texts, 0 where there is none."""
    hashes: Hashes = np.append(hash_column(text.texts), np.uint64(0))[text.code]
    return hashes


def _canonical(text: Text) -> Text:
    """Equal objects are one text."""
    found = pa.array([canonical(t) for t in text.texts.to_pylist()], pa.string()).dictionary_encode()
    code = np.append(found.indices.to_numpy(zero_copy_only=False).astype(np.int32), np.int32(-1))
    return Text(code[text.code], found.dictionary)
