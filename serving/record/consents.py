"""Consents of one customer: what is allowed, who said so, and when."""

from typing import Any

from features.consent.purposes import NAMES
from serving.clock import shown_time
from serving.record.subject import Subject


def consents(subject: Subject) -> dict[str, Any]:
    """By purpose; what was stated here last counts, else what the model knows, else what is set."""
    known = subject.desk.granted(subject.customer_id)
    otherwise = "customers table or default" if subject.index >= 0 else "default"
    found: dict[str, Any] = {}
    for name, code in NAMES.items():
        stated = next((change for change in reversed(subject.changes) if change.consent.stated & code), None)
        if stated is None:
            found[name] = {"granted": bool(known & code), "source": otherwise, "since": None}
        else:
            granted = bool(stated.consent.granted & code)
            found[name] = {"granted": granted, "source": stated.source, "since": shown_time(stated.time)}
    return found
