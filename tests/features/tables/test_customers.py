"""Profiles: attributes, interests and consent, and nothing that names a person."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from features.profiles import Interests
from features.tables import Shop

Read: TypeAlias = Callable[..., Shop]

EVENTS = "customer_id,product_id,timestamp\nb,p1,2023-01-01\na,p2,2023-01-02\nx,p3,2023-01-03\n"
PRODUCTS = (
    "product_id,category,brand\np1,Home > Kitchen > Mugs,Acme\np2,Home > Garden > Pots,Terra\np3,Toys,Mugs\n"
    "p4,Home > Kitchen > Tea > Pots,Acme\n"
)


def of(interests: Interests, row: int) -> list[int]:
    return list(interests.code[interests.offsets[row] : interests.offsets[row + 1]].tolist())


def test_attributes_are_codes_in_the_order_of_customers(read: Read) -> None:
    shop = read(events=EVENTS, customers="customer_id,country,age_band\na,TR,25-34\nb,DE,\nz,FR,65+\n")
    assert shop.log.customers.ids() == ["b", "a", "x", "z"]
    country = shop.profiles.attributes["country"]
    assert (country.code.tolist(), country.names) == ([0, 1, -1, 2], ["DE", "TR", "FR"])
    assert shop.profiles.attributes["age_band"].code.tolist() == [-1, 0, -1, 1]


def test_nothing_personal_enters(read: Read) -> None:
    rows = "".join(f"c{i},N{i},u{i}@x.org,+49 30 12345{i:02},{i * 977},{'mf'[i % 2]}\n" for i in range(40))
    shop = read(events=EVENTS, customers=f"customer_id,name,contact,reach,points,gender\n{rows}")
    assert list(shop.profiles.attributes) == ["gender"]
    assert shop.report.left_out == ("contact", "reach", "points")
    shop = read(events=EVENTS, customers="customer_id,first_name,Email,phone_home,country\na,Ann,?,1,TR\n")
    assert list(shop.profiles.attributes) == ["country"]


def test_columns_with_too_many_values_are_left_out(read: Read) -> None:
    rows = "".join(f"c{i},{i % 1001},{i % 1000}\n" for i in range(4000))
    shop = read(events=EVENTS, customers=f"customer_id,street_number,postcode_area\n{rows}")
    assert list(shop.profiles.attributes) == ["postcode_area"]


def test_interests_are_categories_departments_and_brands(read: Read) -> None:
    customers = (
        'customer_id,interests\na,"[""mugs"", ""ACME"", ""spaceships""]"\nb,"[""home>kitchen"", ""Toys""]"\nx,Home\n'
    )
    shop = read(events=EVENTS, products=PRODUCTS, customers=customers)
    profiles, catalogue = shop.profiles, shop.catalogue
    names = catalogue.category_names
    b, a, x = range(3)
    assert [names[c] for c in of(profiles.categories, a)] == ["Home > Kitchen > Mugs"]
    assert [catalogue.brand_names[c] for c in of(profiles.brands, a)] == ["Acme", "Mugs"]
    assert [names[c] for c in of(profiles.categories, b)] == [
        "Home > Kitchen > Mugs",
        "Toys",
        "Home > Kitchen > Tea > Pots",
    ]
    assert [catalogue.department_names[c] for c in of(profiles.departments, b)] == ["Toys"]
    assert [catalogue.department_names[c] for c in of(profiles.departments, x)] == ["Home"]
    assert of(profiles.categories, x) == []
    assert shop.report.unknown_interests == 1


def test_lists_in_parquet(read: Read, tmp_path: Path) -> None:
    table = pa.table(
        {
            "customer_id": ["a", "b", "x"],
            "interests": [["Toys", None], ["Toys"], None],
            "consent": [["personalisation"], ["email"], []],
        }
    )
    pq.write_table(table, tmp_path / "customers.parquet")
    shop = read(events=EVENTS, products=PRODUCTS)
    personal = dict(zip(shop.log.customers.ids(), shop.profiles.personal.tolist(), strict=True))
    assert personal == {"a": True, "b": False, "x": False}
    assert of(shop.profiles.departments, shop.log.customers.index("a")) == [
        shop.catalogue.department_names.index("Toys")
    ]
    assert of(shop.profiles.departments, shop.log.customers.index("b")) == []  # it is nobody's business


def test_customers_in_the_file_of_the_events(read: Read) -> None:
    shop = read(
        events="who,product_id,timestamp,country\na,p,2023-01-02,DE\na,p,2023-01-01,TR\n,p,2023-01-01,FR\n",
        toml="""
            [tables.events]
            files = ["events.csv"]
            columns.customer_id = "who"
            [tables.customers]
            files = ["events.csv"]
            columns = { customer_id = "who", country = "country", created_at = "timestamp" }
        """,
    )
    assert shop.profiles.attributes["country"].names == ["TR"]
    assert shop.report.conflicts == {"customers": 1}
    assert {t for t, _ in shop.report.rejected} == {"events"}
