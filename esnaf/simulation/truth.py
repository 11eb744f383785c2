"""Truth: what a real shop can only guess at, kept beside the tables and never in them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from esnaf.simulation.batch import Batch, numbers
from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.identifiers import account_ids, hex_ids
from esnaf.simulation.identities import SECOND, anonymous_ids
from esnaf.simulation.intents import NO_INTEREST
from esnaf.simulation.interests import INTERESTS
from esnaf.simulation.needs import begins
from esnaf.simulation.people import DEVICES
from esnaf.simulation.tables import TIME, order_ids, session_ids
from esnaf.simulation.visits import LOGINS, MISSIONS, STORE
from esnaf.simulation.world import World
from features.arrays import Array
from features.kinds import Kind

CUSTOMERS = pa.schema(
    {
        "person_id": pa.string(),
        "customer_id": pa.string(),  # null for visitors without an account
        "store_customer_id": pa.string(),  # the second account, where there is one
        "cluster": pa.string(),  # the main interest
        "taste": pa.list_(pa.float32()),  # weights of the interests, in the order of their names in interests.json
        "price_level": pa.float32(),  # in spreads of the price within a category
        "sessions_per_day": pa.float64(),
        "joined_at": TIME,
        "churned_at": TIME,  # null where it lies after the log
        "orders": pa.int32(),
        "spend": pa.float64(),  # net of refunds, over the log
        "spend_per_day": pa.float64(),  # the same over the days between joining and churn
    }
)
SESSIONS = pa.schema(
    {
        "session_id": pa.string(),  # null in the store, where events have none
        "order_id": pa.string(),  # null where nothing was bought
        "person_id": pa.string(),
        "customer_id": pa.string(),  # the account, whether the shop knew it then or not
        "anonymous_id": pa.string(),
        "login": pa.string(),
        "mission": pa.string(),
        "interest": pa.string(),  # null for household goods and gifts
        "category": pa.string(),
        "product_id": pa.string(),  # what the session is about
        "start": TIME,
    }
)
MISSIONS_TRUTH = pa.schema(
    {"order_id": pa.string(), "mission": pa.string(), "lines": pa.int32(), "household_lines": pa.int32()}
)
IDENTITIES = pa.schema(
    {
        "person_id": pa.string(),
        "kind": pa.string(),  # customer_id, or as in the identities table
        "value": pa.string(),
        "shared": pa.bool_(),  # seen with several people
        "junk": pa.bool_(),  # a placeholder
        "linked": pa.bool_(),  # the identities table ties it to an account
    }
)


def person_ids(numbers: Array) -> list[str]:
    """Ids of people, which stand in the truth alone."""
    return list(hex_ids(np.asarray(numbers, np.int64), 10, salt=53, prefix="person-").to_pylist())


def customers(world: World, batch: Batch) -> pa.RecordBatch:
    """Taste, activity, life and value of each person."""
    people, j = batch.people, batch.journal
    N, person = len(people), people.first + np.arange(len(people))
    sign = np.select([j.kind == Kind.PURCHASE, j.kind == Kind.REFUND], [1.0, -1.0], 0.0)
    spend = np.bincount(j.person, weights=sign * j.quantity * np.nan_to_num(j.price), minlength=N).round(2)
    orders = np.bincount(batch.visits.person[np.unique(j.order[j.kind == Kind.PURCHASE])], minlength=N)
    end = np.minimum(people.churned, world.clock.end)
    visitor = np.arange(N) >= people.customers
    columns = {
        "person_id": person_ids(person),
        "customer_id": pa.array(account_ids(person), mask=visitor),
        "store_customer_id": pa.array(account_ids(person + SECOND), mask=~people.second),
        "cluster": [INTERESTS[k].name for k in people.main_interest],
        "taste": pa.array(list(people.taste.astype(np.float32)), pa.list_(pa.float32())),
        "price_level": people.level,
        "sessions_per_day": people.rate,
        "joined_at": pa.array(people.joined * 1_000, TIME),
        "churned_at": pa.array(people.churned * 1_000, TIME, mask=people.churned >= world.clock.end),
        "orders": orders.astype(np.int32),
        "spend": spend,
        "spend_per_day": spend / np.maximum((end - people.joined) / 86_400, 1),
    }
    return pa.RecordBatch.from_pydict(columns, schema=CUSTOMERS)


def sessions(world: World, batch: Batch) -> pa.RecordBatch:
    """What each session was about: its mission, and the first thing that was looked for."""
    v, people, intents = batch.visits, batch.people, batch.baskets.intents
    first = np.flatnonzero(begins(intents.session))
    seen = np.zeros(len(v), bool)
    seen[batch.journal.visit[batch.journal.visit >= 0]] = True
    seen[batch.journal.order[batch.journal.order >= 0]] = True
    first = first[seen[intents.session[first]]]
    s = intents.session[first]
    person = people.first + v.person[s]
    ordered = np.isin(s, intents.session[batch.baskets.paid])
    store, visitor = v.slot[s] == STORE, v.person[s] >= people.customers
    number = numbers(batch.number, s)
    account = person + np.where(store & people.second[v.person[s]], SECOND, 0)
    interest, product = intents.interest[first], intents.product[first]
    columns = {
        "session_id": _masked(session_ids(number), store),
        "order_id": _masked(order_ids(number), ~ordered),
        "person_id": person_ids(person),
        "customer_id": pa.array(account_ids(account), mask=visitor),
        "anonymous_id": pa.array(anonymous_ids(people.device[v.person[s], v.slot[s]]), mask=store),
        "login": [LOGINS[login] for login in v.login[s]],
        "mission": [MISSIONS[mission] for mission in v.mission[s]],
        "interest": [INTERESTS[k].name if NO_INTEREST < k < len(INTERESTS) else None for k in interest],
        "category": [CATEGORIES[g].path for g in world.assortment.category[product]],
        "product_id": [world.product_ids[p] for p in product],
        "start": pa.array(v.time[s] * 1_000, TIME),
    }
    return pa.RecordBatch.from_pydict(columns, schema=SESSIONS)


def missions(_world: World, batch: Batch) -> pa.RecordBatch:
    """The mission behind each order."""
    intents, paid = batch.baskets.intents, batch.baskets.paid
    session, lines = np.unique(intents.session[paid], return_counts=True)
    household = np.bincount(intents.session[paid & intents.need], minlength=len(batch.visits))[session]
    columns = {
        "order_id": order_ids(numbers(batch.number, session)),
        "mission": [MISSIONS[mission] for mission in batch.visits.mission[session]],
        "lines": lines.astype(np.int32),
        "household_lines": household.astype(np.int32),
    }
    return pa.RecordBatch.from_pydict(columns, schema=MISSIONS_TRUTH)


def identities(_world: World, batch: Batch) -> pa.RecordBatch:
    """Whose each account and identifier is; a shared one has a row for each of its people."""
    people, links, j = batch.people, batch.links, batch.journal
    web = people.first + np.arange(people.customers)
    accounts = np.append(web, web[people.second[: people.customers]] + SECOND)
    linked = set(zip(links.person.tolist(), links.value.tolist(), strict=True))
    used = np.unique((j.person * np.int64(DEVICES) + j.slot)[j.slot >= 0])
    person = people.first + used // DEVICES
    values = anonymous_ids(people.device.reshape(-1)[used])
    alone = [at for at, pair in enumerate(zip(person.tolist(), values, strict=True)) if pair not in linked]
    n, m = len(accounts), len(alone)
    columns = {
        "person_id": person_ids(np.concatenate([accounts % SECOND, links.person, person[alone]])),
        "kind": ["customer_id"] * n + links.kind.tolist() + ["anonymous_id"] * m,
        "value": account_ids(accounts) + links.value.tolist() + [values[at] for at in alone],
        "shared": [False] * n + links.shared.tolist() + [False] * m,
        "junk": [False] * n + links.junk.tolist() + [False] * m,
        "linked": [True] * (n + len(links.value)) + [False] * m,
    }
    return pa.RecordBatch.from_pydict(columns, schema=IDENTITIES)


def _masked(strings: pa.Array, mask: Array) -> pa.Array:
    return pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), strings)
