"""Reading whole shops."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow.parquet as pq
import pytest

from features.kinds import Kind
from features.tables import Shop
from features.tables.reasons import Reason

Read: TypeAlias = Callable[..., Shop]

HEAD = "customer_id,product_id,timestamp,event_type,quantity,unit_price,order_id\n"


def test_ids_keep_their_text(read: Read) -> None:
    shop = read(events=HEAD + "00012,0099,2023-01-01,purchase,1,2.50,7\n Çağla ,ürün-1,2023-01-02,,,,\n")
    assert shop.log.customers.ids() == ["00012", "Çağla"]
    assert shop.log.products.ids() == ["0099", "ürün-1"]
    assert np.isnan(shop.log.price[1])
    assert shop.log.quantity.tolist() == [1, 1]


def test_negative_purchases_and_refund_events_take_back(read: Read) -> None:
    shop = read(
        events=HEAD
        + "a,p,2023-01-01,purchase,3,1,1\na,p,2023-01-02,purchase,-1,1,2\n"
        + "a,p,2023-01-03,Order Refunded,1,1,1\na,p,2023-01-04,refund,-1,1,\n"
    )
    assert [Kind(k) for k in shop.log.kind] == [Kind.PURCHASE, Kind.REFUND, Kind.REFUND, Kind.REFUND]
    assert shop.log.as_of(shop.log.end).quantity.tolist() == []
    assert shop.report.unmatched_refunds == 0


def test_dialects_and_cases(read: Read) -> None:
    names = ["Order Completed", "PURCHASE", "Product Viewed", "view_item", "AddToCart", "add-to-cart", "Wishlist"]
    rows = "".join(f"a,p,2023-01-{day:02},{name},1,1,\n" for day, name in enumerate(names, 1))
    kinds = [Kind(k).name for k in read(events=HEAD + rows).log.kind]
    assert kinds == ["PURCHASE", "PURCHASE", "VIEW", "VIEW", "ADD_TO_CART", "ADD_TO_CART", "WISHLIST"]


def test_events_without_a_product_need_none(read: Read) -> None:
    shop = read(events=HEAD + "a,,2023-01-01,search,1,,\na,p,2023-01-01,view,1,,\na,,2023-01-01,view,1,,\n")
    assert shop.log.product.tolist() == [0, -1]
    assert shop.report.rejected == {("events", Reason.NO_PRODUCT): 1}


def test_until_is_not_looked_at(read: Read) -> None:
    text = HEAD + "a,p,2023-01-01,purchase,1,1,\nb,q,2023-02-01,purchase,x,1,\n"
    shop = read(events=text, until=1_675_209_600)  # 2023-02-01
    assert (shop.report.accepted, shop.report.later, shop.report.rejected) == (1, 1, {})
    assert shop.log.customers.ids() == ["a"]


def test_the_same_event_id_twice_is_a_duplicate_the_earliest_stays(read: Read, tmp_path: Path) -> None:
    shop = read(
        events="event_id,customer_id,product_id,timestamp\n"
        "e1,a,p,2023-01-05\ne1,a,p,2023-01-02\ne2,a,p,2023-01-02\ne1,b,q,2023-01-09\n"
    )
    assert shop.report.rejected == {("events", Reason.DUPLICATE): 2}
    assert len(shop.log.time) == 2
    assert shop.log.time.max() < 1_672_704_000  # 2023-01-03
    rows = pq.read_table(tmp_path / "rejected.parquet").to_pylist()
    assert [(r["file"], r["row"], r["reason"]) for r in rows] == [
        ("events.csv", 1, "duplicate"),
        ("events.csv", 4, "duplicate"),
    ]
    assert '"product_id": "p"' in rows[0]["values"]


def test_identical_lines_of_an_order_are_one_line(read: Read) -> None:
    shop = read(events=HEAD + 3 * "a,p,2023-01-01,purchase,2,1.5,7\n" + "a,p,2023-01-01,purchase,2,1.4,7\n")
    assert shop.report.merged == 2
    assert sorted(zip(shop.log.quantity, shop.log.price.round(2), strict=True)) == [
        (2, np.float32(1.4)),
        (6, np.float32(1.5)),
    ]


def test_the_same_row_twice_is_a_duplicate_unless_its_session_differs(read: Read) -> None:
    head = "customer_id,product_id,timestamp,event_type,session_id\n"
    shop = read(events=head + 2 * "a,p,2023-01-01,view,s1\n" + "a,p,2023-01-01,view,s2\n")
    assert (shop.report.accepted, shop.report.rejected) == (2, {("events", Reason.DUPLICATE): 1})


def test_devices_of_one_customer_are_that_customer(read: Read) -> None:
    shop = read(
        events="customer_id,anonymous_id,product_id,timestamp\n"
        ",d1,p,2023-01-01\na,d1,p,2023-01-02\n,d2,p,2023-01-03\n,0000,p,2023-01-04\n,d3,p,2023-01-05\n"
        "NULL,Unknown,p,2023-01-06\n",
        identities="customer_id,kind,value\na,anonymous_id,d1\na,device_id,d2\nb,anonymous_id,d2\na,device_id,0000\n"
        "b,email,d3\n",
    )
    assert shop.log.customers.ids() == ["a", "anon:d2", "anon:d3"]
    report = shop.report
    assert (report.linked, report.anonymous, report.shared_devices) == (1, 2, 2)
    assert report.rejected == {("events", Reason.NO_CUSTOMER): 2}


def test_links_of_the_future_are_not_known(read: Read) -> None:
    shop = read(
        events="anonymous_id,product_id,timestamp\nd1,p,2023-01-01\n",
        identities="customer_id,kind,value,seen_at\na,anonymous_id,d1,2023-03-01\n",
        until=1_675_209_600,
    )
    assert shop.log.customers.ids() == ["anon:d1"]


CONSENTS = 'customer_id,consent\na,"[""personalisation""]"\nb,[]\nc,\nd,"[""email"", ""Personalization""]"\n'
FOUR = "customer_id,product_id,timestamp\na,p,2023-01-01\nb,p,2023-01-02\nc,p,2023-01-03\nd,p,2023-01-04\n"


@pytest.mark.parametrize(("default", "known"), [("granted", ["a", "c", "d"]), ("denied", ["a", "d"])])
def test_without_consent_there_is_no_history(read: Read, default: str, known: list[str]) -> None:
    shop = read(events=FOUR, customers=CONSENTS, toml=f"[consent]\ndefault = '{default}'")
    seen = shop.log.customers.ids()[: shop.log.customers_at(shop.log.end)]
    assert seen == known
    assert shop.report.no_consent == 4 - len(known)
    personal = dict(zip(shop.log.customers.ids(), shop.profiles.personal.tolist(), strict=True))
    assert personal == {i: i in known for i in "abcd"}


def test_unknown_products_are_accepted_and_counted_or_set_aside(read: Read) -> None:
    tables = {"events": FOUR, "products": "product_id,name\nq,Mug\n"}
    shop = read(**tables)
    assert (shop.report.unknown_products, shop.catalogue.name) == (1, ["", "Mug"])
    mixed = FOUR + "a,q,2023-01-05\n"
    shop = read(events=mixed, products=tables["products"], toml="[tables]\nunknown_products = 'reject'")
    assert shop.report.rejected == {("events", Reason.UNKNOWN_PRODUCT): 4}


def test_line_totals_give_unit_prices(read: Read) -> None:
    shop = read(
        events="customer_id,product_id,timestamp,quantity,paid\na,p,2023-01-01,4,10\na,p,2023-01-02,-4,-10\n",
        toml="[tables.events]\ncolumns.line_total = 'paid'",
    )
    assert shop.log.price.tolist() == [2.5, 2.5]


def test_the_report_counts_every_row(read: Read) -> None:
    shop = read(events=HEAD + "a,p,2023-01-01,purchase,1,1,\n" + 2 * ",p,2023-01-01,purchase,1,1,\n" + "x\n")
    counts = shop.report.counts()
    assert counts["read/events"] == 4
    assert counts["rejected/events/no_customer"] == 2
    assert counts["rejected/events/malformed"] == 1
    assert counts["accepted"] == 1


def test_a_folder_of_parts_is_one_table(read: Read, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    folder.mkdir()
    (folder / "part-0.csv").write_text("customer_id,product_id,timestamp\na,p,2023-01-01\n")
    (folder / "part-1.csv").write_text("product_id,timestamp,customer_id,order_id\nq,2023-01-02,b,7\n")
    shop = read()
    assert shop.log.customers.ids() == ["a", "b"]
    assert shop.log.order.tolist() == [-1, 0]
