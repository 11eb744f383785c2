"""Events about products, as the service takes them in."""

from typing import Any

from features.store.event import Event
from features.store.judge import Judge
from features.tables.config import TablesConfig

NOW = 1_700_000_000
_JUDGE = Judge(TablesConfig())


def event(sequence: int = 0, **values: Any) -> Event:
    """A view of a mug, unless `values` say otherwise."""
    raw = {"customer_id": "ann", "product_id": "mug", "event_type": "view", **values}
    judged = _JUDGE.judge(raw, NOW)
    assert isinstance(judged, Event)
    return judged._replace(sequence=sequence)
