"""Attributes of one customer, each with where it comes from and since when it is known.

Several sources may tell the same attribute: the customers table, identify events, and what was said by PUT. One of them
counts: the most trusted, as the settings say, and among equals the latest.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from features.identity.config import kind_name
from features.kinds import Kind
from serving.clock import shown_time
from serving.record.config import Origin, RecordConfig
from serving.record.masking import masked
from serving.record.subject import Subject

_SOURCES: Mapping[Origin, str] = {"said": "said to the shop", "events": "identify event", "table": "customers table"}
_OF_TRAITS: Mapping[str, Origin] = {"said": "said", "table": "table"}  # the others are of events
_NOT_ATTRIBUTES = ("consent", "traits")
_LONGEST = 200  # characters
_MOST = 200  # attributes


class _Told(NamedTuple):
    """One word on one attribute."""

    name: str
    value: str
    origin: Origin
    time: int  # seconds since the epoch, UTC: as of when it holds, or when it was said


def attributes(subject: Subject) -> list[dict[str, Any]]:
    """By name. What describes the person (`[identity] names`) is masked."""
    trusted = subject.desk.keeper.settings.section("record", RecordConfig).trusted
    place: Mapping[Origin, int] = {origin: -number for number, origin in enumerate(trusted)}
    best: dict[str, _Told] = {}
    for told in (*_of_table(subject), *_of_events(subject), *_of_traits(subject)):
        key, known = kind_name(told.name), best.get(kind_name(told.name))
        if known is None or _weight(told, place) >= _weight(known, place):
            best[key] = told
    found = sorted(best.values())[:_MOST]
    return [
        {"name": one.name, "value": one.value, "source": _SOURCES[one.origin], "as_of": shown_time(one.time)}
        for one in found
    ]


def _weight(told: _Told, place: Mapping[Origin, int]) -> tuple[int, int]:
    return place.get(told.origin, -len(place)), told.time


def _of_table(subject: Subject) -> Iterator[_Told]:
    """As of the model."""
    if subject.index < 0:
        return
    for name, attribute in subject.model.profiles.attributes.items():
        code = int(attribute.code[subject.index])
        if code >= 0:
            yield _Told(name, str(attribute.names[code]), "table", subject.model.time)


def _of_events(subject: Subject) -> Iterator[_Told]:
    """What identify events say that is neither an identifier nor sealed: these are not kept with an event."""
    for event in subject.events:
        if event.kind == Kind.IDENTIFY and event.properties:
            for name, value in _members(json.loads(event.properties)):
                text = _text(value)
                if text and kind_name(name) not in _NOT_ATTRIBUTES:
                    yield _Told(name, text, "events", event.time)


def _of_traits(subject: Subject) -> Iterator[_Told]:
    for trait in subject.traits:
        text = _text(trait.value)
        if text:
            yield _Told(trait.name, masked(text), _OF_TRAITS.get(trait.source, "events"), trait.time)


def _members(stated: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties, and those of an object `traits` among them."""
    yield from stated.items()
    inner = stated.get("traits")
    if isinstance(inner, dict):
        yield from inner.items()


def _text(value: Any) -> str | None:
    """None for what is no plain value."""
    if isinstance(value, str):
        return value.strip()[:_LONGEST] or None
    return json.dumps(value) if isinstance(value, bool | int | float) else None
