"""Answers: what customers said in surveys, read from the events of tables and live store.

Kinds and scales are the field's: CSAT from 1 to 5, CES from 1 to 7, NPS from 0 to 10 (reichheld2003number).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa

from features.arrays import Array, Codes, Doubles, Times
from features.identity.aliases import Aliases
from features.kinds import Kind
from features.tables.chunk import Chunk, Reader
from features.tables.columns import resolve
from features.tables.config import TablesConfig
from features.tables.dialects import kind_of
from features.tables.text import encode
from features.tables.times import times
from features.vocabulary import Vocabulary

SCALES = {"csat": (1, 5), "ces": (1, 7), "nps": (0, 10)}
KINDS = tuple(SCALES)
_NEEDED = ("customer_id", "timestamp", "event_type", "properties")


@dataclass(frozen=True)
class Answers:
    """A answers of known customers."""

    customer: Codes  # (A,)
    time: Times  # (A,)
    kind: Codes  # (A,) place in KINDS
    score: Doubles  # (A,)

    @classmethod
    def read(
        cls,
        readers: Sequence[Reader],
        config: TablesConfig,
        customers: Vocabulary,
        aliases: Aliases,
        *,
        live: Reader | None = None,
    ) -> Self:
        """All of them that say a score of their scale, each once, under whichever id it was given; those of customers
        that are not known, or who are to be forgotten, are left out. `live` events have the canonical columns."""
        found = {row for reader in readers for row in _of_reader(reader, config, config.events.columns)}
        if live is not None:
            found.update(_of_reader(live, config, {}))
        rows = sorted(found)
        who = np.array(customers.find(pa.array([row[0] for row in rows], pa.string())))
        for place in np.flatnonzero(who < 0).tolist():
            who[place] = aliases.customer_of(rows[place][0])
        known = who >= 0
        columns = [np.array([row[place] for row in rows]) for place in (1, 2, 3)]
        time, kind, score = (column[known] if len(column) else column for column in columns)
        return cls(who[known], time.astype(np.int64), kind.astype(np.int32), score.astype(np.float64))

    def only(self, keep: Array) -> "Answers":
        """Some of them."""
        return Answers(self.customer[keep], self.time[keep], self.kind[keep], self.score[keep])


def _of_reader(
    reader: Reader, config: TablesConfig, mapping: Mapping[str, Any]
) -> Iterator[tuple[str, int, int, float]]:
    columns = resolve("events", reader.names, mapping=mapping, place=reader.place, sparse=reader.sparse)
    if not all(name in columns for name in _NEEDED):
        return
    own = {name: columns.own[name][0] for name in _NEEDED}
    for chunk in reader.chunks(list(own.values())):
        yield from _of_chunk(chunk, own, config)


def _of_chunk(chunk: Chunk, own: dict[str, str], config: TablesConfig) -> Iterator[tuple[str, int, int, float]]:
    stated = encode(chunk.column(own["event_type"]))
    survey = stated.where(np.array([kind_of(text) == Kind.SURVEY for text in stated.texts.to_pylist()], np.bool_))
    if not survey.any():
        return
    rows = pa.table({name: chunk.column(column) for name, column in own.items()}).filter(pa.array(survey))
    seconds, bad = times(rows["timestamp"].combine_chunks(), config.time)
    who, said = (encode(rows[name].combine_chunks()) for name in ("customer_id", "properties"))
    ids, texts = who.texts.to_pylist(), [_read(text) for text in said.texts.to_pylist()]
    for customer, answer, time, wrong in zip(who.code, said.code, seconds.tolist(), bad.tolist(), strict=True):
        score = texts[answer] if answer >= 0 else None
        if customer >= 0 and score is not None and not wrong:
            yield ids[customer], int(time), *score


def _read(text: str) -> tuple[int, float] | None:
    """The kind and score of a survey's properties, None where they are not on a scale."""
    try:
        said = json.loads(text)
        kind, score = str(said["kind"]).casefold(), float(said["score"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    low, high = SCALES.get(kind, (1, 0))
    return (KINDS.index(kind), score) if low <= score <= high else None
