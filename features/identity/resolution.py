"""Resolution: which nodes are one person, as a pure function of the links.

Kinds take turns, the strongest first, and no turn undoes what came before. In the turn of a kind

1. a value that more persons have by now than it may join (`owners`) is shared: its links are left out, so that neither
   a tablet nor a call centre's number makes strangers one; and where values of the kind are linked with each other that
   more persons have together than one of them may join, these links between them are;
2. the persons whom the others join become one, if that leaves nobody with more values of a kind than its `limit`;
3. where it would, the links are taken one by one, by probability, time and value, each unless it breaks a limit.

The result depends neither on the order of the links nor on how often they came, and it is the same for a part of the
graph that no link leaves as for the whole, so that live work need look at no more than that part. The rules are those
of the field (Twilio Segment, "Identity Resolution Onboarding") freed of the order of events.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Array, Bools, Codes, Counts
from features.identity.config import CUSTOMER, DEVICES
from features.identity.graph import Graph

_FEW = 500  # links


@dataclass(frozen=True)
class Resolution:
    """Who is who in a graph of V nodes and E links."""

    graph: Graph
    person: Codes  # (V,) the same number for all nodes of a person
    kept: Bools  # (E,) links that count
    shared: Bools  # (V,) values that identify nobody, since several persons have them

    @cached_property
    def chief(self) -> Codes:
        """(V,) the node that stands for the person of each node: the customer who was seen first, else the device."""
        graph, order = self.graph, self._by_age
        chief = np.full(len(graph), -1, np.int32)
        who = self.person[order]
        chief[who[::-1]] = order[::-1]  # the first of each person is written last
        return chief[self.person]

    @property
    def _by_age(self) -> Counts:
        """(V,) nodes: customers, devices, others; then by kind, by when they were first seen, and by value."""
        graph = self.graph
        first = graph.first
        place = [(kind.name != CUSTOMER) + (kind.name not in (CUSTOMER, *DEVICES)) for kind in graph.kinds]
        order = np.lexsort((first, graph.kind, np.array(place or [0], np.int8)[graph.kind]))
        key = np.stack([graph.kind[order].astype(np.int64), first[order]])
        tied = np.append(False, (key[:, 1:] == key[:, :-1]).all(axis=0))
        crowded = np.bincount(self.person, minlength=len(graph))[self.person[order]] > 1
        return _by_value(graph, order, tied, crowded, self.person)


def _by_value(graph: Graph, order: Counts, tied: Bools, crowded: Bools, person: Codes) -> Counts:
    """Nodes of one person that are equally old, by their values; nodes of others need no order among each other."""
    run = np.cumsum(~tied)
    at = np.flatnonzero(crowded)
    key = run[at].astype(np.int64) << 32 | person[order[at]]
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    again = at[count[place] > 1]
    if not len(again):
        return order
    nodes, key = order[again], key[count[place] > 1]
    values = graph.values.of(nodes)
    by = sorted(range(len(nodes)), key=lambda i: (key[i], values[i]))
    # Each goes to a place that a node of its own run and person had, so that the runs stay in order.
    places = again[np.lexsort((again, key))]
    found = order.copy()
    found[places] = nodes[by]
    return found


def resolve(graph: Graph) -> Resolution:
    """Who is who; 2 million links take seconds."""
    person = np.arange(len(graph), dtype=np.int32)
    kept = np.zeros(len(graph.strong), np.bool_)
    shared = np.zeros(len(graph), np.bool_)
    turn = graph.kind[graph.weak]
    for rank, kind in enumerate(graph.kinds):
        links = np.flatnonzero(turn == rank)
        if not len(links):
            continue
        many = _shared(graph, links, person, kind.owners)
        shared[many] = True
        links = links[~shared[graph.weak[links]] & ~(shared[graph.strong[links]] & _alike(graph, links))]
        links = _without_bridges(graph, links, person, kind.owners)
        good = _within_limits(graph, links, person)
        kept[links[good]] = True
        person = _united(person, graph.strong[links[good]], graph.weak[links[good]])
    return Resolution(graph, person, kept, shared)


def _shared(graph: Graph, links: Counts, person: Codes, owners: int) -> Codes:
    """Nodes of the kind whose turn it is that more persons have than they may join."""
    across = links[~_alike(graph, links)]
    return _crowded(graph.weak[across], person[graph.strong[across]], owners)


def _without_bridges(graph: Graph, links: Counts, person: Codes, owners: int) -> Counts:
    """The links without those between values of one kind that more persons have together than one value may join."""
    alike = _alike(graph, links)
    if alike.all() or not alike.any():
        return links
    bridges, across = links[alike], links[~alike]
    together = _united(np.arange(len(graph), dtype=np.int32), graph.strong[bridges], graph.weak[bridges])
    crowded = _crowded(together[graph.weak[across]], person[graph.strong[across]], owners)
    alike[alike] = np.isin(together[graph.weak[bridges]], crowded)
    return links[~alike]


def _alike(graph: Graph, links: Counts) -> Bools:
    """(L,) whether both ends of a link are of one kind."""
    found: Bools = graph.kind[graph.strong[links]] == graph.kind[graph.weak[links]]
    return found


def _crowded(values: Codes, persons: Codes, most: int) -> Codes:
    """The values that more than so many different persons have; a pair for each time that one is had."""
    pairs = np.unique(values.astype(np.int64) << 32 | persons)
    value, count = np.unique(pairs >> 32, return_counts=True)
    found: Codes = value[count > most].astype(np.int32)
    return found


def _united(person: Codes, one: Codes, other: Codes) -> Codes:
    """(V,) numbers of persons after those of some nodes have become one; a person's number is one of its nodes."""
    involved, place = np.unique(np.concatenate([person[one], person[other]]), return_inverse=True)
    label = _components(len(involved), place[: len(one)], place[len(one) :])
    first = np.full(label.max(initial=-1) + 1, -1, np.int32)
    first[label[::-1]] = involved[::-1]
    target = np.arange(len(person), dtype=np.int32)
    target[involved] = first[label]
    return target[person]


