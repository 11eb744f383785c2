"""Recent: what customers did since a model was made, joined with the history that the model has of them."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from features.arrays import NO_TIME, Array, Codes, offsets_of
from features.history import History
from features.kinds import WITHOUT_PRODUCT, Kind
from features.refunds import Refunds
from features.vocabulary import Vocabulary

_FOREVER = np.iinfo(np.int64).max


class Deed(NamedTuple):
    """One event of a customer whom the context names."""

    product_id: str | None
    kind: int  # of `Kind`
    time: int  # seconds since the epoch, UTC
    quantity: float = 1.0  # positive, for refunds too
    price: float | None = None
    order_id: str | None = None
    touch: int = 0  # channel and device, as `features.touch` codes them


def joined(
    history: History, deeds: Sequence[Sequence[Deed]], products: Vocabulary, *, strange: bool = False
) -> History:
    """`history` of R customers with what each of them did since, sorted by time again.

    Deeds with products that are not in the vocabulary are passed over, or with `strange` kept, with -1. Refunds take
    their purchase back, whether it is an old or a new one.
    """
    known = [(row, deed, index) for row, own in enumerate(deeds) for deed, index in _known(own, products, strange)]
    known.sort(key=lambda one: (one[0], one[1].time, one[1].kind))
    if not known:
        return history
    first = int(history.order.max(initial=-1)) + 1
    numbers: dict[tuple[int, str], int] = {}
    order = [
        -1 if deed.order_id is None else numbers.setdefault((row, deed.order_id), first + len(numbers))
        for row, deed, _ in known
    ]
    more: dict[str, Sequence[float]] = {
        "product": [index for _, _, index in known],
        "time": [deed.time for _, deed, _ in known],
        "kind": [deed.kind for _, deed, _ in known],
        "quantity": [deed.quantity for _, deed, _ in known],
        "price": [np.nan if deed.price is None else deed.price for _, deed, _ in known],
        "order": order,
        "touch": [deed.touch for _, deed, _ in known],
    }
    at = [_place(history, row, deed) for row, deed, _ in known]
    whole = _inserted(history, at, more, [row for row, _, _ in known])
    return _net(whole) if any(deed.kind == Kind.REFUND for _, deed, _ in known) else whole


def together(history: History, more: History, rows: Codes) -> History:
    """`history` of R customers with that of S others, who are the same persons as the customers of `rows` (S,)."""
    row = np.concatenate([history.row, rows[more.row]])
    others = _columns(more)
    both = {name: np.concatenate([values, others[name]]) for name, values in _columns(history).items()}
    by = np.lexsort((both["kind"], both["time"], row))
    return History(offsets_of(row, len(history)), **{name: values[by] for name, values in both.items()})


def _place(history: History, row: int, deed: Deed) -> int:
    """The event of the history that a deed comes before; those of one second are in the order of their kinds."""
    begin, end = int(history.offsets[row]), int(history.offsets[row + 1])
    if begin == end or history.time[end - 1] < deed.time:
        return end
    events, moment = range(begin, end), (deed.time, int(deed.kind))
    return begin + bisect_right(events, moment, key=lambda i: (int(history.time[i]), int(history.kind[i])))


def _inserted(history: History, at: Sequence[int], more: Mapping[str, Sequence[float]], rows: Sequence[int]) -> History:
    """The events with more of them (K,), which are in order, put before others."""
    events = len(history.time)
    counts = np.bincount(rows, minlength=len(history))
    offsets = history.offsets + np.append(0, np.cumsum(counts))
    both = {name: _with(values, more[name]) for name, values in _columns(history).items()}
    if min(at) == events:
        return History(offsets, **both)
    by = np.argsort(np.concatenate([np.arange(events) + 1, at]), kind="stable")
    return History(offsets, **{name: values[by] for name, values in both.items()})


def _known(deeds: Sequence[Deed], products: Vocabulary, strange: bool) -> list[tuple[Deed, int]]:
    found = [(deed, -1 if deed.product_id is None else products.index(deed.product_id)) for deed in deeds]
    return [(deed, index) for deed, index in found if strange or index >= 0 or deed.kind in WITHOUT_PRODUCT]


def _with(values: Array, more: Sequence[float]) -> Array:
    return np.concatenate([values, np.array(more, values.dtype)])


def _net(history: History) -> History:
    """Purchases less what was taken back of them, without the refunds."""
    refunds = Refunds.match(
        customer=history.row,
        product=history.product,
        time=history.time,
        kind=history.kind,
        quantity=history.quantity,
        order=history.order,
    )
    quantity = refunds.net(history.quantity, history.time, NO_TIME, _FOREVER)
    whole = History(history.offsets, **{**_columns(history), "quantity": quantity})
    return whole.only((history.kind != Kind.REFUND) & (quantity > 0))


def _columns(history: History) -> dict[str, Array]:
    names = ("product", "time", "kind", "quantity", "price", "order", "touch")
    return {name: getattr(history, name) for name in names}
