"""Export: all that is known of one person as one JSON object, in the clear: it is for the person."""

from dataclasses import asdict
from typing import Any

import numpy as np

from features.consent.audit import read
from features.identity.known import traits_of
from features.kinds import Kind
from features.store.event import Event
from serving.bodies import ListRequest
from serving.clock import shown_time
from serving.desk import Desk
from serving.live import known_as
from serving.record.record import Records
from serving.record.subject import Subject

_MOST = 1_000_000  # events of one customer


def exported(desk: Desk, records: Records, customer_id: str) -> dict[str, Any]:
    """The record, and everything it is made of: the model's history, the store's events, lists, statements, accesses.

    RequestError (404) for somebody of whom nothing is known; StoreError where the store cannot be read.
    """
    subject = Subject.of(desk, customer_id)
    reader, store = desk.keeper.reading(), desk.keeper.store
    who = known_as(ListRequest.model_construct(customer_id=customer_id))
    events = reader.since(subject.ids, limit=_MOST) if reader else []
    devices = sorted({event.anonymous_id for event in events if event.anonymous_id is not None})
    accesses = [one for id in subject.known_as for one in read(store.backend, customer_id=id)] if store else []
    told = subject.told
    return {
        "record": records.of(subject),
        "anonymous_ids": devices,
        "ids": [id for id in subject.ids if id != who],
        "identifiers": [one._asdict() for one in subject.identifiers],
        "traits": {} if reader is None or store is None else traits_of(reader, subject.ids, store.book.keys),
        "history_in_model": _history(subject),
        "events_in_store": [_event(event) for event in events],
        "interests_told": None if told is None else asdict(told),
        "consents_stated": [
            {"time": shown_time(c.time), "source": c.source, "purposes": c.consent.named} for c in subject.changes
        ],
        "lists_shown": records.lists.every(subject.known_as),
        "accesses": [
            {"time": shown_time(one.time), "by": one.actor, "action": one.action, "result": one.result}
            for one in sorted(accesses, key=lambda one: one.time, reverse=True)
        ],
    }


def _history(subject: Subject) -> list[dict[str, Any]]:
    """What the model has of them, in the order of time."""
    if subject.index < 0:
        return []
    history, products = subject.model.history.take(np.array([subject.index])), subject.model.products
    columns = (history.product, history.time, history.kind, history.quantity, history.price)
    return [
        {
            "product_id": products.id(product) if product >= 0 else None,
            "time": shown_time(time),
            "event_type": Kind(kind).name.lower(),
            "quantity": quantity,
            "unit_price": None if price != price else price,  # noqa: PLR0124  # NaN
        }
        for product, time, kind, quantity, price in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _event(event: Event) -> dict[str, Any]:
    """Under the names of the events table."""
    plain = event._asdict()
    for name in ("key", "sequence", "kind", "time", "price", "received"):
        del plain[name]
    return {
        "timestamp": shown_time(event.time),
        "event_type": Kind(event.kind).name.lower(),
        **{name: value for name, value in plain.items() if value is not None},
        **({} if event.price is None else {"unit_price": event.price}),
        "received": shown_time(event.received),
    }
