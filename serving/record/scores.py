"""Scores: what one customer answered to surveys (CSAT, CES, NPS), of the live store."""

import math
from typing import Any

from features.kinds import Kind
from features.store.event import Event
from features.tables.properties import members
from serving.clock import shown_time
from serving.record.subject import Subject

_MOST = 20


def scores(subject: Subject) -> list[dict[str, Any]]:
    """The newest first."""
    surveys = [event for event in subject.events if event.kind == Kind.SURVEY]
    found = sorted(((event.time, answer) for event in surveys if (answer := _answer(event))), key=lambda pair: -pair[0])
    return [{**answer, "time": shown_time(time)} for time, answer in found[:_MOST]]


def _answer(event: Event) -> dict[str, Any] | None:
    """None for one without a kind and a score that is a number."""
    properties = members(event.properties)
    kind, score = properties.get("kind"), properties.get("score")
    if not isinstance(kind, str) or isinstance(score, bool) or not isinstance(score, int | float):
        return None
    return {"kind": kind.casefold()[:40], "score": score} if math.isfinite(score) else None
