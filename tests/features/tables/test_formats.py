"""The same rows in any format give the same shop, to the last bit."""

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st

from features.settings import Settings
from features.tables import Shop, TablesConfig, load

NOW = 1_700_000_000
Row: TypeAlias = dict[str, Any]

IDS = st.one_of(
    st.sampled_from(["00012", "12", "1e5", "çay", "p 1", 'a"b', "x,y", "2011-01-01", "a\\b"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6),
)
EVENTS = st.fixed_dictionaries(
    {
        "customer_id": IDS,
        "anonymous_id": st.one_of(st.none(), st.sampled_from(["d1", "d2"])),
        "product_id": IDS,
        "timestamp": st.integers(1_600_000_000, NOW - 1),
        "event_type": st.sampled_from(["view", "Purchase", "refund", "add to cart"]),
        "quantity": st.integers(1, 9),
        "unit_price": st.one_of(st.none(), st.integers(0, 4_000).map(lambda cents: cents / 8)),
        "order_id": st.one_of(st.none(), st.sampled_from(["7", "007"])),
    }
)


def as_csv(rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_jsonl(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def write_parquet(folder: Path, rows: list[Row]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), folder / "events.parquet", row_group_size=3)


def write_sql(folder: Path, rows: list[Row]) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{folder}/shop.db")
    columns = [
        sqlalchemy.Column(name, sqlalchemy.Integer if name in {"timestamp", "quantity"} else sqlalchemy.Text)
        for name in rows[0]
        if name != "unit_price"
    ]
    table = sqlalchemy.Table(
        "events", sqlalchemy.MetaData(), *columns, sqlalchemy.Column("unit_price", sqlalchemy.Float)
    )
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), rows)
    engine.dispose()


FORMATS: dict[str, Callable[[Path, list[Row]], object]] = {
    "parquet": write_parquet,
    "csv": lambda folder, rows: (folder / "events.csv").write_bytes(as_csv(rows)),
    "csv.gz": lambda folder, rows: (folder / "events.csv.gz").write_bytes(gzip.compress(as_csv(rows))),
    "jsonl": lambda folder, rows: (folder / "events.jsonl").write_bytes(as_jsonl(rows)),
    "jsonl.gz": lambda folder, rows: (folder / "events.jsonl.gz").write_bytes(gzip.compress(as_jsonl(rows))),
    "sql": write_sql,
}


def read_back(name: str, rows: list[Row]) -> Shop:
    with tempfile.TemporaryDirectory() as folder:
        FORMATS[name](Path(folder), rows)
        toml = f"[tables.events]\nsql = 'sqlite:///{folder}/shop.db'" if name == "sql" else ""
        return load(None if name == "sql" else Path(folder), TablesConfig.of(Settings.parse(toml)), now=NOW)


@settings(max_examples=15)
@given(st.lists(EVENTS, min_size=1, max_size=12))
def test_every_format_gives_the_same_shop(rows: list[Row]) -> None:
    shops = {name: read_back(name, rows) for name in FORMATS}
    expected = shops["parquet"]
    for name, shop in shops.items():
        assert shop.report.fingerprint == expected.report.fingerprint, name
        assert shop.log.customers.ids() == expected.log.customers.ids(), name
        assert shop.report.counts() == expected.report.counts(), name


def test_numeric_ids_are_whole_numbers_in_any_type(tmp_path: Path) -> None:
    columns = {
        "customer_id": pa.array([12.0, 7.0, None]),
        "product_id": pa.array([3, 4, 5], pa.int32()),
        "timestamp": pa.array([1, 2, 3], pa.timestamp("s", "UTC")),
        "order_id": pa.array([1e15, 2.0, 3.0]),
    }
    pq.write_table(pa.table(columns), tmp_path / "events.parquet")
    shop = load(tmp_path, TablesConfig(), now=NOW)
    assert shop.log.customers.ids() == ["12", "7"]
    assert shop.log.products.ids() == ["3", "4"]


def test_large_numbers_in_json_keep_their_digits(tmp_path: Path) -> None:
    lines = [{"customer_id": 12345678901234567890 + i, "product_id": i + 0.5, "timestamp": NOW - i} for i in range(3)]
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    shop = load(tmp_path, TablesConfig(), now=NOW)
    assert shop.log.customers.ids() == [str(line["customer_id"]) for line in reversed(lines)]


def test_text_that_looks_like_a_time_stays_an_id_in_json(tmp_path: Path) -> None:
    lines = [
        {"timestamp": NOW - 1, "product_id": "p"},
        {"customer_id": "2011-01-01", "product_id": "p", "timestamp": 9},
    ]
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert load(tmp_path, TablesConfig(), now=NOW).log.customers.ids() == ["2011-01-01"]


def test_latin_1_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_bytes("customer_id;product_id;timestamp\nzoé;p;2023-01-01\n".encode("latin-1"))
    toml = "[tables.events]\nencoding = 'latin-1'\ndelimiter = ';'"
    assert load(tmp_path, TablesConfig.of(Settings.parse(toml)), now=NOW).log.customers.ids() == ["zoé"]
    (tmp_path / "events.csv").write_bytes("\ufeffcustomer_id,product_id,timestamp\nzoé,p,2023-01-01\n".encode())
    assert load(tmp_path, TablesConfig(), now=NOW).log.customers.ids() == ["zoé"]


def test_line_breaks_inside_quotes_and_windows_line_ends(tmp_path: Path) -> None:
    text = 'customer_id,product_id,timestamp,name\r\na,p,2023-01-01,"Big\r\nmug"\r\nb,p,2023-01-02,\r\n'
    (tmp_path / "events.csv").write_bytes(text.encode())
    shop = load(tmp_path, TablesConfig(), now=NOW)
    assert shop.log.customers.ids() == ["a", "b"]
    assert shop.catalogue.name == ["Big\r\nmug"]


def test_a_query_with_its_own_names(tmp_path: Path) -> None:
    write_sql(tmp_path, [{"customer_id": "a", "product_id": "p", "timestamp": 1_600_000_000, "unit_price": 2.0}])
    query = "SELECT customer_id AS who, product_id, timestamp, unit_price FROM events"
    where = f"sql = 'sqlite:///{tmp_path}/shop.db'\nquery = '{query}'"
    toml = f"[tables.events]\n{where}\ncolumns.customer_id = 'who'"
    shop = load(None, TablesConfig.of(Settings.parse(toml)), now=NOW)
    assert shop.log.customers.ids() == ["a"]
    assert shop.log.price.tolist() == [2.0]
