"""Gathering: links of tables and of the live store put together as one graph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Array, Codes, Counts, Doubles, Times
from features.identity.config import CUSTOMER, DEVICES, IdentityConfig, Kind
from features.identity.graph import Graph
from features.identity.keys import Keys
from features.identity.link import StoredLink
from features.identity.normalise import normal
from features.identity.plain import plain
from features.identity.resolution import Resolution, resolve
from features.tables.chunk import Column
from features.tables.patterns import ANONYMOUS
from features.tables.text import Text


@dataclass(frozen=True)
class Members:
    """Ids that are known under another one."""

    ids: Column  # distinct: customers, and `anon:VALUE` for devices
    persons: Column  # the id that stands for the person of each
    nobody: Column  # devices that several persons have
    shared: int  # device ids that several persons have, or that are blocked


@dataclass
class Gathering:
    """Links from wherever they come."""

    config: IdentityConfig
    keys: Keys | None = None  # to find personal values of the tables among those of the store
    _links: list[tuple[Array, Array, Array, Array]] = field(default_factory=list)
    _nodes: "dict[str, _Nodes]" = field(default_factory=dict)  # by kind
    _hashed: bool = False
    _blocked: int = 0  # distinct values of devices that identify nobody

    def add_stored(self, links: Sequence[StoredLink]) -> None:
        """Links of the live store; those that matching found with too little confidence are left out."""
        links = [link for link in links if link.probability >= self.config.probability]
        if not links:
            return
        kinds = {node.partition(":")[0] for link in links for node in (link.one, link.other)}
        self._hashed |= any(self.config.kind(kind).personal for kind in kinds)
        one, other = (self._of_nodes(list(nodes)) for nodes in zip(*((ln.one, ln.other) for ln in links), strict=True))
        time = np.array([link.time for link in links], np.int64)
        self._links.append((one, other, time, np.array([link.probability for link in links])))

    def add_rows(
        self, customer: Text, kind: Text, value: Text, time: Times, probability: Doubles | None = None
    ) -> None:
        """Rows of the identities table, none of them without a customer, a kind and a value; those of too little
        `probability` (default: all are certain) are left out."""
        certain = np.ones(len(time)) if probability is None else probability
        owner = self._numbers(self.config.kind(CUSTOMER), customer)
        other = np.full(len(time), -1, np.int64)
        names = kind.texts.to_pylist()
        for code in np.unique(kind.code).tolist():
            rows = np.flatnonzero(kind.code == code)
            other[rows] = self._numbers(self.config.kind(names[code]), value.only(kind.code == code))
        good = (owner >= 0) & (other >= 0) & (certain >= self.config.probability)
        self._links.append((owner[good], other[good], time[good], certain[good]))

    def graph(self) -> "tuple[Graph, Names]":
        """All of it."""
        names = Names.joined(self._nodes)
        parts = [np.concatenate(part) for part in zip(*self._links, strict=True)] or [np.zeros(0, np.int64)] * 4
        one, other = (names.number(part) for part in parts[:2])
        kinds = [nodes.kind for nodes in self._nodes.values()]
        graph = Graph.of(kinds, names.kind, names, one=one, other=other, time=parts[2], probability=parts[3])
        return graph, names

    def members(self) -> Members:
        """Who is known under another id."""
        graph, names = self.graph()
        found = resolve(graph)
        return _members(found, names, self._blocked)

    def _numbers(self, kind: Kind, text: Text) -> Array:
        """(n,) nodes of some values, -1 for those that identify nobody."""
        there = np.zeros(len(text.texts) + 1, np.bool_)
        there[text.code] = True
        used = np.flatnonzero(there[:-1])
        values = text.texts.take(pa.array(used))
        ready = plain(values, kind).tolist()
        found = [self._written(kind, value, done) for value, done in zip(values.to_pylist(), ready, strict=True)]
        self._blocked += found.count(None) if kind.name in DEVICES else 0
        number = np.full(len(text.texts) + 1, -1, np.int64)
        number[used] = self._held(kind).numbers(found)
        return number[text.code]

    def _written(self, kind: Kind, value: str, done: bool) -> str | None:
        found = value if done else normal(value, kind, self.config)
        if found is None or not (kind.personal and self._hashed and self.keys is not None):
            return found
        return self.keys.hash(kind.name, found)

    def _held(self, kind: Kind) -> "_Nodes":
        return self._nodes.setdefault(kind.name, _Nodes(kind, len(self._nodes)))

    def _of_nodes(self, nodes: Sequence[str]) -> Array:
        number = np.empty(len(nodes), np.int64)
        by: dict[str, list[int]] = {}
        for place, node in enumerate(nodes):
            by.setdefault(node.partition(":")[0], []).append(place)
        for name, places in by.items():
            values: list[str | None] = [nodes[place][len(name) + 1 :] for place in places]
            number[places] = self._held(self.config.kind(name)).numbers(values)
        return number


@dataclass
class _Nodes:
    """The values of one kind, numbered as they come; the kind is in the upper half of a number."""

    kind: Kind
    place: int
    number: dict[str, int] = field(default_factory=dict)

    def numbers(self, values: Sequence[str | None]) -> list[int]:
        known, high = self.number, self.place << 40
        return [-1 if value is None else high | known.setdefault(value, len(known)) for value in values]


@dataclass(frozen=True)
class Names:
    """The values of all nodes of a graph, kind after kind."""

    texts: Column  # (V,)
    kind: Array  # (V,) place of the kind
    names: Sequence[str]  # of the kinds, by place
    start: Counts  # of each kind

    @classmethod
    def joined(cls, nodes: "Mapping[str, _Nodes]") -> Self:
        """The nodes of all kinds."""
        texts = [pa.array(list(one.number), pa.string()) for one in nodes.values()]
        sizes = np.array([len(one) for one in texts], np.int64)
        kind = np.repeat(np.arange(len(texts), dtype=np.int8), sizes)
        return cls(pa.chunked_array(texts, pa.string()).combine_chunks(), kind, list(nodes), np.cumsum(sizes) - sizes)

    def of(self, nodes: Codes | Counts) -> list[str]:
        """The value of each node."""
        found: list[str] = self.texts.take(pa.array(nodes)).to_pylist()
        return found

    def ids(self, nodes: Codes | Counts) -> Column:
        """What the events call customers and devices."""
        device = np.array([name in DEVICES for name in self.names] or [False])[self.kind[nodes]]
        values = self.texts.take(pa.array(nodes))
        return pc.if_else(pa.array(device), pc.binary_join_element_wise(ANONYMOUS, values, ""), values)

    def number(self, held: Array) -> Counts:
        """Numbers of `_Nodes` as nodes of the graph."""
        found: Counts = self.start[held >> 40] + (held & (1 << 40) - 1) if len(self.start) else held
        return found


def _members(found: Resolution, names: Names, blocked: int) -> Members:
    """Customers and devices whose person has another id."""
    device = np.array([name in DEVICES for name in names.names] or [False])[names.kind]
    shared = names.ids(np.flatnonzero(found.shared & device))
    stands = np.array([name in (CUSTOMER, *DEVICES) for name in names.names] or [False])[names.kind]
    nodes = np.flatnonzero(stands & stands[found.chief])
    ids, persons, torn = _agreed(names.ids(nodes), names.ids(found.chief[nodes]))
    other = pc.not_equal(ids, persons)
    nobody = pc.unique(pa.chunked_array([shared, torn], pa.string()))
    return Members(ids.filter(other), persons.filter(other), nobody, blocked + len(nobody))


def _agreed(ids: Column, persons: Column) -> tuple[Column, Column, Column]:
    """Each id once, and those that are nobody's, since they are one person's as a device and another's as an anonymous
    id."""
    id, person = (_codes(column) for column in (ids, persons))
    order = np.lexsort((person, id))
    id, person = id[order], person[order]
    start = np.flatnonzero(np.append(True, id[1:] != id[:-1])[: len(id)])
    end = np.append(start[1:], len(id)) - 1
    same = person[start] == person[end[: len(start)]] if len(start) else np.zeros(0, np.bool_)
    at = pa.array(order[start[same]])
    return ids.take(at), persons.take(at), ids.take(pa.array(order[start[~same]]))


def _codes(column: Column) -> Codes:
    codes: Codes = column.dictionary_encode().indices.to_numpy()
    return codes
