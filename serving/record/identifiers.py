"""Identifiers of one customer, masked."""

from collections import Counter
from typing import Any

from serving.clock import shown_time
from serving.record.masking import masked
from serving.record.subject import Subject

_MOST = 20


def identifiers(subject: Subject) -> list[dict[str, Any]]:
    """The id, and the devices that events of the customer named, the last seen first."""
    last: dict[str, int] = {}
    seen: Counter[str] = Counter()
    for event in subject.events:
        if event.anonymous_id is not None:
            last[event.anonymous_id] = max(event.time, last.get(event.anonymous_id, event.time))
            seen[event.anonymous_id] += 1
    devices = sorted(last, key=lambda device: (-last[device], device))[:_MOST]
    own = {"kind": "customer_id", "value": masked(subject.customer_id), "source": "asked for", "last_seen": None}
    return [
        own,
        *(
            {"kind": "anonymous_id", "value": masked(device), "source": "events", "last_seen": shown_time(last[device])}
            for device in devices
        ),
    ]
