"""Attributes of one customer, each with where it comes from and since when it is known."""

from typing import Any

from serving.clock import shown_time
from serving.record.subject import Subject


def attributes(subject: Subject) -> list[dict[str, Any]]:
    """Those of the customers table, as of the model."""
    if subject.index < 0:
        return []
    moment = shown_time(subject.model.time)
    found = []
    for name, attribute in sorted(subject.model.profiles.attributes.items()):
        code = int(attribute.code[subject.index])
        if code >= 0:
            found.append({"name": name, "value": attribute.names[code], "source": "customers table", "as_of": moment})
    return found
