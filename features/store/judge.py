"""Judge: is a live event accepted, and as what? The same rules and reasons as for the rows of the tables."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from features.kinds import WITHOUT_PRODUCT, Kind
from features.store.event import Event, signed
from features.store.values import BAD, NO_ID, any_malformed, blocked, number_of, text_of, time_of, unfit
from features.tables.config import TablesConfig
from features.tables.dialects import kind_of
from features.tables.mixing import float_bits, mixed, text_hash
from features.tables.patterns import ANONYMOUS, MAX_NAME_BYTES, MAX_POSITION, MAX_PROPERTIES_BYTES, MOST
from features.tables.properties import canonical
from features.tables.reasons import Reason

_kind_of = lru_cache(maxsize=4_096)(kind_of)
_SHORT = 64  # characters: names of event types that are worth remembering


@dataclass(frozen=True)
class Judged:
    """n events of one list: those accepted with their places in it, and the reasons of the others."""

    events: list[Event] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    rejected: list[tuple[int, Reason]] = field(default_factory=list)
    lines: Counter[int] = field(default_factory=Counter)  # of orders, by the key that equal ones share

    def __len__(self) -> int:
        return len(self.places) + len(self.rejected)


class Judge:
    """Judges events given as objects with the canonical names of the events table.

    `known` are the products of the products table, for `unknown_products = "reject"`. Times are ISO 8601 or epoch
    numbers whatever `[time] format` says of files; an event without one happens now.
    """

    def __init__(self, config: TablesConfig, known: frozenset[str] | None = None) -> None:
        self._currency = config.currency.casefold()
        self._tolerance = config.time.future_tolerance
        self._kind = config.events.kind
        self._zone = None if config.time.zone == "UTC" else ZoneInfo(config.time.zone)
        self._known = known if config.unknown_products == "reject" else None
        self._excludes = lru_cache(maxsize=65_536)(config.excludes) if config.exclude_products else None

    def judge_all(self, raws: Sequence[Any], now: int) -> Judged:
        """Judge one list. Equal lines of an order in it are events of their own, as they are in a table."""
        judged = Judged()
        self.judge_more(judged, raws, now=now)
        return judged

    def judge_more(self, judged: Judged, raws: Sequence[Any], *, now: int) -> None:
        """Judge the next events of a list, for those who do something else in between."""
        for place, raw in enumerate(raws, len(judged)):
            found = self.judge(raw, now)
            if isinstance(found, Reason):
                judged.rejected.append((place, found))
                continue
            if found.order_id is not None and found.event_id is None:
                before = judged.lines[found.key]
                judged.lines[found.key] += 1
                found = nth(found, before) if before else found
            judged.events.append(found)
            judged.places.append(place)

    def judge(self, raw: Any, now: int) -> Event | Reason:
        """The event, or why it cannot be one; of several reasons the first in the order of `Reason`."""
        if not isinstance(raw, dict) and not isinstance(raw, Mapping):  # the second asks an abstract class, slowly
            return Reason.MALFORMED
        try:
            return self._event(raw, now)
        except _RefusedError as refused:
            return refused.reason

    def _event(self, raw: Mapping[str, Any], now: int) -> Event:
        get = raw.get
        device = text_of(get("anonymous_id"))
        customer = _customer(text_of(get("customer_id")), device)
        kind, product = self._kind_and_product(text_of(get("event_type")), text_of(get("product_id")))
        order, event_id = text_of(get("order_id")), text_of(get("event_id"))
        extras = [text_of(get(name)) for name in ("session_id", "channel", "device", "recommendation_id")]
        _refuse(any_malformed((customer, product, order, event_id, device, *extras)), Reason.BAD_ID)
        _refuse(product is not None and self._excludes is not None and self._excludes(product), Reason.EXCLUDED_PRODUCT)
        time = self._time(get("timestamp"), now)
        kind, quantity = _quantity(number_of(get("quantity")), kind)
        price = _price(number_of(get("unit_price")), number_of(get("line_total")), quantity)
        currency = text_of(get("currency"))
        other = self._currency and currency and currency.casefold() != self._currency
        _refuse(other, Reason.CURRENCY)
        _refuse(self._known is not None and product is not None and product not in self._known, Reason.UNKNOWN_PRODUCT)
        name, properties = text_of(get("name")), _properties(get("properties"))
        long = unfit(name, MAX_NAME_BYTES) or unfit(properties, MAX_PROPERTIES_BYTES) or any_malformed([currency])
        _refuse(long, Reason.BAD_VALUE)
        session, channel, machine, recommendation = extras
        key = 0 if event_id is None else signed(text_hash(event_id))
        event = Event(
            key, customer, device, product, int(kind), time, quantity, price, order, session, channel, machine,
            recommendation, _position(number_of(get("position"))), event_id, properties, name, currency, 0,
        )  # fmt: skip
        return event if key else Event(signed(content_key(event)), *event[1:])

    def _kind_and_product(self, stated: str | None, product: str | None) -> tuple[Kind, str | None]:
        kind: Kind | None = self._kind
        if stated is not None:
            kind = _kind_of(stated) if len(stated) <= _SHORT else kind_of(stated)
        if kind is None:
            raise _RefusedError(Reason.UNKNOWN_EVENT_TYPE)
        _refuse(product is None and kind not in WITHOUT_PRODUCT, Reason.NO_PRODUCT)
        return kind, product

    def _time(self, stated: Any, now: int) -> int:
        time = time_of(stated, self._zone)
        if time is None:
            return now
        _refuse(time <= 0, Reason.BAD_TIMESTAMP)
        _refuse(time > now + self._tolerance, Reason.FUTURE)
        return time


class _RefusedError(Exception):
    """An event that is set aside."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def _refuse(wrong: object, reason: Reason) -> None:
    if wrong:
        raise _RefusedError(reason)


