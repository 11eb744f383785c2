"""The truth joins with the tables, says what later measures need, and does not leak into them."""

import json

import numpy as np
import pandas as pd

from esnaf.simulation.interests import INTERESTS
from esnaf.simulation.places import COUNTRIES
from esnaf.simulation.visits import MISSIONS
from tests.esnaf.simulation.files import SMALL, Files


def test_every_session_and_order_has_its_truth(shop: Files) -> None:
    truth = shop.sessions
    assert set(shop.events.session_id.dropna()) == set(truth.session_id.dropna())
    assert set(shop.of("purchase").order_id) == set(truth.order_id.dropna()) == set(shop.missions.order_id)
    assert truth.session_id.dropna().is_unique
    assert truth.order_id.dropna().is_unique


def test_sessions_of_the_tables_begin_when_the_truth_says(shop: Files) -> None:
    first = shop.events.groupby("session_id").timestamp.min()
    start = shop.sessions.dropna(subset="session_id").set_index("session_id").start
    assert (first[start.index] == start).all()


def test_known_customers_are_the_truths_accounts(shop: Files) -> None:
    account = shop.sessions.dropna(subset="session_id").set_index("session_id").customer_id
    known = shop.events.dropna(subset=["customer_id", "session_id"])
    assert (known.session_id.map(account) == known.customer_id).all()


def test_the_intent_is_seen_in_the_session_and_bought_in_it(shop: Files) -> None:
    about = shop.sessions[shop.sessions.mission.isin(["targeted", "gift"])].dropna(subset=["session_id"])
    seen = shop.of("view", "click").merge(about, on="session_id", suffixes=("", "_true"))
    hit = (seen.product_id == seen.product_id_true).groupby(seen.session_id).any()
    assert hit.mean() > 0.95
    bought = shop.of("purchase").merge(about, on="session_id", suffixes=("", "_true"))
    assert (bought.product_id == bought.product_id_true).groupby(bought.session_id).any().mean() > 0.7


def test_the_intents_category_is_its_products(shop: Files) -> None:
    category = shop.products.set_index("product_id").category
    assert (shop.sessions.product_id.map(category) == shop.sessions.category).all()


def test_missions_differ_in_their_baskets(shop: Files) -> None:
    lines = shop.missions.groupby("mission").lines.mean()
    assert set(lines.index) == set(MISSIONS)
    assert lines["stock_up"] > 2.5 * lines["replenish"] > 2.5 * lines["gift"]
    joined = shop.missions.merge(shop.sessions, on="order_id")
    assert (joined.mission_x == joined.mission_y).all()


def test_tastes_are_what_people_look_at(shop: Files) -> None:
    names = json.loads((shop.folder / "truth" / "about.json").read_text())["interests"]
    people = shop.people.dropna(subset="customer_id").set_index("customer_id")
    taste = np.stack(people.taste.to_numpy())
    assert taste.shape == (SMALL.customers, len(INTERESTS))
    assert np.allclose(taste.sum(axis=1), 1, atol=1e-3)
    assert (np.array(names)[taste.argmax(axis=1)] == people.cluster).mean() > 0.99
    about = shop.sessions.dropna(subset=["interest", "customer_id"])
    mains = about.customer_id.map(people.cluster)
    assert (about.interest == mains)[mains.notna()].mean() > 0.6


def test_value_is_what_was_paid(shop: Files) -> None:
    sold = shop.of("purchase", "refund").dropna(subset="customer_id")
    paid = np.where(sold.event_type == "purchase", 1, -1) * sold.quantity * sold.unit_price
    people = shop.people.dropna(subset="customer_id")
    alone = people[people.store_customer_id.isna()].set_index("customer_id")
    spend = paid.groupby(sold.customer_id).sum().reindex(alone.index, fill_value=0)
    guests = shop.sessions[shop.sessions.login.eq("never") & shop.sessions.order_id.notna()].customer_id
    settled = ~alone.index.isin(guests)  # orders without a login count for the person, not for the account
    assert np.allclose(spend[settled], alone.spend[settled], atol=0.02)
    assert alone.spend.sum() > 0


def test_nobody_comes_after_churn(shop: Files) -> None:
    churned = shop.people.set_index("person_id").churned_at
    gone = shop.sessions.person_id.map(churned)
    assert (shop.sessions.start <= gone)[gone.notna()].all()
    assert 0.1 < shop.people.churned_at.notna().mean() < 0.9


