"""Judge: is a live event accepted, and as what? The same rules and reasons as for the rows of the tables."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from features.kinds import WITHOUT_PRODUCT, Kind
from features.store.event import ANONYMOUS, Event, signed
from features.store.values import BAD, NO_ID, any_malformed, blocked, number_of, text_of, time_of, unfit
from features.tables.config import TablesConfig
from features.tables.dialects import kind_of
from features.tables.mixing import float_bits, mixed, text_hash
from features.tables.patterns import MAX_NAME_BYTES, MAX_POSITION, MAX_PROPERTIES_BYTES, MOST
from features.tables.properties import canonical
from features.tables.reasons import Reason

_kind_of = lru_cache(maxsize=4_096)(kind_of)
_SHORT = 64  # characters: names of event types that are worth remembering


@dataclass(frozen=True)
class Judged:
    """n events of one list: those accepted with their places in it, and the reasons of the others."""

    events: list[Event]
    places: list[int]
    rejected: list[tuple[int, Reason]]


class Judge:
    """Judges events given as objects with the canonical names of the events table.

    `known` are the products of the products table, for `unknown_products = "reject"`. Times are ISO 8601 or epoch
    numbers whatever `[time] format` says of files; an event without one happens now.
    """

    def __init__(self, config: TablesConfig, known: frozenset[str] | None = None) -> None:
        self._config = config
        self._kind = config.events.kind
        self._zone = None if config.time.zone == "UTC" else ZoneInfo(config.time.zone)
        self._known = known if config.unknown_products == "reject" else None
        self._excludes = lru_cache(maxsize=65_536)(config.excludes) if config.exclude_products else None

    def judge_all(self, raws: Sequence[Any], now: int) -> Judged:
        """Judge one list. Equal lines of an order in it are events of their own, as they are in a table."""
        judged = Judged([], [], [])
        lines: Counter[int] = Counter()
        for place, raw in enumerate(raws):
            found = self.judge(raw, now)
            if isinstance(found, Reason):
                judged.rejected.append((place, found))
                continue
            if found.order_id is not None and found.event_id is None:
                before = lines[found.key]
                lines[found.key] += 1
                found = nth(found, before) if before else found
            judged.events.append(found)
            judged.places.append(place)
        return judged

    def judge(self, raw: Any, now: int) -> Event | Reason:
        """The event, or why it cannot be one; of several reasons the first in the order of `Reason`."""
        if not isinstance(raw, dict) and not isinstance(raw, Mapping):  # the second asks an abstract class, slowly
            return Reason.MALFORMED
        get = raw.get
        customer, device = text_of(get("customer_id")), text_of(get("anonymous_id"))
        if customer is None:
            if device is None or blocked(device):
                return Reason.NO_CUSTOMER
            customer = ANONYMOUS + device
        kind = self._kind_of(text_of(get("event_type")))
        if kind is None:
            return Reason.UNKNOWN_EVENT_TYPE
        product = text_of(get("product_id"))
        if product is None and kind not in WITHOUT_PRODUCT:
            return Reason.NO_PRODUCT
        order, event_id = text_of(get("order_id")), text_of(get("event_id"))
        extras = [text_of(get(name)) for name in ("session_id", "channel", "device", "recommendation_id")]
        if any_malformed((customer, product, order, event_id, device, *extras)):
            return Reason.BAD_ID
        if self._excludes is not None and product is not None and self._excludes(product):
            return Reason.EXCLUDED_PRODUCT
        stated = time_of(get("timestamp"), self._zone)
        time = now if stated is None else stated
        if time <= 0:
            return Reason.BAD_TIMESTAMP
        if time > now + self._config.time.future_tolerance:
            return Reason.FUTURE
        quantity, price = number_of(get("quantity")), number_of(get("unit_price"))
        if math.isnan(quantity):
            quantity = 1.0
        if quantity == 0 or abs(quantity) > MOST or (quantity < 0 and kind not in {Kind.PURCHASE, Kind.REFUND}):
            return Reason.BAD_QUANTITY
        if quantity < 0:
            kind, quantity = Kind.REFUND, -quantity
        price = _price(price, number_of(get("line_total")), quantity)
        if price < 0 or price > MOST:
            return Reason.BAD_PRICE
        currency = text_of(get("currency"))
        if self._config.currency and currency and currency.casefold() != self._config.currency.casefold():
            return Reason.CURRENCY
        if self._known is not None and product is not None and product not in self._known:
            return Reason.UNKNOWN_PRODUCT
        name, properties = text_of(get("name")), _properties(get("properties"))
        if unfit(name, MAX_NAME_BYTES) or unfit(properties, MAX_PROPERTIES_BYTES) or any_malformed([currency]):
            return Reason.BAD_VALUE
        position = _position(number_of(get("position")))
        session, channel, machine, recommendation = extras
        known_price = None if math.isnan(price) else price
        event = Event(
            0, customer, device, product, int(kind), time, quantity, known_price, order, session, channel, machine,
            recommendation, position, event_id, properties, name, currency, 0,
        )  # fmt: skip
        return Event(signed(key_of(event)), *event[1:])

    def _kind_of(self, name: str | None) -> Kind | None:
        if name is None:
            return self._kind
        return _kind_of(name) if len(name) <= _SHORT else kind_of(name)


def key_of(event: Event) -> int:
    """The unsigned key of an event, as `features.tables.keys` has it for columns."""
    if event.event_id is not None:
        return text_hash(event.event_id)
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


def _price(price: float, total: float, quantity: float) -> float:
    """NaN where none is known, negative for one that cannot be."""
    if BAD in {price, total}:
        return -1.0
    return abs(total / quantity) if math.isnan(price) else price


def _position(number: float) -> int | None:
    return int(number) if 0 <= number <= MAX_POSITION and number.is_integer() else None


def _properties(value: Any) -> str | None:
    try:
        return canonical(text_of(value) if isinstance(value, str) else value)
    except (ValueError, TypeError):
        return NO_ID
