"""Outcomes: what became of every product that was shown, found by the recommendation_id that events carry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from features.arrays import Array, Counts, Doubles
from features.exposures import reader
from features.exposures.shown import Shown
from features.kinds import Kind
from features.store.backend import Backend
from features.store.reader import Following, Reader

_COUNTED = {
    "impressions": Kind.IMPRESSION,
    "views": Kind.VIEW,
    "clicks": Kind.CLICK,
    "carts": Kind.ADD_TO_CART,
    "purchases": Kind.PURCHASE,
    "refunds": Kind.REFUND,
}
_FIRST = {
    "first_click": (Kind.CLICK, Kind.VIEW),
    "first_cart": (Kind.ADD_TO_CART,),
    "first_purchase": (Kind.PURCHASE,),
}
_NOTHING = Following(*[[]] * len(Following._fields))  # type: ignore[arg-type]  # of lists
_OF_LISTS = ("model_version", "policy", "exploration")
_NEVER = np.iinfo(np.int64).max

SCHEMA = pa.schema(
    {
        "recommendation_id": pa.string(),
        "time": pa.timestamp("s", "UTC"),
        "customer_id": pa.string(),  # as in the live store; null where there is no consent
        "placement": pa.string(),
        "channel": pa.string(),
        "model_version": pa.string(),
        "policy": pa.string(),  # the rules that the list was made under
        "exploration": pa.string(),
        "position": pa.int32(),  # in the list that was shown, from 1
        "rank": pa.int32(),  # in the list before anything was drawn, from 1
        "product_id": pa.string(),
        "score": pa.float64(),
        "source": pa.string(),
        "propensity": pa.float64(),  # of the product at its position, given those above it
        **dict.fromkeys(_COUNTED, pa.int32()),  # events
        "quantity": pa.float64(),  # bought, less what was given back
        "revenue": pa.float64(),  # of the same
        **dict.fromkeys(_FIRST, pa.timestamp("s", "UTC")),
    }
)


@dataclass
class Totals:
    """What went through `tables`."""

    answers: int = 0
    products: int = 0
    clicked: int = 0  # products with a click or a view
    purchased: int = 0  # products
    revenue: float = 0.0
    elsewhere: int = 0  # events that carry the id of an answer which did not show their product


def tables(exposures: Backend, events: Reader | None, start: int, end: int, totals: Totals) -> Iterator[pa.Table]:
    """One row a product shown from the second `start` on and before `end`, of `SCHEMA`, some lists at a time.

    `events` is the live store, None where there is none; memory is bounded by the lists of one table.
    """
    for shown in reader.parts(exposures, start, end):
        first, last = (shown.recommendation_id[at].decode() for at in (0, -1))
        outcomes = Outcomes.of(shown, events.following(first, last) if events else [])
        _add(totals, shown, outcomes)
        yield _table(shown, outcomes)


@dataclass(frozen=True)
class Outcomes:
    """What was done with M shown products after they were shown."""

    impressions: Counts  # (M,) events, here and below
    views: Counts
    clicks: Counts
    carts: Counts
    purchases: Counts
    refunds: Counts
    quantity: Doubles  # (M,)
    revenue: Doubles  # (M,)
    first_click: Counts  # (M,) seconds since the epoch, the greatest number for never; here and below
    first_cart: Counts
    first_purchase: Counts
    elsewhere: int  # events on products that their list did not show

    @classmethod
    def of(cls, shown: Shown, following: Sequence[Following]) -> "Outcomes":
        """Each group of events goes to the product that its list showed."""
        columns = Following(*map(list, zip(*following, strict=True))) if following else _NOTHING  # type: ignore[arg-type]  # of lists
        answer, at = _found(shown, columns)
        hit, size = at >= 0, len(shown.product)
        to, kind = at[hit], np.array(columns.kind, np.int64)[hit]
        count, time = np.array(columns.events, np.int64), np.array(columns.time, np.int64)[hit]
        sign = (kind == Kind.PURCHASE).astype(float) - (kind == Kind.REFUND)
        quantity, revenue = _numbers(columns.quantity)[hit], _numbers(columns.revenue)[hit]
        counted = {name: _summed(to, np.where(kind == of, count[hit], 0), size) for name, of in _COUNTED.items()}
        return cls(
            **{name: values.astype(np.int64) for name, values in counted.items()},
            quantity=_summed(to, sign * quantity, size),
            revenue=_summed(to, sign * revenue, size),
            **{name: _earliest(to, time, np.isin(kind, of), size) for name, of in _FIRST.items()},
            elsewhere=int(count[~hit & (answer >= 0)].sum()),
        )


def _found(shown: Shown, columns: Following) -> tuple[Counts, Counts]:
    """The answer and the shown product that each group of events is about, -1 where it is not among them."""
    answers = _text(shown.recommendation_id)
    products = pa.array(shown.product, pa.string()).dictionary_encode()
    answer = _index(pa.array(columns.recommendation_id, pa.string()), answers)
    product = _index(pa.array(columns.product_id, pa.string()), products.dictionary)
    keys = shown.answer.astype(np.int64) << 32 | products.indices.to_numpy()
    by = np.argsort(keys)
    wanted = answer << 32 | product
    if not len(keys):
        return answer, np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(keys, wanted, sorter=by), len(keys) - 1)
    same = (answer >= 0) & (product >= 0) & (keys[by[place]] == wanted)
    return answer, np.where(same, by[place], -1)


def _index(values: pa.Array, known: pa.Array) -> Counts:
    import pyarrow.compute as pc

    found: Counts = pc.fill_null(pc.index_in(values, value_set=known, skip_nulls=True), -1).to_numpy().astype(np.int64)
    return found


def _numbers(values: object) -> Doubles:
    """NaN counts for nothing."""
    return np.nan_to_num(np.array(values, np.float64))


def _summed(to: Counts, values: Array, size: int) -> Doubles:
    return np.bincount(to, values, minlength=size).astype(np.float64)


def _earliest(to: Counts, time: Counts, which: Array, size: int) -> Counts:
    first = np.full(size, _NEVER)
    np.minimum.at(first, to[which], time[which])
    return first


def _add(totals: Totals, shown: Shown, outcomes: Outcomes) -> None:
    totals.answers += len(shown)
    totals.products += len(shown.product)
    totals.clicked += int((outcomes.first_click < _NEVER).sum())
    totals.purchased += int((outcomes.purchases > 0).sum())
    totals.revenue += float(outcomes.revenue.sum())
    totals.elsewhere += outcomes.elsewhere


def _table(shown: Shown, outcomes: Outcomes) -> pa.Table:
    columns = {
        **_of_answers(shown),
        "position": shown.position,
        "rank": shown.place + 1,
        "product_id": shown.product,
        "score": shown.score,
        "source": shown.source,
        "propensity": shown.propensity,
        **{field.name: getattr(outcomes, field.name) for field in fields(outcomes) if field.name in SCHEMA.names},
    }
    return pa.Table.from_arrays(
        [_column(columns[name], SCHEMA.field(name).type) for name in SCHEMA.names], SCHEMA.names
    )


def _of_answers(shown: Shown) -> dict[str, Any]:
    of_lists = {name: [getattr(one, name) for one in shown.lists] for name in _OF_LISTS}
    lists = {
        name: pa.array(values, pa.string()).take(pa.array(shown.of[shown.answer])) for name, values in of_lists.items()
    }
    labels = {name: getattr(shown, name)[shown.answer] for name in ("customer_id", "placement", "channel")}
    answers = _text(shown.recommendation_id).take(pa.array(shown.answer))
    return {"recommendation_id": answers, "time": shown.time[shown.answer], **labels, **lists}


def _text(ids: Array) -> pa.Array:
    return pa.array(ids, pa.binary()).cast(pa.string())


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if pa.types.is_timestamp(kind):
        seconds = values.astype(np.int64)
        return pa.array(seconds, pa.int64(), mask=seconds == _NEVER).cast(kind)
    return pa.array(values, kind)
