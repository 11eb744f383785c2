"""Market: statistics of every product as of a moment."""

from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, NO_TIME, Array, Codes, Counts, Doubles, Floats, Times
from features.catalogue import Catalogue
from features.groups import Occasions, wanted
from features.history import History
from features.kept import kept
from features.kinds import Kind

YEAR = 364  # days: the same weekdays a year ago


@dataclass(frozen=True)
class Market:
    """P products as of `time`; counts are of purchase lines unless said otherwise."""

    time: int  # seconds since the epoch, UTC
    horizon: int  # days that a list looks ahead
    sold: Floats  # (P,) in all
    sold_3: Floats  # in the last 3 days, and so on
    sold_7: Floats
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
    rebought: Floats  # share of earlier buyers, among the customers of the last horizon, who bought it again in it
    discovered: Floats  # share of the others who bought it for the first time
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
        bought, size = history.purchases, len(catalogue)
        sales = _sales(bought, size, time, horizon)
        return cls(
            time=time,
            horizon=horizon,
            **sales,
            **_buyers(bought, size, time, horizon),
            **_prices(bought, size, time),
            **_attention(history, size, time),
            category_28=_by_category(sales["sold_28"], catalogue.category),
        )

    @kept
    def log_price(self) -> Doubles:
        """(P,) log of the median price of the last 28 days, NaN where there is none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.log(self.price_28.astype(np.float64))
        found[~np.isfinite(found)] = np.nan
        return found

    def __len__(self) -> int:
        return len(self.sold)


def pair_occasions(bought: History, products: int) -> Occasions:
    """Purchases grouped by (customer, product), the lines of one order being one occasion; the weight is units."""
    return Occasions.of(bought, wanted(Kind.PURCHASE), None, things=products, merge=True)


@dataclass(frozen=True)
class _Counter:
    product: Codes  # (N,)
    when: Times  # (N,)
    products: int
    time: int

    def within(self, start: int, end: int = 0) -> Floats:
        """(P,) events from `start` days ago up to `end` days ago."""
        inside = (self.when >= self.time - start * DAY) & (self.when < self.time - end * DAY)
        return np.bincount(self.product[inside], minlength=self.products).astype(np.float32)


def _sales(bought: History, size: int, time: int, horizon: int) -> dict[str, Array]:
    count = _Counter(bought.product, bought.time, size, time).within
    weight = np.exp2((bought.time - time) / (DAY * 14.0))
    first, last = _first_and_last(bought, size)
    sold = np.bincount(bought.product, minlength=size).astype(np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        quantity = np.bincount(bought.product, bought.quantity, size) / sold
    return {
        "sold": sold,
        **{f"sold_{days}": count(days) for days in (3, 7, 14, 28, 90, 365)},
        "decayed": np.bincount(bought.product, weight, size).astype(np.float32),
        "last_year_ahead": count(YEAR, YEAR - horizon),
        "last_year_before": count(YEAR + 28, YEAR),
        "first": first,
        "last": last,
        "quantity": quantity.astype(np.float32),
    }


def _buyers(bought: History, size: int, time: int, horizon: int) -> dict[str, Array]:
    pairs = pair_occasions(bought, size)
    product = pairs.keys % size
    chosen = {"buyers": pairs.count > 0, "buyers_28": pairs.last >= time - 28 * DAY, "rebuyers": pairs.count > 1}
    rebought, discovered = _uptake(pairs, len(bought), time - horizon * DAY)
    return {
        **{name: np.bincount(product[some], minlength=size).astype(np.float32) for name, some in chosen.items()},
        "rebought": rebought,
        "discovered": discovered,
        "gap": _gaps(pairs, size),
    }


def _prices(bought: History, size: int, time: int) -> dict[str, Array]:
    recent = bought.only(bought.time >= time - 28 * DAY)
    price, price_28 = (_median_by(lines.product, lines.price, size) for lines in (bought, recent))
    return {"price": price, "price_28": np.where(np.isnan(price_28), price, price_28)}


def _attention(history: History, size: int, time: int) -> dict[str, Array]:
    recent = np.flatnonzero(history.time >= time - 28 * DAY)  # a small part, of which the rest is asked
    kind, product, when = history.kind[recent], history.product[recent], history.time[recent]

    def of(*kinds: Kind) -> _Counter:
        wanted = np.isin(kind, kinds)
        return _Counter(product[wanted], when[wanted], size, time)

    seen, carts = of(Kind.VIEW, Kind.CLICK), of(Kind.ADD_TO_CART)
    return {"viewed_7": seen.within(7), "viewed_28": seen.within(28), "carted_28": carts.within(28)}


def _first_and_last(bought: History, size: int) -> tuple[Times, Times]:
    first = np.full(size, np.iinfo(np.int64).max)
    last = np.full(size, NO_TIME)
    np.minimum.at(first, bought.product, bought.time)
    np.maximum.at(last, bought.product, bought.time)
    return np.where(last == NO_TIME, NO_TIME, first), last


def _uptake(pairs: Occasions, customers: int, since: int) -> tuple[Floats, Floats]:
    """(P,), (P,) how the customers who bought anything from `since` on took to each product: those who had bought it
    before, and those who had not. Thin counts are pulled to the shop's own share with the weight of 20 customers."""
    customer, product = np.divmod(pairs.keys, pairs.things)
    active = np.zeros(customers, np.bool_)
    active[customer[pairs.last >= since]] = True
    before, now = active[customer] & (pairs.first < since), pairs.last >= since
    known = np.bincount(product[before], minlength=pairs.things)
    again = np.bincount(product[before & now], minlength=pairs.things)
    new = np.bincount(product[now & ~before], minlength=pairs.things)
    others = active.sum() - known
    return _share(again, known), _share(new, others)


def _share(part: Counts, whole: Counts) -> Floats:
    usual = float(part.sum()) / max(int(whole.sum()), 1)
    return ((part + 20.0 * usual) / (whole + 20.0)).astype(np.float32)


def _gaps(pairs: Occasions, size: int) -> Floats:
    inner = np.ones(len(pairs.time), np.bool_)
    inner[pairs.start[:-1]] = False
    days = np.diff(pairs.time, prepend=0)[inner] / DAY
    return _median_by((pairs.keys % size)[pairs.group[inner]], days.astype(np.float32), size)


def _median_by(code: Array, value: Floats, size: int) -> Floats:
    """(size,) the lower median of the values of each code, NaN where there are none."""
    known = ~np.isnan(value)
    code, bits = code[known].astype(np.int64), value[known].astype(np.float32).view(np.int32)
    bits = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits)  # whole numbers in the order of the floats
    ordered = np.sort(code << 32 | (bits.astype(np.int64) + (1 << 31)))  # a tenth of the time of sorting by two keys
    count: Counts = np.bincount(code, minlength=size)
    middle = (np.cumsum(count) - count + (count - 1) // 2)[count > 0]
    found = ((ordered[middle] & 0xFFFFFFFF) - (1 << 31)).astype(np.int32)
    median = np.full(size, np.nan, np.float32)
    median[count > 0] = np.where(found < 0, found ^ 0x7FFFFFFF, found).view(np.float32)
    return median


def _by_category(sold: Floats, category: Codes) -> Floats:
    total = np.bincount(category + 1, sold, 1)
    total[0] = 0.0
    return total[category + 1].astype(np.float32)
