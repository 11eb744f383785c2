"""Component: the links that hang together with some nodes, read from the live store and resolved."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sqlalchemy import Connection

from features.errors import EsnafError
from features.identity.config import CUSTOMER, DEVICES, IdentityConfig, strength
from features.identity.graph import Graph, Listed
from features.identity.questions import customers_of, links_of
from features.identity.resolution import Resolution, resolve
from features.tables.patterns import ANONYMOUS

MOST_NODES = 5_000
"""Of a component that is resolved live: more hang together by mistake, or because somebody wants it."""


class CrowdError(EsnafError):
    """More nodes hang together than are resolved live."""


@dataclass(frozen=True)
class Link:
    """A row of the store."""

    sequence: int
    one: str
    other: str
    time: int
    probability: float


@dataclass(frozen=True)
class Component:
    """All nodes that links lead to from some, and these links."""

    config: IdentityConfig
    nodes: tuple[str, ...]
    links: tuple[Link, ...]

    @classmethod
    def around(cls, connection: Connection, nodes: Iterable[str], config: IdentityConfig) -> "Component":
        """Read it. Values that are shared for sure, since more customers have them than all the persons could whom they
        may join, are not followed: what lies behind them is resolved the same without them. CrowdError for more than
        `MOST_NODES`."""
        found: dict[int, Link] = {}
        new, seen, hubs = set(nodes), set(nodes), set[str]()
        while new:
            busy = {node for node in new if _is_hub(connection, node, config)}
            hubs |= busy
            rows = [*links_of(connection, sorted(new - busy)), *links_of(connection, sorted(busy), customers=False)]
            links = (Link(*row) for row in rows)
            found |= {link.sequence: link for link in links if link.probability >= config.probability}
            new = {end for link in found.values() for end in (link.one, link.other)} - seen
            seen |= new
            if len(seen) > MOST_NODES:
                raise CrowdError(f"more than {MOST_NODES:,} identifiers hang together")
        kept = (found[sequence] for sequence in sorted(found))
        return cls(
            config, tuple(sorted(seen)), tuple(link for link in kept if hubs.isdisjoint(_weak_ends(link, config)))
        )

    @cached_property
    def resolution(self) -> Resolution:
        """Who is who in it."""
        names = list(dict.fromkeys(kind_of(node) for node in self.nodes))
        place = {name: i for i, name in enumerate(names)}
        number = {node: i for i, node in enumerate(self.nodes)}
        graph = Graph.of(
            [self.config.kind(name) for name in names],
            np.array([place[kind_of(node)] for node in self.nodes], np.int64),
            Listed([node.partition(":")[2] for node in self.nodes]),
            one=np.array([number[link.one] for link in self.links], np.int64),
            other=np.array([number[link.other] for link in self.links], np.int64),
            time=np.array([link.time for link in self.links], np.int64),
            probability=np.array([link.probability for link in self.links]),
        )
        return resolve(graph)

    def persons(self) -> dict[str, str]:
        """The id of the person of each customer and device, as the store calls them."""
        found = self.resolution
        ids: dict[str, str] = {}
        for node, chief in zip(self.nodes, found.chief.tolist(), strict=True):
            id, person = id_of(node), id_of(self.nodes[chief])
            if id is not None and person is not None:
                ids[id] = person if ids.get(id, person) == person else id
        return ids


def kind_of(node: str) -> str:
    """The kind of a node."""
    return node.partition(":")[0]


def id_of(node: str) -> str | None:
    """What the store's events call a customer or device; None for other nodes."""
    kind, _, value = node.partition(":")
    if kind == CUSTOMER:
        return value
    return ANONYMOUS + value if kind in DEVICES else None


def nodes_of(id: str) -> list[str]:
    """The nodes of what the events call a customer or device."""
    if id.startswith(ANONYMOUS):
        return [f"{kind}:{id.removeprefix(ANONYMOUS)}" for kind in DEVICES]
    return [f"{CUSTOMER}:{id}"]


def _is_hub(connection: Connection, node: str, config: IdentityConfig) -> bool:
    kind = config.kind(kind_of(node))
    most = kind.owners * config.kind(CUSTOMER).limit
    if kind.name == CUSTOMER:
        return False
    return customers_of(connection, node, most=most, probability=config.probability) > most


def _weak_ends(link: Link, config: IdentityConfig) -> tuple[str, ...]:
    """The end of the weaker kind, both where they are of one."""
    one, other = (strength(config.kind(kind_of(end))) for end in (link.one, link.other))
    return (link.one, link.other) if one == other else (max((one, link.one), (other, link.other))[1],)
