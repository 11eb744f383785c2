"""Rows that are set aside name nobody."""

import pyarrow as pa

from features.tables.veil import HIDDEN, veiled


def test_what_names_customers_is_hidden() -> None:
    rows = pa.table({"customer_id": ["a", "b"], "First_Name": ["Ada", None], "country": ["TR", "mail me: x@y.org"]})
    assert veiled("customers", rows).to_pylist() == [
        {"customer_id": "a", "First_Name": HIDDEN, "country": "TR"},
        {"customer_id": "b", "First_Name": None, "country": f"mail me: {HIDDEN}"},
    ]


def test_products_have_names() -> None:
    rows = pa.table({"name": ["Mug"], "price": [3.5]})
    assert veiled("products", rows).to_pylist() == rows.to_pylist()


def test_of_identities_little_is_told() -> None:
    rows = pa.table({"customer_id": ["a"], "kind": ["phone"], "value": ["+90 555"], "note": [7]})
    assert veiled("identities", rows).to_pylist() == [
        {"customer_id": "a", "kind": "phone", "value": HIDDEN, "note": HIDDEN}
    ]


def test_emails_in_events() -> None:
    texts = pa.array(['{"email": "ada@example.org"}', "plain", None]).dictionary_encode()
    found = veiled("events", pa.table({"properties": texts, "line": ["x;ada@example.org;3", "2023-11-01", ""]}))
    assert found.column("properties").to_pylist() == ['{"email": "***"}', "plain", None]
    assert found.column("line").to_pylist() == ["x;***;3", "2023-11-01", ""]
