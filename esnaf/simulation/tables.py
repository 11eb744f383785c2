"""Tables: the four tables as a shop would export them, in Arrow."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from esnaf.simulation.batch import Batch, numbers
from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.identifiers import account_ids, hex_ids
from esnaf.simulation.identities import SECOND, anonymous_ids
from esnaf.simulation.interests import AGE_BANDS, GENDERS
from esnaf.simulation.people import DEVICES, MOBILE
from esnaf.simulation.places import COUNTRIES
from esnaf.simulation.visits import STORE
from esnaf.simulation.world import World
from features.arrays import Array
from features.kinds import Kind

TIME = pa.timestamp("ms", tz="UTC")
_TEXT = pa.dictionary(pa.int32(), pa.string())
_TEXTS = pa.list_(pa.string())
EVENTS = pa.schema(
    {
        "customer_id": _TEXT,
        "anonymous_id": _TEXT,
        "product_id": _TEXT,
        "timestamp": TIME,
        "event_type": _TEXT,
        "quantity": pa.int32(),
        "unit_price": pa.float64(),
        "order_id": _TEXT,
        "session_id": _TEXT,
        "channel": _TEXT,
        "device": _TEXT,
        "event_id": pa.string(),
        "properties": _TEXT,
    }
)
CUSTOMERS = pa.schema(
    {
        "customer_id": pa.string(),
        "name": pa.string(),
        "age_band": pa.string(),
        "gender": pa.string(),
        "country": pa.string(),
        "city": pa.string(),
        "interests": _TEXTS,
        "consent": _TEXTS,
        "created_at": TIME,
    }
)
IDENTITIES = pa.schema({"customer_id": pa.string(), "kind": pa.string(), "value": pa.string(), "seen_at": TIME})
_CHANNELS, _WEB, _APP, _IN_STORE, _MAIL = ["web", "app", "store", "email"], 0, 1, 2, 3
_DEVICES = ["mobile", "desktop", "tablet", "kiosk"]
_AGE_UNKNOWN = 0.15


def session_ids(sessions: Array) -> Any:
    """(N,) session ids by number over the whole shop."""
    return hex_ids(sessions, 12, salt=31, prefix="s")


def order_ids(sessions: Array) -> Any:
    """(N,) order ids by the number of the session they were placed in."""
    return hex_ids(sessions, 12, salt=37, prefix="o")


def events(world: World, batch: Batch) -> pa.RecordBatch:
    """The events of a batch in the order of time."""
    j, people = batch.journal, batch.people
    account = j.person + np.where((j.slot == STORE) & people.second[j.person], SECOND, 0) + people.first
    base = people.first * DEVICES
    device = np.where(j.slot >= 0, people.device[j.person, j.slot] - base, -1)
    is_app = (j.slot == MOBILE) & people.app[j.person]
    channel = np.select([is_app, j.slot >= 0, j.slot == STORE], [_APP, _WEB, _IN_STORE], _MAIL)
    bought = np.isin(j.kind, (Kind.PURCHASE, Kind.REFUND))
    sold = bought | np.isin(j.kind, (Kind.ADD_TO_CART, Kind.REMOVE_FROM_CART))
    columns = [
        _coded(np.where(j.known, account, -1), lambda used: pa.array(account_ids(used))),
        _coded(device, lambda used: pa.array(anonymous_ids(used + base))),
        _coded(j.product, lambda used: pa.array([world.product_ids[p] for p in used])),
        pa.array(j.time * 1_000, TIME),
        _coded(j.kind.astype(np.int64), lambda used: pa.array([Kind(k).name.lower() for k in used])),
        pa.array(j.quantity.astype(np.int32), mask=~sold),
        pa.array(j.price, mask=np.isnan(j.price)),
        _coded(j.order, lambda used: order_ids(numbers(batch.number, used))),
        _coded(j.visit, lambda used: session_ids(numbers(batch.number, used))),
        _coded(channel, lambda used: pa.array([_CHANNELS[c] for c in used])),
        _coded(np.where(j.slot >= 0, j.slot, -1), lambda used: pa.array([_DEVICES[d] for d in used])),
        hex_ids(numbers(batch.number, np.arange(len(j))), 14, salt=13, prefix="e"),
        world.notes.column(j.note, batch.messages),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EVENTS)


def _coded(codes: Array, texts: Callable[[Array], Any]) -> Any:
    """(N,) a dictionary column of codes, nulls for -1; only the texts in use are made.

    Different codes must have different texts: Arrow writes dictionaries with doubles in one way or another.
    """
    size = int(codes.max(initial=-1)) + 1
    if size <= 8 * len(codes):
        used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=size))
        place = np.zeros(size + 1, np.int32)
        place[used] = np.arange(len(used))
        at = place[codes]
    else:
        used = np.unique(codes[codes >= 0])
        at = np.searchsorted(used, codes).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(at, mask=codes < 0), texts(used).cast(pa.string()))


def products(world: World) -> pa.Table:
    """The products table, in the order of the ids."""
    a, ids = world.assortment, world.product_ids
    brands, last = a.brand_names(), np.full(len(a), world.clock.end - 1)
    table = pa.table(
        {
            "product_id": ids,
            "parent_id": pa.array([ids[p] if p >= 0 else None for p in a.parent], pa.string()),
            "name": a.names(),
            "category": [CATEGORIES[g].path for g in a.category],
            "brand": [brands[b] for b in a.brand],
            "price": a.price,
            "cost": a.cost,
            "available": a.in_stock(np.arange(len(a)), last),
            "created_at": pa.array(a.launched * 1_000, TIME),
            "attributes": pa.array(a.attributes(), pa.string()),
        }
    )
    known = table.filter(pa.array(a.launched < world.clock.end))
    return known.sort_by("product_id")


def customers(world: World, batch: Batch) -> pa.RecordBatch:
    """The customers of a batch in the order of the ids; a few accounts have no row."""
    p, people = batch.profiles, batch.people
    rng = np.random.default_rng((world.parameters.seed, 2, batch.number))
    second = np.flatnonzero(people.second[: people.customers])
    account = np.append(np.arange(people.customers), second + SECOND)
    account = account[rng.random(len(account)) < world.parameters.profile_share]
    ids = np.array(account_ids(account + people.first), object)
    by = np.argsort(ids)
    account, ids = account[by], ids[by]
    n, store = account % SECOND, account >= SECOND
    vague = rng.random(len(n)) < _AGE_UNKNOWN
    columns = [
        pa.array(ids),
        pa.array(p.contacts.name[n], pa.string()),
        pa.array(np.array(AGE_BANDS, object)[people.age[n]], mask=vague),
        pa.array(np.array(GENDERS, object)[people.gender[n]], mask=vague),
        pa.array(np.array([country.code for country in COUNTRIES], object)[p.contacts.country[n]]),
        pa.array(p.city[n], mask=store),
        pa.array([None if in_store else p.interests[i] for i, in_store in zip(n, store, strict=True)], _TEXTS),
        pa.array([p.consent[i] for i in n], _TEXTS),
        pa.array(p.created[n] * 1_000, TIME),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=CUSTOMERS)


def identities(_world: World, batch: Batch) -> pa.RecordBatch:
    """The identities of a batch in the order of the ids."""
    links = batch.links
    ids = account_ids(links.account)
    table = pa.RecordBatch.from_arrays(
        [
            pa.array(ids, pa.string()),
            pa.array(links.kind, pa.string()),
            pa.array(links.value, pa.string()),
            pa.array(links.seen_at * 1_000, TIME),
        ],
        schema=IDENTITIES,
    )
    return table.sort_by([("customer_id", "ascending"), ("kind", "ascending"), ("value", "ascending")])