def content_key(event: Event) -> int:
    """The unsigned key of an event without an id, as `features.tables.keys` has it for columns."""
    key = text_hash(event.customer_id)
    texts = (event.product_id, event.order_id, event.name, event.session_id, event.channel, event.device)
    for text in (*texts, event.recommendation_id, event.properties):
        key = mixed(key, text_hash(text))
    key = mixed(mixed(key, event.time), event.kind)
    for number in (event.quantity, event.price, event.position):
        key = mixed(key, float_bits(-1.0 if number is None else number + 0.0))
    return key


def nth(event: Event, before: int) -> Event:
    """The event as a line of its own that `before` equal ones precede."""
    return event._replace(key=signed(mixed(event.key % 2**64, before)))


def _customer(named: str | None, device: str | None) -> str:
    if named is not None:
        return named
    if device is None or blocked(device):
        raise _RefusedError(Reason.NO_CUSTOMER)
    return ANONYMOUS + device


def _quantity(stated: float, kind: Kind) -> tuple[Kind, float]:
    """A negative purchase is a refund of that many."""
    quantity = 1.0 if math.isnan(stated) else stated
    _refuse(quantity == 0 or abs(quantity) > MOST, Reason.BAD_QUANTITY)
    if quantity > 0:
        return kind, quantity
    _refuse(kind not in {Kind.PURCHASE, Kind.REFUND}, Reason.BAD_QUANTITY)
    return Kind.REFUND, -quantity


def _price(price: float, total: float, quantity: float) -> float | None:
    """Of one unit; of the whole line where only that is stated; None where neither is."""
    _refuse(BAD in {price, total}, Reason.BAD_PRICE)
    unit = abs(total / quantity) if math.isnan(price) else price
    _refuse(unit < 0 or unit > MOST, Reason.BAD_PRICE)
    return None if math.isnan(unit) else unit


def _position(number: float) -> int | None:
    return int(number) if 0 <= number <= MAX_POSITION and number.is_integer() else None


def _properties(value: Any) -> str | None:
    try:
        return canonical(text_of(value) if isinstance(value, str) else value)
    except (ValueError, TypeError):
        return NO_ID
