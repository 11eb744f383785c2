"""The catalogue, from a table or from the events."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from features.arrays import NO_TIME
from features.tables import Shop
from features.tables.products import coded, words_of
from features.tables.reasons import Reason

Read: TypeAlias = Callable[..., Shop]

EVENTS = "customer_id,product_id,timestamp,unit_price\na,p2,2023-01-02,4\na,p1,2023-01-01,2\nb,p1,2023-01-03,6\n"
PRODUCTS = (
    "product_id,parent_id,name,category,brand,price,cost,available,created_at\n"
    "p1,,Red Mug 300ml,Home > Kitchen > Mugs,Acme,2.5,1,true,2022-01-01\n"
    "p2,p1,Blue mug,Home>Kitchen>Mugs,acme,,,no,\n"
    "p3,,Teapot,Home > Kitchen > Pots,,9,,,\n"
)


def test_a_products_table(read: Read) -> None:
    shop = read(events=EVENTS, products=PRODUCTS)
    catalogue = shop.catalogue
    assert shop.log.products.ids() == ["p1", "p2", "p3"]
    assert catalogue.name == ["Red Mug 300ml", "Blue mug", "Teapot"]
    assert catalogue.category_names == ["Home > Kitchen > Mugs", "Home > Kitchen > Pots"]
    assert catalogue.category.tolist() == [0, 0, 1]
    assert (catalogue.department_names, catalogue.department.tolist()) == (["Home"], [0, 0, 0])
    assert (catalogue.brand_names, catalogue.brand.tolist()) == (["Acme", "acme"], [0, 1, -1])
    assert np.array_equal(catalogue.price, np.array([2.5, np.nan, 9], np.float32), equal_nan=True)
    assert np.array_equal(catalogue.cost, np.array([1, np.nan, np.nan], np.float32), equal_nan=True)
    assert catalogue.available.tolist() == [True, False, True]
    assert catalogue.created.tolist() == [1_640_995_200, NO_TIME, NO_TIME]
    assert catalogue.parent.tolist() == [0, 0, 1]
    assert catalogue.word.tolist() == [0, 1, 2, 3, 1, 4]  # red mug 300ml, blue mug, teapot
    assert shop.catalogue_at(0) is catalogue


def test_a_path_in_several_columns(read: Read) -> None:
    shop = read(
        events=EVENTS,
        products="sku,dept,group\np1,Home,Mugs\np2,Home,\n",
        toml="[tables.products]\ncolumns = { product_id = 'sku', category = ['dept', 'group'] }",
    )
    assert shop.catalogue.category_names == ["Home > Mugs", "Home"]


def test_rows_that_disagree_are_counted_and_the_first_wins(read: Read) -> None:
    shop = read(events=EVENTS, products="product_id,name\np1,Mug\np1,Mug\np2,Pot\np2,Pan\n")
    assert shop.catalogue.name == ["Mug", "Pot"]
    assert shop.report.conflicts == {"products": 1}
    assert shop.report.read["products"] == 4


def test_the_earliest_row_wins_and_later_ones_are_not_seen(read: Read) -> None:
    products = "product_id,name,created_at\np1,New,2023-01-02\np1,Old,2023-01-01\np2,Later,2023-02-01\n"
    shop = read(events=EVENTS, products=products, until=1_675_209_600)  # 2023-02-01
    assert shop.catalogue.name == ["Old", ""]
    assert shop.report.unknown_products == 1


def test_an_odd_availability_is_set_aside(read: Read) -> None:
    shop = read(events=EVENTS, products="product_id,available\np1,perhaps\np2,FALSE\n")
    assert shop.report.rejected == {("products", Reason.BAD_VALUE): 1}
    assert shop.catalogue.available.tolist() == [True, False]


def test_excluded_products_are_in_neither(read: Read) -> None:
    shop = read(events=EVENTS, products=PRODUCTS, toml="[tables]\nexclude_products = ['p2', '/.*3/']")
    assert shop.log.products.ids() == ["p1"]
    assert shop.report.rejected == {
        ("events", Reason.EXCLUDED_PRODUCT): 1,
        ("products", Reason.EXCLUDED_PRODUCT): 2,
    }


def test_products_of_the_events_have_median_prices_as_of_a_moment(read: Read) -> None:
    shop = read(events=EVENTS)
    assert np.array_equal(shop.catalogue_at(1_672_617_600).price, [2, np.nan], equal_nan=True)  # 2023-01-02
    assert shop.catalogue.price.tolist() == [2, 4]  # the lower of 2 and 6
    assert shop.catalogue.category.tolist() == [-1, -1]


def test_codes_are_by_first_appearance() -> None:
    codes, names = coded(["b", "", "a", "b"])
    assert (codes.tolist(), names) == ([0, -1, 1, 0], ["b", "a"])


def test_words() -> None:
    offsets, word = words_of(["Ürün MUG, mug 250 ml", "", "mug-holder x_yz"])
    assert offsets.tolist() == [0, 2, 2, 4]
    assert word.tolist() == [0, 1, 1, 2]
