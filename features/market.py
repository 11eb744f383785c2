"""Market: statistics of every product as of a moment."""

from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, Array, Codes, Counts, Doubles, Floats, Times
from features.catalogue import Catalogue
from features.groups import Occasions
from features.history import History
from features.kinds import Kind

YEAR = 364  # days: the same weekdays a year ago


@dataclass(frozen=True)
class Market:
    """P products as of `time`; counts are of purchase lines unless said otherwise."""

    time: int  # seconds since the epoch, UTC
    horizon: int  # days that a list looks ahead
    sold: Floats  # (P,) in all
    sold_7: Floats  # in the last 7 days, and so on
    sold_14: Floats
    sold_28: Floats
    sold_90: Floats
    sold_365: Floats
    decayed: Floats  # half-life of 14 days
    last_year_ahead: Floats  # in the `horizon` days after the same day a year ago
    last_year_before: Floats  # in the 28 days before it
    buyers: Floats  # customers
    buyers_28: Floats
    rebuyers: Floats  # customers who bought it in two orders or more
    gap: Floats  # days between two purchases by the same customer, median; NaN where nobody bought twice
    first: Times  # first purchase, NO_TIME where there is none
    last: Times
    price: Floats  # median price paid, NaN where unknown
    price_28: Floats  # median price paid in the last 28 days
    quantity: Floats  # mean units a line
    viewed_7: Floats  # views and clicks
    viewed_28: Floats
    carted_28: Floats
    category_28: Floats  # purchase lines of the product's category in the last 28 days

    @classmethod
    def measure(cls, history: History, catalogue: Catalogue, *, time: int, horizon: int) -> "Market":
        """Measure a history whose events all lie before `time`."""
        bought = history.purchases
        size = len(catalogue)
        count = _counter(bought, size)
        seen, carts = _counter(history.of_kinds(Kind.VIEW, Kind.CLICK), size), _counter(
            history.of_kinds(Kind.ADD_TO_CART), size
        )
        ago, year = _days_before(time), time - YEAR * DAY
        first, last = _first_and_last(bought, size)
        sold, sold_28 = count(0, time), count(ago(28), time)
        price = _median_by(bought.product, bought.price, size)
        recent = bought.only(bought.time >= ago(28))
        price_28 = _median_by(recent.product, recent.price, size)
        with np.errstate(invalid="ignore", divide="ignore"):
            quantity = np.bincount(bought.product, bought.quantity, size) / sold
        pairs = pair_occasions(bought, size)
        product = pairs.keys % size
        weight = np.exp2((bought.time - time) / (DAY * 14.0))
        return cls(
            time=time,
            horizon=horizon,
            sold=sold,
            sold_7=count(ago(7), time),
            sold_14=count(ago(14), time),
            sold_28=sold_28,
            sold_90=count(ago(90), time),
            sold_365=count(ago(365), time),
            decayed=np.bincount(bought.product, weight, size).astype(np.float32),
            last_year_ahead=count(year, year + horizon * DAY),
            last_year_before=count(year - 28 * DAY, year),
            buyers=np.bincount(product, minlength=size).astype(np.float32),
            buyers_28=np.bincount(product[pairs.last >= ago(28)], minlength=size).astype(np.float32),
            rebuyers=np.bincount(product[pairs.count > 1], minlength=size).astype(np.float32),
            gap=_gaps(pairs, size),
            first=first,
            last=last,
            price=price,
            price_28=np.where(np.isnan(price_28), price, price_28),
            quantity=quantity.astype(np.float32),
            viewed_7=seen(ago(7), time),
            viewed_28=seen(ago(28), time),
            carted_28=carts(ago(28), time),
            category_28=_by_category(sold_28, catalogue.category),
        )

    def __len__(self) -> int:
        return len(self.sold)


def pair_occasions(bought: History, products: int) -> Occasions:
    """Purchases grouped by (customer, product), the lines of one order being one occasion; the weight is units."""
    return Occasions.group_by(
        bought.row,
        bought.product,
        things=products,
        time=bought.time,
        order=bought.order_number,
        weight=bought.quantity.astype(np.float64),
        merge=True,
    )


def _days_before(time: int):  # type: ignore[no-untyped-def]
    return lambda days: time - days * DAY


def _counter(events: History, size: int):  # type: ignore[no-untyped-def]
    def count(start: int, end: int) -> Floats:
        inside = (events.time >= start) & (events.time < end)
        return np.bincount(events.product[inside], minlength=size).astype(np.float32)

    return count


def _first_and_last(bought: History, size: int) -> tuple[Times, Times]:
    from features.arrays import NO_TIME

    first = np.full(size, np.iinfo(np.int64).max)
    last = np.full(size, NO_TIME)
    np.minimum.at(first, bought.product, bought.time)
    np.maximum.at(last, bought.product, bought.time)
    return np.where(last == NO_TIME, NO_TIME, first), last


def _gaps(pairs: Occasions, size: int) -> Floats:
    inner = np.ones(len(pairs.time), np.bool_)
    inner[pairs.start[:-1]] = False
    days = np.diff(pairs.time, prepend=0)[inner] / DAY
    return _median_by((pairs.keys % size)[pairs.group[inner]], days.astype(np.float32), size)


def _median_by(code: Array, value: Floats, size: int) -> Floats:
    """(size,) the lower median of the values of each code, NaN where there are none."""
    known = ~np.isnan(value)
    code, value = code[known], value[known]
    by = np.lexsort((value, code))
    count: Counts = np.bincount(code, minlength=size)
    start = np.cumsum(count) - count
    median = np.full(size, np.nan, np.float32)
    some = count > 0
    median[some] = value[by][(start + (count - 1) // 2)[some]]
    return median


def _by_category(sold: Floats, category: Codes) -> Floats:
    total: Doubles = np.bincount(category + 1, sold)
    total[0] = 0.0
    return total[category + 1].astype(np.float32)
