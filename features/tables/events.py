"""Events: every check of one chunk of the events table, all rows at once."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import NO_TIME, Array, Bools, Counts, Doubles, Times
from features.errors import DataError
from features.kinds import WITHOUT_PRODUCT, Kind
from features.tables.chunk import Chunk, Column
from features.tables.columns import Columns
from features.tables.config import TablesConfig
from features.tables.dialects import kind_of
from features.tables.extras import Extras, text_hashes
from features.tables.hashing import Hashes
from features.tables.keys import content_keys, event_keys
from features.tables.numbers import numbers
from features.tables.patterns import ANONYMOUS, MAX_NAME_BYTES, MOST
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, mark
from features.tables.statics import Statics
from features.tables.text import Text, blocked, encode, first_of, malformed_ids
from features.tables.times import times
from features.touch import touch_of

_NO_KIND = 255


@dataclass(frozen=True)
class Rules:
    """How to judge events: configuration, clock, and what the static tables say."""

    config: TablesConfig
    now: int  # seconds since the epoch, UTC
    until: int | None  # events from here on are not looked at
    statics: Statics = field(default_factory=Statics)
    whole: bool = False  # keep and judge the columns as well that training does not read


@dataclass(frozen=True)
class Decoded:
    """n rows of the events table, understood."""

    customer: Text
    stated: Text  # the customer named, else the device
    product: Text
    order: Text
    name: Text  # of the product
    time: Times
    kind: Array  # (n,) uint8
    quantity: Doubles
    price: Doubles
    touch: Array  # (n,) uint8, channel and device
    key: Hashes  # (n,) equal for the same event
    own_key: Bools  # (n,) whether it comes from an event_id
    extras: Extras | None  # where they are asked for
    currencies: frozenset[str]
    row: Counts
    reason: Array  # (n,) int8, position in REASONS or ACCEPTED
    later: Bools  # (n,) rows from `until` on
    denied: Bools  # (n,) rows of customers who did not consent
    erased: Bools  # (n,) rows of customers who are to be forgotten
    linked: Bools  # (n,) anonymous rows that a device table gave to a customer
    anonymous: Bools  # (n,) rows of customers who are known by a device only


def decode(chunk: Chunk, columns: Columns, rules: Rules) -> Decoded:
    """Understand and judge one chunk."""
    return _Decoder(chunk, columns, rules).run()


class _Decoder:
    def __init__(self, chunk: Chunk, columns: Columns, rules: Rules) -> None:
        self.chunk, self.columns, self.rules = chunk, columns, rules
        self.size = len(chunk.row)
        self.reason = np.full(self.size, ACCEPTED, np.int8)

    def run(self) -> Decoded:
        time, bad_time = times(self._column("timestamp"), self.rules.config.time)
        customer, stated, linked, anonymous = self._customer()
        kind = self._kind()
        product, order, name = (self._text(n) for n in ("product_id", "order_id", "name"))
        self._check_product(product, kind)
        self._check_ids(customer, product, order)
        extras = Extras.of(self._column) if self.rules.whole else None
        if extras is not None:
            self._check_ids(self._text("event_id"), self._text("anonymous_id"), *extras.ids)
        self._check_excluded(product)
        mark(self.reason, bad_time | (time == NO_TIME), Reason.BAD_TIMESTAMP)
        mark(self.reason, time > self.rules.now + self.rules.config.time.future_tolerance, Reason.FUTURE)
        quantity, kind = self._quantity(kind)
        price = self._price(quantity)
        currencies = self._currencies()
        self._check_known(product)
        quantity = np.abs(quantity)
        key = event_keys(self._column("event_id"))
        own_key = key != 0
        if not own_key.all():  # rows without an event_id are compared by their values
            extras = extras or Extras.of(self._column)
            values = content_keys(
                text_hashes(stated),  # owners do not count, since what is known of them changes
                (product, order, name),
                extras=extras,
                time=time,
                kind=kind,
                quantity=quantity,
                price=price,
            )
            key = np.where(own_key, key, values)
        if extras is not None and self.rules.whole:
            self._check_long(extras, name)
        touch = self._touch()
        later = time >= self.rules.until if self.rules.until is not None else np.zeros(self.size, bool)
        erased = self._erased(customer)
        self.reason[later | erased] = ACCEPTED  # what is not looked at is not judged either
        return Decoded(
            *(customer, stated, product, order, name, time, kind, quantity, price, touch, key, own_key, extras),
            *(currencies, self.chunk.row, self.reason, later),
            *(self._denied(customer), erased, linked, anonymous),
        )

    def _column(self, canonical: str) -> Column:
        own = self.columns.own.get(canonical)
        return self.chunk.column(own[0]) if own else pa.nulls(self.size, pa.string())

    def _text(self, canonical: str) -> Text:
        return encode(self._column(canonical))

    def _customer(self) -> tuple[Text, Text, Bools, Bools]:
        """The customer of each row: the person named, else the owner of the device, else the device itself; and what
        the row itself says of it."""
        named, device = self._text("customer_id"), self._text("anonymous_id")
        person = named.renamed(self.rules.statics.settled(named.texts))
        owner = self.rules.statics.owner(device.texts)
        own_name = pc.if_else(blocked(device.texts), None, pc.binary_join_element_wise(ANONYMOUS, device.texts, ""))
        customer = first_of(person, Text(device.code, pc.coalesce(owner, own_name)))
        mark(self.reason, customer.code < 0, Reason.NO_CUSTOMER)
        nameless = (named.code < 0) & (customer.code >= 0)
        linked = nameless & device.where(owner.is_valid().to_numpy(zero_copy_only=False))
        return customer, first_of(named, Text(device.code, own_name)), linked, nameless & ~linked

    def _kind(self) -> Array:
        stated = self._text("event_type")
        known = [kind_of(text) for text in stated.texts.to_pylist()]
        table = [_NO_KIND if kind is None else int(kind) for kind in known]
        kind = np.array([*table, int(self.rules.config.events.kind)], np.uint8)[stated.code]
        mark(self.reason, kind == _NO_KIND, Reason.UNKNOWN_EVENT_TYPE)
        return kind

    def _touch(self) -> Array:
        """Channel and device; each pair of words is looked up once."""
        if "channel" not in self.columns and "device" not in self.columns:
            return np.zeros(self.size, np.uint8)
        channel, device = self._text("channel"), self._text("device")
        words = [[*text.texts.to_pylist(), None] for text in (channel, device)]
        keys = (channel.code.astype(np.int64) + 1) * len(words[1]) + device.code + 1
        used, place = np.unique(keys, return_inverse=True)
        pairs = [divmod(key, len(words[1])) for key in used.tolist()]
        codes = np.array([touch_of(words[0][c - 1], words[1][d - 1]) for c, d in pairs], np.uint8)
        return codes[place]

    def _check_product(self, product: Text, kind: Array) -> None:
        needs = ~np.isin(kind, [int(k) for k in WITHOUT_PRODUCT])
        mark(self.reason, (product.code < 0) & needs, Reason.NO_PRODUCT)

    def _check_ids(self, *ids: Text) -> None:
        for text in ids:
            mark(self.reason, text.where(malformed_ids(text.texts)), Reason.BAD_ID)

    def _check_excluded(self, product: Text) -> None:
        if self.rules.config.exclude_products:
            hits = [self.rules.config.excludes(text) for text in product.texts.to_pylist()]
            mark(self.reason, product.where(np.array(hits, bool)), Reason.EXCLUDED_PRODUCT)

    def _quantity(self, kind: Array) -> tuple[Doubles, Array]:
        """Quantities, and the kinds with negative purchases turned into refunds."""
        quantity, bad = numbers(self._column("quantity"))
        quantity = np.where(np.isnan(quantity), 1.0, quantity)
        mark(self.reason, bad | (quantity == 0) | (np.abs(quantity) > MOST), Reason.BAD_QUANTITY)
        negative = quantity < 0
        mark(self.reason, negative & (kind != Kind.PURCHASE) & (kind != Kind.REFUND), Reason.BAD_QUANTITY)
        return quantity, np.where(negative & (kind == Kind.PURCHASE), np.uint8(Kind.REFUND), kind)

    def _price(self, quantity: Doubles) -> Doubles:
        price, bad = numbers(self._column("unit_price"))
        total, bad_total = numbers(self._column("line_total"))
        with np.errstate(divide="ignore", invalid="ignore"):
            price = np.where(np.isnan(price), np.abs(total / quantity), price)
        mark(self.reason, bad | bad_total | (price < 0) | (price > MOST), Reason.BAD_PRICE)
        return price

    def _currencies(self) -> frozenset[str]:
        stated, own = self._text("currency"), self.rules.config.currency
        if own:
            other = [text.casefold() != own.casefold() for text in stated.texts.to_pylist()]
            mark(self.reason, stated.where(np.array(other, bool)), Reason.CURRENCY)
            return frozenset({own.upper()})
        used = np.unique(stated.code[(self.reason == ACCEPTED) & (stated.code >= 0)])
        return frozenset(text.upper() for text in stated.texts.take(pa.array(used)).to_pylist())

    def _check_known(self, product: Text) -> None:
        if self.rules.config.unknown_products == "reject":
            mark(self.reason, product.where(~self.rules.statics.known(product.texts)), Reason.UNKNOWN_PRODUCT)

    def _denied(self, customer: Text) -> Bools:
        default = self.rules.config.consent.default == "granted"
        return customer.where(~self.rules.statics.personal(customer.texts, default=default))

    def _erased(self, customer: Text) -> Bools:
        return customer.where(self.rules.statics.forgotten(customer.texts))

    def _check_long(self, extras: Extras, name: Text) -> None:
        bad = [len(text.encode()) > MAX_NAME_BYTES or "\0" in text for text in name.texts.to_pylist()]
        mark(self.reason, name.where(np.array(bad, bool)) | extras.bad_properties(), Reason.BAD_VALUE)
        currency = self._text("currency")
        mark(self.reason, currency.where(malformed_ids(currency.texts)), Reason.BAD_VALUE)


def one_currency(currencies: frozenset[str], place: str) -> None:
    """DataError if prices are in more than one."""
    if len(currencies) > 1:
        raise DataError(
            f"{place}: prices in {', '.join(sorted(currencies))}; a shop has one currency: "
            f'write currency = "{min(currencies)}" under [tables] in esnaf.toml to set the others aside'
        )
