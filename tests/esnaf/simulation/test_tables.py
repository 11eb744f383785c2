"""The four tables keep their contract, and the shop's own logic."""

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from esnaf.simulation.profiles import PURPOSES
from features.kinds import WITHOUT_PRODUCT, Kind
from tests.esnaf.simulation.files import SMALL, Files


def test_columns_are_the_canonical_ones(shop: Files) -> None:
    assert set(shop.events) == {
        "customer_id", "anonymous_id", "product_id", "timestamp", "event_type", "quantity", "unit_price", "order_id",
        "session_id", "channel", "device", "event_id", "properties",
    }  # fmt: skip
    assert {"product_id", "parent_id", "name", "category", "brand", "price", "cost", "available"} < set(shop.products)
    assert {"customer_id", "name", "age_band", "gender", "country", "city", "interests"} < set(shop.customers)
    assert list(shop.identities) == ["customer_id", "kind", "value", "seen_at"]


def test_texts_are_read_as_texts_and_times_as_utc(shop: Files) -> None:
    schema = pq.read_schema(shop.folder / "events.parquet")
    assert pa.types.is_string(schema.field("customer_id").type)
    assert str(shop.events.timestamp.dt.tz) == "UTC"


def test_ids_are_unique(shop: Files) -> None:
    assert shop.events.event_id.is_unique
    assert shop.products.product_id.is_unique
    assert shop.customers.customer_id.is_unique
    assert not shop.identities.duplicated().any()


def test_every_kind_but_impressions_happens(shop: Files) -> None:
    assert set(shop.events.event_type) == {kind.name.lower() for kind in Kind if kind is not Kind.IMPRESSION}


def test_each_event_has_a_customer_or_a_device(shop: Files) -> None:
    assert (shop.events.customer_id.notna() | shop.events.anonymous_id.notna()).all()


def test_products_stand_where_they_belong(shop: Files) -> None:
    without = shop.events.event_type.isin([kind.name.lower() for kind in WITHOUT_PRODUCT])
    assert shop.events.product_id[without].isna().all()
    assert shop.events.product_id[~without].isin(shop.products.product_id).all()


def test_events_are_in_the_log_and_in_order(shop: Files) -> None:
    end = pd.Timestamp(SMALL.end, tz="UTC")
    assert shop.events.timestamp.is_monotonic_increasing
    assert shop.events.timestamp.min() >= end - pd.Timedelta(days=SMALL.days)
    assert shop.events.timestamp.max() < end


def test_sold_things_have_quantity_price_and_order(shop: Files) -> None:
    sold = shop.of("purchase", "refund")
    assert (sold.quantity >= 1).all()
    assert (sold.unit_price > 0).all()
    assert sold.order_id.notna().all()
    assert shop.of("view", "click").quantity.isna().all()
    assert (shop.of("purchase").groupby("order_id").timestamp.nunique() == 1).all()


def test_prices_are_the_list_price_or_less(shop: Files) -> None:
    sold = shop.of("purchase").merge(shop.products, on="product_id")
    ratio = sold.unit_price / sold.price
    assert ratio.max() < 1.001
    assert ratio.min() > 0.65
    assert (shop.products.cost < shop.products.price).all()


def test_properties_are_json_of_their_kind(shop: Files) -> None:
    keys = (
        shop.events.dropna(subset="properties")
        .groupby("event_type")
        .properties.apply(lambda texts: {key for text in texts for key in json.loads(text)})
    )
    assert keys["search"] == {"query"}
    assert keys["survey"] == {"kind", "score"}
    assert keys["message_sent"] == keys["message_opened"] == {"message_id", "campaign"}
    assert set(keys.index) <= {"search", "survey", "message_sent", "message_opened", "message_clicked"}


def test_answers_are_on_their_scales(shop: Files) -> None:
    answers = pd.DataFrame([json.loads(text) for text in shop.of("survey").properties])
    limits = answers.groupby("kind").score.agg(["min", "max"])
    assert limits.loc["csat", "min"] >= 1
    assert limits.loc["csat", "max"] <= 5
    assert limits.loc["nps", "max"] <= 10
    assert answers.score.nunique() > 3


def test_messages_are_sent_once_then_opened_then_clicked(shop: Files) -> None:
    sent, opened, clicked = (shop.of(f"message_{what}") for what in ("sent", "opened", "clicked"))
    assert sent.properties.is_unique
    assert set(clicked.properties) <= set(opened.properties) <= set(sent.properties)
    first = sent.set_index("properties").timestamp
    assert (opened.timestamp > opened.properties.map(first)).all()


def test_messages_go_to_those_who_consent(shop: Files) -> None:
    consent = shop.customers.dropna(subset="consent").set_index("customer_id").consent
    asked = shop.of("message_sent").customer_id
    asked = asked[asked.isin(consent.index)]
    assert len(asked) > 20
    assert consent[asked].map(lambda purposes: "messaging" in purposes).all()


def test_some_did_not_consent_or_said_nothing(shop: Files) -> None:
    said = shop.customers.consent.dropna()
    assert 0 < shop.customers.consent.isna().mean() < 0.1
    share = said.map(lambda purposes: PURPOSES[0] in purposes).mean()
    assert 0.88 < share < 0.99


def test_variants_share_a_parent_that_exists(shop: Files) -> None:
    variants = shop.products.dropna(subset="parent_id")
    assert variants.parent_id.isin(shop.products.product_id).all()
    assert (variants.groupby("parent_id").size() >= 2).all()
    assert (variants.groupby("parent_id").brand.nunique() == 1).all()
    assert 0.1 < len(variants) / len(shop.products) < 0.6


def test_nothing_happens_to_a_product_before_its_launch(shop: Files) -> None:
    launched = shop.events.product_id.map(shop.products.set_index("product_id").created_at)
    assert (shop.events.timestamp >= launched)[shop.events.product_id.notna()].all()
    start = pd.Timestamp(SMALL.end, tz="UTC") - pd.Timedelta(days=SMALL.days)
    assert 0.1 < (shop.products.created_at > start).mean() < 0.3


def test_some_accounts_have_no_row_and_some_rows_no_event(shop: Files) -> None:
    known = set(shop.customers.customer_id)
    active = set(shop.events.customer_id.dropna())
    assert 0 < len(active - known) < 0.1 * len(active)
    assert known - active


def test_declared_interests_are_categories(shop: Files) -> None:
    declared = shop.customers.interests.dropna()
    assert 0.2 < declared.map(len).gt(0).mean() < 0.4
    assert set(declared.explode().dropna()) <= set(shop.products.category)
