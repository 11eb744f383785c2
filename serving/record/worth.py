"""Worth: what one customer is expected to spend, with what chance they buy, and whether they are lost."""

import math
from typing import Any

from features.segments.foretold import CHANCE, CHURN, SPEND
from serving.record.subject import Subject


def worth(subject: Subject) -> dict[str, Any] | None:
    """As of now, live events included; None for a model that foretells nothing, or who has not bought yet."""
    model = subject.model.value
    if model is None:
        return None
    given = subject.customers.given
    spend, chance, churn = (float(given[name][0]) for name in (SPEND, CHANCE, CHURN))
    if math.isnan(chance):
        return None
    return {
        "horizon_days": model.horizon,
        "spend": None if math.isnan(spend) else round(spend, 2),
        "chance": round(chance, 4),
        "churn": round(churn, 4),
        "churn_days": model.churn_days,
    }