def test_accounts_belong_to_one_person_each(shop: Files) -> None:
    accounts = shop.persons[shop.persons.kind == "customer_id"]
    assert accounts.value.is_unique
    assert set(shop.events.customer_id.dropna()) <= set(accounts.value)
    assert set(shop.identities.customer_id) <= set(accounts.value)
    twice = accounts.groupby("person_id").size().eq(2).sum()
    assert twice == shop.people.store_customer_id.notna().sum() > 10


def test_identifiers_of_the_tables_are_the_truths(shop: Files) -> None:
    person = shop.persons[shop.persons.kind == "customer_id"].set_index("value").person_id
    rows = shop.identities.assign(person_id=shop.identities.customer_id.map(person))
    truth = shop.persons[shop.persons.kind != "customer_id"]
    joined = rows.merge(truth, on=["person_id", "kind", "value"], how="left", indicator=True)
    assert (joined._merge == "both").all()
    assert set(shop.events.anonymous_id.dropna()) <= set(truth.value)


def test_second_accounts_can_be_found(shop: Files) -> None:
    """Each shares a card, an email or a telephone number with the first, however they are written."""
    pairs = shop.people.dropna(subset="store_customer_id")
    contacts = shop.identities[shop.identities.kind.isin(["email", "phone", "loyalty_card"])]
    plain = contacts.value.where(contacts.kind != "phone", contacts.value.str.replace(r"\D", "", regex=True).str[-6:])
    values = plain.str.lower().groupby(contacts.customer_id).apply(set)
    shared = [bool(values[a] & values[b]) for a, b in zip(pairs.customer_id, pairs.store_customer_id, strict=True)]
    assert all(shared)


def test_some_devices_are_shared_and_some_values_are_junk(shop: Files) -> None:
    users = shop.persons[shop.persons.kind == "anonymous_id"].groupby("value").person_id.nunique()
    assert users.max() >= 3  # the kiosk
    assert (users == 2).any()  # a tablet
    flagged = shop.persons[shop.persons.shared & shop.persons.kind.eq("anonymous_id")].value
    assert set(users[users > 1].index) & set(flagged)
    junk = set(shop.persons[shop.persons.junk].value)
    assert junk & {"0000", "null", "anonymous", "unknown", "-1", "0"}
    assert 0 < shop.persons.junk.mean() < 0.02


def test_events_before_login_carry_only_the_device(shop: Files) -> None:
    late = shop.sessions[(shop.sessions.login == "at_checkout") & shop.sessions.order_id.notna()].session_id
    rows = shop.events[shop.events.session_id.isin(late)]
    login = rows[rows.event_type == "identify"].set_index("session_id").timestamp
    before = rows.timestamp < rows.session_id.map(login)
    assert len(login) == late.nunique() > 10
    assert rows.customer_id[before].isna().all()
    assert rows.customer_id[~before & (rows.event_type == "purchase")].notna().all()
    assert rows.anonymous_id.notna().all()


def test_visitors_without_an_account_buy_as_guests(shop: Files) -> None:
    visitors = shop.sessions[shop.sessions.customer_id.isna()]
    assert set(visitors.login) == {"never"}
    assert visitors.order_id.notna().any()
    assert not shop.events[shop.events.session_id.isin(visitors.session_id)].customer_id.notna().any()


def test_tables_hold_nothing_of_the_truth(shop: Files) -> None:
    hidden = {*shop.people.person_id, *MISSIONS, *(interest.name for interest in INTERESTS)}
    hidden -= {category.split(" > ")[-1].lower() for category in shop.products.category}
    for table in (shop.events, shop.products, shop.customers, shop.identities):
        for column in table.select_dtypes(["object", "str"]):
            values = table[column].dropna()
            texts = set(values[values.map(lambda value: isinstance(value, str))])
            assert not texts & hidden, column


def test_ids_do_not_tell_who_belongs_together(shop: Files) -> None:
    people = shop.people.dropna(subset="store_customer_id")
    first, second = (people[name].str[1:].astype(int) for name in ("customer_id", "store_customer_id"))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.5
    sessions = shop.sessions.dropna(subset="session_id").sort_values(["person_id", "start"])
    number = sessions.session_id.str[1:].map(lambda digits: int(digits, 16)).astype(float)
    same = sessions.person_id.eq(sessions.person_id.shift())
    gaps = (number - number.shift()).abs()
    assert gaps[same].median() > 0.8 * gaps[~same].median()


def test_countries_are_those_of_the_places(shop: Files) -> None:
    assert set(shop.customers.country) == {country.code for country in COUNTRIES}
    assert pd.Series(shop.customers.country).value_counts().idxmax() == "GB"
