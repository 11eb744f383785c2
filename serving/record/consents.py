"""Consents of one customer: what is allowed, who said so, and when."""

from typing import Any

from features.consent.purposes import NAMES
from serving.clock import shown_time
from serving.record.subject import Subject


def consents(subject: Subject) -> dict[str, Any]:
    """By purpose; what was stated here last counts, else what the model knows, else what is set. Who refused under one
    id refused."""
    known = subject.desk.granted(*subject.known_as)
    otherwise = "customers table or default" if subject.index >= 0 else "default"
    found: dict[str, Any] = {}
    for name, code in NAMES.items():
        words = {change.subject: change for change in subject.changes if change.consent.stated & code}
        refused = [change for change in words.values() if not change.consent.granted & code]
        stated = max(refused or words.values(), key=lambda change: change.number, default=None)
        if stated is None:
            found[name] = {"granted": bool(known & code), "source": otherwise, "since": None}
        else:
            granted = bool(stated.consent.granted & code)
            found[name] = {"granted": granted, "source": stated.source, "since": shown_time(stated.time)}
    return found
