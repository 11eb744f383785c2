"""Graphs from lists of links as one would write them down."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from features.identity.config import IdentityConfig, Kind
from features.identity.graph import Graph, Listed
from features.identity.resolution import Resolution, resolve

Node = tuple[str, str]
Link = tuple[Node, Node, int]  # with the time

NAMES = {"c": "customer_id", "e": "email", "p": "phone", "d": "device_id", "a": "anonymous_id", "l": "loyalty_card"}


def graph_of(links: Iterable[Link], config: IdentityConfig, extra: Iterable[Node] = ()) -> tuple[Graph, list[Node]]:
    """A graph, and its nodes in their order."""
    links = list(links)
    nodes = list(dict.fromkeys([*extra, *(node for link in links for node in link[:2])]))
    kinds: list[Kind] = [config.kind(name) for name in dict.fromkeys(NAMES[k] for k, _ in nodes)]
    place = {kind.name: i for i, kind in enumerate(kinds)}
    number = {node: i for i, node in enumerate(nodes)}
    graph = Graph.of(
        kinds,
        np.array([place[NAMES[k]] for k, _ in nodes], np.int64),
        Listed([value for _, value in nodes]),
        one=np.array([number[link[0]] for link in links], np.int64),
        other=np.array([number[link[1]] for link in links], np.int64),
        time=np.array([link[2] for link in links], np.int64),
    )
    return graph, nodes


def persons(links: Iterable[Link], config: IdentityConfig | None = None) -> set[frozenset[Node]]:
    """The nodes of each person."""
    graph, nodes = graph_of(links, config or IdentityConfig())
    return groups(resolve(graph), nodes)


def groups(found: Resolution, nodes: list[Node]) -> set[frozenset[Node]]:
    """Nodes that are one person."""
    by: dict[int, set[Node]] = {}
    for node, who in zip(nodes, found.person.tolist(), strict=True):
        by.setdefault(who, set()).add(node)
    return set(map(frozenset, by.values()))


def limited(config: IdentityConfig, **limits: int) -> IdentityConfig:
    """The same with other limits."""
    from features.identity.config import KindConfig

    return replace(config, kinds={name: KindConfig(limit=limit) for name, limit in limits.items()})
