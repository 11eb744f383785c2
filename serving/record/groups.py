"""Groups: the segments that one customer is in now, and why."""

import numpy as np

from features.segments.config import SegmentsConfig
from serving.record.subject import Subject


def groups(subject: Subject) -> list[dict[str, str]]:
    """As of now, live events among what is known; nothing for a model without segments."""
    model = subject.model
    if model.segments is None:
        return []
    segmenter = model.segments.with_custom(subject.desk.keeper.settings.section("segments", SegmentsConfig))
    found = segmenter.why(np.array([subject.index]), subject.customers)
    return [
        {"segment": f"{one.kind}.{one.label}", "kind": one.kind, "dimension": one.dimension, "why": one.why}
        for one in found
    ]
