"""Segments: the groups of R customers, found by one function for a million of them and for one."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features.arrays import Bools, Codes
from features.errors import UsageError
from features.segments.attributes import attributes_of
from features.segments.behavioural import Activity, Basket, Channel, Device, Platform, Regularity, Rhythm
from features.segments.config import SegmentsConfig
from features.segments.custom import OfExpression, Record
from features.segments.customers import Customers
from features.segments.cuts import Cuts
from features.segments.dimension import Asked, Dimension
from features.segments.facts import Known
from features.segments.foretold import FIFTH
from features.segments.value import FREQUENCY, MONETARY, RECENCY, Predicted, Rfm, Standing

TIMELESS: tuple[Dimension, ...] = (Rhythm(), Regularity(), Basket(), Channel(), Device(), Platform())
"""What neither the moment nor other customers have a part in: without new events nobody moves."""
PLAIN: tuple[Dimension, ...] = (Activity(), *TIMELESS, Standing(), Rfm(), RECENCY, FREQUENCY, MONETARY)
"""What is told by the events alone."""
OF_MODEL: tuple[Dimension, ...] = (Predicted(),)
"""What is there where a model foretells what customers spend; it is worked out whenever it is asked for."""


@dataclass(frozen=True)
class Column:
    """One dimension, assigned."""

    dimension: Dimension
    labels: Sequence[str]
    code: Codes  # (R,) -1 for none

    @property
    def kind(self) -> str:
        """One of the seven, or custom."""
        return self.dimension.kind

    @property
    def name(self) -> str:
        """Of the dimension."""
        return self.dimension.name


@dataclass(frozen=True)
class Segments:
    """The groups of R customers."""

    columns: tuple[Column, ...]
    size: int

    def __len__(self) -> int:
        return self.size

    @cached_property
    def names(self) -> dict[str, tuple[Column, int]]:
        """Every segment by its full name, `value.vip`."""
        return {f"{c.kind}.{label}": (c, place) for c in self.columns for place, label in enumerate(c.labels)}

    def find(self, name: str) -> str:
        """The full name of a segment that people name in full, or without its kind; UsageError where there is none."""
        if name in self.names:
            return name
        found = [full for full in self.names if full.partition(".")[2] == name]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"segment '{name}' is one of {', '.join(found)}; give the whole name")
        known = [*self.names, *(full.partition(".")[2] for full in self.names)]
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean '{close[0]}'?" if close else f"`esnaf segments` lists the {len(self.names):,} there are"
        raise UsageError(f"no segment '{name}'; {hint}")

    def members(self, name: str) -> Bools:
        """(R,) who is in a segment; UsageError where there is none of that name."""
        column, code = self.names[self.find(name)]
        members: Bools = column.code == code
        return members

    def of(self, row: int) -> list[tuple[str, str]]:
        """The (kind, label) pairs of one customer."""
        return [(c.kind, c.labels[int(c.code[row])]) for c in self.columns if c.code[row] >= 0]

    def take(self, rows: Sequence[int]) -> "Segments":
        """Those of some customers, in that order."""
        at = np.asarray(rows, np.int64)
        return Segments(tuple(replace(column, code=column.code[at]) for column in self.columns), len(at))

    def held(self) -> dict[str, Codes]:
        """What a later assignment needs to leave customers where they are: (R,) by dimension."""
        return {column.name: column.code for column in self.columns}


def dimensions_of(customers: Customers, config: SegmentsConfig, learned: Sequence[Dimension] = ()) -> list[Dimension]:
    """All dimensions but the custom ones; `learned` are those of a model."""
    foretold = OF_MODEL if FIFTH in customers.given else ()
    return [*PLAIN, *foretold, *attributes_of(customers.profiles, config), *learned]


def segments_of(
    customers: Customers,
    cuts: Cuts,
    config: SegmentsConfig,
    *,
    held: Mapping[str, Codes] | None = None,
    learned: Sequence[Dimension] = (),
    known: Known | None = None,
    settled: Mapping[str, Codes] | None = None,
) -> Segments:
    """The groups of R customers as of `customers.time`.

    `held` are their groups by dimension when they were last assigned ((R,), -1 for none); `learned` the dimensions of a
    model; `known` the facts, where they were worked out before; `settled` the groups of dimensions that are taken as
    they stand. A customer's groups do not depend on who else is asked about. Where nothing is known, customers are in
    no group.

    Raises:
        ConfigError: a custom segment names what there is not.
    """
    known, before, there = known or Known(customers), held or {}, settled or {}
    columns = []
    for dimension in dimensions_of(customers, config, learned):
        code = there.get(dimension.name)
        if code is None:
            code = dimension.assign(Asked(known, cuts, config, before.get(dimension.name)))
        columns.append(Column(dimension, dimension.labels(known), code))
    return Segments((*columns, *_custom(columns, known, config)), len(customers))


def _custom(columns: Sequence[Column], known: Known, config: SegmentsConfig) -> Iterator[Column]:
    if not config.custom:
        return
    found = {f"{c.kind}.{label}": (c.code, place) for c in columns for place, label in enumerate(c.labels)}
    for segment in config.custom:
        dimension = OfExpression(segment)
        code = dimension.among(Record(known, found))
        found[f"custom.{segment.name}"] = code, 0
        yield Column(dimension, dimension.labels(known), code)


@dataclass(frozen=True)
class Reason:
    """Why a customer is in a segment."""

    kind: str
    label: str
    dimension: str
    why: str


def reasons(segments: Segments, known: Known, cuts: Cuts, config: SegmentsConfig) -> list[Reason]:
    """Why the one customer of some segments, and of some facts, is where they are."""
    told = []
    for column in segments.columns:
        code = int(column.code[0])
        if code >= 0:
            why = column.dimension.why(Asked(known, cuts, config, np.array([code], np.int32)), code)
            told.append(Reason(column.kind, column.labels[code], column.name, why))
    return told
