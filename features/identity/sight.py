"""Sight: what one identify event says of who somebody is; nothing personal of it stays with the event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from features.identity.config import ANONYMOUS_ID, CUSTOMER, IdentityConfig, Kind, kind_name, strength
from features.identity.keys import Keys
from features.identity.normalise import normal
from features.store.event import Event, signed
from features.store.judge import content_key
from features.store.values import text_of
from features.tables.patterns import ANONYMOUS
from features.tables.properties import canonical, members

_MOST = 16  # identifiers of one event: each may be linked with each


@dataclass(frozen=True)
class Node:
    """One identifier."""

    name: str  # `KIND:VALUE`, with the keyed hash for the value of a personal kind
    kind: Kind
    value: str = field(repr=False)  # as it came in
    former: tuple[str, ...] = ()  # names under secrets of before


@dataclass(frozen=True)
class Sight:
    """Identifiers that were seen together."""

    who: str  # id in the store: a customer's, or `anon:X`
    time: int  # seconds since the epoch, UTC
    nodes: tuple[Node, ...]  # strongest first
    traits: Mapping[str, Any] = field(repr=False)  # what describes the person, by name
    unkept: int = 0  # personal values that cannot be kept, for want of a secret

    @property
    def links(self) -> list[tuple[str, str]]:
        """Pairs of nodes: everything with the customer, or each with each where no customer is named."""
        names = [node.name for node in self.nodes]
        if names and self.nodes[0].kind.name == CUSTOMER:
            pairs: Any = ((names[0], name) for name in names[1:])
        else:
            pairs = combinations(names, 2)
        return [(min(pair), max(pair)) for pair in pairs]


def seen(event: Event, config: IdentityConfig, keys: Keys | None) -> tuple[Event, Sight]:
    """An identify event without what is personal in its properties, and what it says.

    Identifiers and traits are looked for in the properties and in an object `traits` among them.
    """
    stated = _object(event.properties)
    traits, stays, nodes, unkept = {}, dict[str, Any](), _own(event, config), 0
    for place, name, value in _members(stated):
        known = config.known.get(kind_name(name))
        if known is not None:
            node = _node(known, text_of(value) or "", config, keys)
            unkept += node is None and known.personal and keys is None
            nodes += [] if node is None else [node]
        elif kind_name(name) in config.described:
            traits[kind_name(name)] = value
            unkept += keys is None
        elif name:
            (stays.setdefault("traits", {}) if place else stays)[name] = value
    if event.properties is not None and stays != stated:
        event = _stripped(event, stays)
    order = sorted({node.name: node for node in nodes}.values(), key=lambda node: (*strength(node.kind), node.name))
    return event, Sight(event.customer_id, event.time, tuple(order[:_MOST]), traits if keys else {}, unkept)


def _members(stated: Mapping[str, Any]) -> Iterator[tuple[bool, str, Any]]:
    """Whether each stands among the traits, its name, its value."""
    for name, value in stated.items():
        if name == "traits" and isinstance(value, dict):
            yield from ((True, inner, own) for inner, own in value.items())
        else:
            yield False, name, value


def _own(event: Event, config: IdentityConfig) -> list[Node]:
    nodes = []
    if not event.customer_id.startswith(ANONYMOUS):
        nodes.append(_node(config.kind(CUSTOMER), event.customer_id, config, None))
    if event.anonymous_id is not None:
        nodes.append(_node(config.kind(ANONYMOUS_ID), event.anonymous_id, config, None))
    return [node for node in nodes if node is not None]


def _node(kind: Kind, value: str, config: IdentityConfig, keys: Keys | None) -> Node | None:
    found = normal(value, kind, config)
    if found is None or (kind.personal and keys is None):
        return None
    values = keys.hashes(kind.name, found) if kind.personal and keys else [found]
    name, *former = (f"{kind.name}:{one}" for one in values)
    return Node(name, kind, value, tuple(former))


def _stripped(event: Event, stays: Mapping[str, Any]) -> Event:
    """With a key of what is left: one of everything could be tried against guesses."""
    event = event._replace(properties=canonical(dict(stays)) if stays else None)
    return event if event.event_id is not None else event._replace(key=signed(content_key(event)))


def _object(properties: str | None) -> dict[str, Any]:
    """What is no object is a text that anything may stand in: nothing of it is known, and nothing is kept."""
    found = members(properties)
    return found if found or not properties or properties == "{}" else {"": properties}