def _components(size: int, one: Array, other: Array) -> Array:
    """(size,) the number of the connected part of each."""
    if len(one) <= _FEW:
        return _few_components(size, one.tolist(), other.tolist())
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    matrix = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(size, size))
    found: Array = connected_components(matrix, directed=False)[1]
    return found


def _few_components(size: int, one: list[int], other: list[int]) -> Array:
    """The same for the few links of a live event, for which building a matrix takes longer than following them."""
    parent = list(range(size))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for a, b in zip(one, other, strict=True):
        parent[root(a)] = root(b)
    return np.unique([root(node) for node in range(size)], return_inverse=True)[1]


def _within_limits(graph: Graph, links: Counts, person: Codes) -> Bools:
    """(L,) the links that can be followed without anybody getting too many values of a kind."""
    merged = _united(person, graph.strong[links], graph.weak[links])
    touched = np.zeros(len(graph), np.bool_)
    touched[merged[graph.strong[links]]] = True
    nodes = np.flatnonzero(touched[merged])
    key, count = np.unique(merged[nodes].astype(np.int64) << 8 | graph.kind[nodes], return_counts=True)
    limit = np.array([kind.limit for kind in graph.kinds])
    over = np.zeros(len(graph), np.bool_)
    over[key[count > limit[key & 0xFF]] >> 8] = True
    good = ~over[merged[graph.strong[links]]]
    doubtful = np.flatnonzero(~good)
    if len(doubtful):
        members = nodes[over[merged[nodes]]]
        good[doubtful] = _one_by_one(graph, links[doubtful], person, members)
    return good


def _one_by_one(graph: Graph, links: Counts, person: Codes, members: Counts) -> Bools:
    """(L,) the links that are followed when each, the best first, is unless it breaks a limit."""
    limits = [kind.limit for kind in graph.kinds]
    held: dict[int, Counter[int]] = {}
    for who, kind in zip(person[members].tolist(), graph.kind[members].tolist(), strict=True):
        held.setdefault(who, Counter())[kind] += 1
    parent = {who: who for who in held}

    def root(who: int) -> int:
        while parent[who] != who:
            parent[who] = who = parent[parent[who]]
        return who

    good = np.zeros(len(links), np.bool_)
    for at in _best_first(graph, links):
        one, other = root(int(person[graph.strong[links[at]]])), root(int(person[graph.weak[links[at]]]))
        if one != other:
            small, large = sorted((one, other), key=lambda who: len(held[who]))
            both = held[large] + held[small]
            if any(both[kind] > limits[kind] for kind in held[small]):
                continue
            parent[small], held[large] = large, both
        good[at] = True
    return good


def _best_first(graph: Graph, links: Counts) -> list[int]:
    strong, weak = graph.values.of(graph.strong[links]), graph.values.of(graph.weak[links])
    kind = graph.kind[graph.strong[links]].tolist()  # nodes of one value may be of two kinds
    time, probability = graph.time[links].tolist(), graph.probability[links].tolist()
    keys = [(-probability[i], time[i], kind[i], *sorted((weak[i], strong[i])), weak[i]) for i in range(len(links))]
    return sorted(range(len(links)), key=keys.__getitem__)
