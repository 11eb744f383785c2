"""Past: what one customer did, summed up, the last second included."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from features.arrays import DAY, Codes, Counts, Doubles, zeroed
from features.catalogue import Catalogue
from features.history import History
from features.kinds import Kind
from serving.clock import shown_time
from serving.record.subject import Subject

_TOP = 5


def past(subject: Subject) -> dict[str, Any]:
    """Purchases net of what was given back, and how often anything else was done."""
    history, now = subject.history, subject.request.context.time
    done = np.bincount(history.kind, minlength=len(Kind)) if len(history.kind) else np.zeros(len(Kind), np.int64)
    events = {kind.name.lower(): int(done[kind]) for kind in Kind if done[kind]}
    return {
        "events": events,
        "first": _moment(history.time, first=True),
        "last": _moment(history.time, first=False),
        **_bought(subject, history.purchases, now),
    }


def _bought(subject: Subject, lines: History, now: int) -> dict[str, Any]:
    if not len(lines.time):
        return {"orders": 0, "units": 0.0, "spent": 0.0, "products": 0}
    number = lines.order_number
    days = np.unique(lines.time[np.append(True, number[1:] != number[:-1])]) / DAY
    spent: Doubles = zeroed(lines.price.astype(np.float64)) * lines.quantity
    orders = int(number[-1]) + 1
    named, catalogue = lines.product >= 0, subject.model.catalogue
    product = lines.product[named]
    return {
        "orders": orders,
        "units": round(float(lines.quantity.sum()), 3),
        "spent": round(float(spent.sum()), 2),
        "average_order": round(float(spent.sum()) / orders, 2),
        "products": len(np.unique(product)) + _strange(subject),
        "first_purchase": _moment(lines.time, first=True),
        "last_purchase": _moment(lines.time, first=False),
        "days_since_purchase": round((now - int(lines.time[-1])) / DAY, 2),
        "usual_gap_days": round(float(np.median(np.diff(days))), 2) if len(days) > 1 else None,
        "top_products": _products(subject, product),
        "top_categories": _groups(catalogue.category[product], catalogue.category_names, spent[named]),
        "top_brands": _groups(catalogue.brand[product], catalogue.brand_names, spent[named]),
    }


def _strange(subject: Subject) -> int:
    """Different products bought that the model does not know."""
    bought = {deed.product_id for deed in subject.recent if deed.kind == Kind.PURCHASE and deed.product_id is not None}
    return sum(subject.model.products.index(id) < 0 for id in bought)


def _products(subject: Subject, bought: Codes) -> list[dict[str, Any]]:
    product, count = np.unique(bought, return_counts=True)
    best = np.lexsort((product, -count))[:_TOP]
    catalogue: Catalogue = subject.model.catalogue
    return [
        {
            "product_id": subject.model.products.id(int(product[at])),
            "name": catalogue.name[int(product[at])] or None,
            "purchases": int(count[at]),
        }
        for at in best
    ]


def _groups(code: Codes, names: Sequence[str], spent: Doubles) -> list[dict[str, Any]]:
    """Those with most purchases; what has no name is left out."""
    group, place = np.unique(code, return_inverse=True)
    count, sums = np.bincount(place), np.bincount(place, spent)
    best = [at for at in np.lexsort((group, -count)) if group[at] >= 0 and names[int(group[at])]][:_TOP]
    return [
        {"name": names[int(group[at])], "purchases": int(count[at]), "spent": round(float(sums[at]), 2)} for at in best
    ]


def _moment(times: Counts, *, first: bool) -> str | None:
    if not len(times):
        return None
    return shown_time(int(times.min() if first else times.max()))
