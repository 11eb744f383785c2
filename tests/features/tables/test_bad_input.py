"""Whatever is wrong with the input: one clear sentence, or a row set aside with its reason. Never a traceback."""

import gzip
import io
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ConfigError, DataError, UsageError
from features.settings import Settings
from features.tables import Shop, TablesConfig, load

HEAD = "customer_id,product_id,timestamp,event_type,quantity,unit_price\n"
GOOD = "ann,mug,2023-01-01,purchase,1,2.5\n"
EVENTS = HEAD + GOOD


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


PARQUET = parquet(customer_id=["ann"], product_id=["mug"], timestamp=["2023-01-01"])
JSON = '{"customer_id": "ann", "product_id": "mug", "timestamp": 1672531200}\n'

Files: TypeAlias = Mapping[str, str | bytes]

ERRORS: dict[str, tuple[Files, str, str]] = {
    # files
    "no events": ({"products.csv": "product_id\nmug\n"}, "", "no table of events; put events.parquet"),
    "two tables of one name": (
        {"events.csv": EVENTS, "events.parquet": PARQUET},
        "",
        "both 'events.parquet' and 'events.csv' are there",
    ),
    "a spreadsheet": ({"events.xlsx": b"PK\x03\x04"}, "", "events.xlsx: this format is not read; write events as"),
    "an unknown ending": (
        {"log.txt": EVENTS},
        "[tables.events]\nfiles = ['log.txt']",
        "log.txt: no known format; the name must end in",
    ),
    "a file that is named and missing": (
        {"events.csv": EVENTS},
        "[tables.events]\nfiles = ['sales.csv']",
        "sales.csv: no such file, which [tables.events] files names",
    ),
    "a glob that matches nothing": (
        {"events.csv": EVENTS},
        "[tables.events]\nfiles = ['sales-*.csv']",
        "sales-*.csv: no such file",
    ),
    "an empty file": ({"events.csv": ""}, "", "events.csv: the file is empty (0 bytes)"),
    "an empty header": ({"events.csv": "\n\n"}, "", "events.csv: the file is empty; it must begin with a line of"),
    "a header alone": ({"events.csv": HEAD}, "", "events.csv: the table has no rows"),
    "Parquet without rows": (
        {"events.parquet": parquet(customer_id=pa.array([], "string"), product_id=[], timestamp=[])},
        "",
        "events.parquet: the table has no rows",
    ),
    "a products table without rows": (
        {"events.csv": EVENTS, "products.csv": "product_id,name\n"},
        "",
        "products.csv: the table has no rows; fill it or take it away",
    ),
    "an identities table without rows": (
        {"events.csv": EVENTS, "identities.csv": "customer_id,kind,value\n"},
        "",
        "identities.csv: the table has no rows",
    ),
    "Parquet cut short": ({"events.parquet": PARQUET[:-40]}, "", "events.parquet: not a readable Parquet file"),
    "text named Parquet": ({"events.parquet": EVENTS}, "", "events.parquet: not a readable Parquet file"),
    "Parquet named CSV": ({"events.csv": PARQUET}, "", "events.csv: the content is Parquet, not what its name says"),
    "gzip named CSV": ({"events.csv": gzip.compress(EVENTS.encode())}, "", "events.csv: the content is gzip"),
    "CSV named gzip": ({"events.csv.gz": EVENTS}, "", "events.csv.gz: the content is plain"),
    "gzip cut short": (
        {"events.csv.gz": gzip.compress(EVENTS.encode() * 1000)[:-30]},
        "",
        "events.csv.gz: not a readable CSV file",
    ),
    "JSON gzip cut short": (
        {"events.jsonl.gz": gzip.compress(JSON.encode() * 1000)[:-30]},
        "",
        "events.jsonl.gz: not a readable file",
    ),
    "no JSON object in any line": ({"events.jsonl": "[1, 2]\nhello\n"}, "", "events.jsonl: no line is a JSON object"),
    "the data folder is a file": ({"events.csv": EVENTS}, "DATA=events.csv", "is a file, not a folder"),
    "the data folder is missing": ({}, "DATA=nowhere", "there is no such folder"),
    "an empty folder of parts": ({"events/.keep": ""}, "", "events: the folder has no files"),
    # encodings
    "Latin-1 read as UTF-8": (
        {"events.csv": EVENTS.replace("mug", "müg").encode("latin-1")},
        "",
        'events.csv: the text is not utf-8; write encoding = "latin-1"',
    ),
    "UTF-16 read as UTF-8": ({"events.csv": EVENTS.encode("utf-16")}, "", "events.csv: "),
    # columns
    "no time": (
        {"events.csv": "customer_id,product_id,time_stamp\na,b,2023-01-01\n"},
        "",
        "there are: 'customer_id', 'product_id', 'time_stamp'; write columns = { timestamp = \"time_stamp\" } under",
    ),
    "no customer": (
        {"events.csv": "user,product_id,timestamp\na,b,2023-01-01\n"},
        "",
        "no column 'customer_id' or 'anonymous_id'",
    ),
    "no product in Parquet": (
        {"events.parquet": parquet(customer_id=["a"], timestamp=["2023-01-01"])},
        "",
        "events.parquet: no column 'product_id'",
    ),
    "no product in JSON": (
        {"events.jsonl": '{"customer_id": "a", "timestamp": 1672531200}\n'},
        "",
        "events.jsonl: no column 'product_id'",
    ),
    "products without ids": (
        {"events.csv": EVENTS, "products.csv": "sku,name\nmug,Mug\n"},
        "",
        "products.csv: no column 'product_id'; there are: 'sku', 'name'",
    ),
    "identities without values": (
        {"events.csv": EVENTS, "identities.csv": "customer_id,kind\nann,email\n"},
        "",
        "identities.csv: no column 'value'",
    ),
    "a column twice": (
        {"events.csv": "customer_id,product_id,timestamp,product_id\na,b,2023-01-01,b\n"},
        "",
        "column 'product_id' stands twice in the header",
    ),
    "a mapping from a column that is not there": (
        {"events.csv": EVENTS},
        "[tables.events]\ncolumns.quantity = 'Quantiti'",
        "'event_type', 'quantity', 'unit_price'; did you mean 'quantity'?",
    ),
    "another separator": (
        {"events.csv": EVENTS.replace(",", ";")},
        "",
        "delimiter = ';'",
    ),
    # configuration
    "a mapping to a column that does not exist": (
        {"events.csv": EVENTS},
        "[tables.events]\ncolumns.costumer_id = 'customer_id'",
        "'costumer_id' is no column of events; did you mean 'customer_id'?",
    ),
    "an unknown setting": ({"events.csv": EVENTS}, "[tables]\nexclude_product = ['x']", "did you mean"),
    "a time zone that does not exist": (
        {"events.csv": EVENTS},
        "[time]\nzone = 'Europe/Londn'",
        "zone: 'Europe/Londn' is no time zone",
    ),
    "a unit that does not exist": ({"events.csv": EVENTS}, "[time]\nunit = 'minutes'", "unit: 'minutes' is none of"),
    "an encoding that does not exist": (
        {"events.csv": EVENTS},
        "[tables.events]\nencoding = 'utf-88'",
        "encoding: 'utf-88' is no encoding",
    ),
    "a pattern that is none": (
        {"events.csv": EVENTS},
        "[tables]\nexclude_products = ['/(/']",
        "exclude_products: '/(/' is no regular expression",
    ),
    "a default type that does not exist": (
        {"events.csv": EVENTS},
        "[tables.events]\nevent_type = 'bought'",
        "event_type: 'bought' is none of 'view'",
    ),
    "a consent that is neither": ({"events.csv": EVENTS}, "[consent]\ndefault = 'maybe'", "'maybe' is none of"),
    "files that are no list": ({"events.csv": EVENTS}, "[tables.events]\nfiles = 'events.csv'", "is not a list"),
    "a database that is not there": (
        {},
        "[tables.events]\nsql = 'sqlite:////nowhere/shop.db'",
        "the query of [tables.events]: cannot be read (",
    ),
    "a URL that is none": ({}, "[tables.events]\nsql = 'shop.db'", "the query of [tables.events]: cannot be read ("),
    "a driver that is not installed": (
        {},
        "[tables.events]\nsql = 'oracle://u@h/d'",
        "is missing; install it with pip",
    ),
    # values
    "no row of use": (
        {"events.csv": HEAD + "ann,mug,31/12/2023,purchase,1,2\nann,mug,01/02/2023,purchase,1,2\n"},
        "",
        "events.csv: no row can be used (2 bad_timestamp); the first: row 1:",
    ),
    "no row of use, and a few of who is erased": (
        {
            "events.csv": HEAD + "ann,mug,oops,purchase,x,2\n" + 3 * "eve,mug,31/12/2023,purchase,1,2\n",
            "gone.txt": "ann\n",
        },
        "[tables]\nerased = 'gone.txt'",
        "events.csv: no row can be used (",
    ),
    "two currencies": (
        {"events.csv": "customer_id,product_id,timestamp,currency\na,b,2023-01-01,EUR\na,b,2023-01-02,GBP\n"},
        "",
        'prices in EUR, GBP; a shop has one currency: write currency = "EUR" under [tables]',
    ),
    "nobody consented": (
        {"events.csv": EVENTS},
        "[consent]\ndefault = 'denied'",
        "no customer consented to personalisation",
    ),
}

ROWS: dict[str, tuple[str, str, str]] = {
    "no customer": ("events", ",mug,2023-01-01,purchase,1,2\n", "no_customer"),
    "a customer that stands for none": ("events", "NULL,mug,2023-01-01,purchase,1,2\n", "no_customer"),
    "no product": ("events", "ann,,2023-01-01,purchase,1,2\n", "no_product"),
    "spaces for a product": ("events", "ann,   ,2023-01-01,purchase,1,2\n", "no_product"),
    "no time": ("events", "ann,mug,,purchase,1,2\n", "bad_timestamp"),
    "words for a time": ("events", "ann,mug,yesterday,purchase,1,2\n", "bad_timestamp"),
    "a day that does not exist": ("events", "ann,mug,2023-02-30,purchase,1,2\n", "bad_timestamp"),
    "an hour that does not exist": ("events", "ann,mug,2023-02-03T25:00:00Z,purchase,1,2\n", "bad_timestamp"),
    "the epoch itself": ("events", "ann,mug,0,purchase,1,2\n", "bad_timestamp"),
    "a time before the epoch": ("events", "ann,mug,1900-01-01,purchase,1,2\n", "bad_timestamp"),
    "the future": ("events", "ann,mug,2099-01-01,purchase,1,2\n", "future"),
    "a type that is none": ("events", "ann,mug,2023-01-01,teleport,1,2\n", "unknown_event_type"),
    "words for a quantity": ("events", "ann,mug,2023-01-01,purchase,two,2\n", "bad_quantity"),
    "quantity zero": ("events", "ann,mug,2023-01-01,purchase,0,2\n", "bad_quantity"),
    "quantity infinite": ("events", "ann,mug,2023-01-01,purchase,inf,2\n", "bad_quantity"),
    "a quantity beyond reason": ("events", "ann,mug,2023-01-01,purchase,1e12,2\n", "bad_quantity"),
    "a negative view": ("events", "ann,mug,2023-01-01,view,-1,2\n", "bad_quantity"),
    "words for a price": ("events", "ann,mug,2023-01-01,purchase,1,free\n", "bad_price"),
    "a price with a currency sign": ("events", "ann,mug,2023-01-01,purchase,1,£2.50\n", "bad_price"),
    "a negative price": ("events", "ann,mug,2023-01-01,purchase,1,-2\n", "bad_price"),
    "a price that is no number": ("events", "ann,mug,2023-01-01,purchase,1,NaN\n", "bad_price"),
    "a customer id of 300 bytes": ("events", f"{'é' * 150},mug,2023-01-01,purchase,1,2\n", "bad_id"),
    "a product id with a control character": ("events", "ann,mu\x07g,2023-01-01,purchase,1,2\n", "bad_id"),
    "an id with a line break": ("events", '"an\nn",mug,2023-01-01,purchase,1,2\n', "bad_id"),
    "too few values": ("events", "ann,mug\n", "malformed"),
    "too many values": ("events", "ann,mug,2023-01-01,purchase,1,2,3,4\n", "malformed"),
    "the same row twice": ("events", GOOD, "duplicate"),
    "a product without an id": ("products", ",Pot,3\n", "no_product"),
    "words for a list price": ("products", "pot,Pot,n/a\n", "bad_price"),
    "a negative list price": ("products", "pot,Pot,-1\n", "bad_price"),
    "a customer without an id": ("customers", ",[]\n", "no_customer"),
    "interests that are half a list": ("customers", 'bob,"[""Mugs"", "\n', "bad_value"),
}
TABLES = {
    "events": EVENTS,
    "products": "product_id,name,price\nmug,Mug,2\n",
    "customers": "customer_id,interests\nann,\n",
}


def write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(("files", "toml", "message"), ERRORS.values(), ids=ERRORS.keys())
def test_one_clear_sentence(tmp_path: Path, files: Files, toml: str, message: str) -> None:
    write(tmp_path, files)
    data = tmp_path / toml.removeprefix("DATA=") if toml.startswith("DATA=") else tmp_path
    with pytest.raises(UsageError) as caught:
        load(data, TablesConfig.of(Settings.parse("" if toml.startswith("DATA=") else toml)))
    assert isinstance(caught.value, DataError | ConfigError)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("table", "row", "reason"), ROWS.values(), ids=ROWS.keys())
def test_the_row_is_set_aside_and_told(tmp_path: Path, table: str, row: str, reason: str) -> None:
    write(tmp_path, {f"{name}.csv": text for name, text in {**TABLES, table: TABLES[table] + row}.items()})
    rejects = tmp_path / "out" / "rejected.parquet"
    report = load(tmp_path, TablesConfig(), rejects=rejects).report
    assert {(t, str(r)): n for (t, r), n in report.rejected.items()} == {(table, reason): 1}
    assert report.accepted == 1
    told = pq.read_table(rejects).to_pylist()
    assert [(r["table"], r["file"], r["row"], r["reason"]) for r in told] == [(table, f"{table}.csv", 2, reason)]
    assert isinstance(json.loads(told[0]["values"]), dict)


def test_row_numbers_count_the_rows_of_the_file(read: Callable[..., Shop], tmp_path: Path) -> None:
    read(
        events=HEAD
        + GOOD
        + "ann,mug\n"
        + ",mug,2023-01-02,view,1,1\n"
        + GOOD.replace("01-01", "01-03")
        + "x,y,z,view,,\n"
    )
    rows = pq.read_table(tmp_path / "rejected.parquet").to_pylist()
    assert sorted((r["row"], r["reason"]) for r in rows) == [(2, "malformed"), (3, "no_customer"), (5, "bad_timestamp")]


def test_damaged_json_lines_are_set_aside_one_by_one(tmp_path: Path) -> None:
    lines = [JSON, '{"customer_id": "bob"\n', "\n", "[1]\n", JSON.replace("ann", "bob").replace('"mug"', "12")]
    (tmp_path / "events.jsonl").write_text("".join(lines))
    shop = load(tmp_path, TablesConfig(), rejects=tmp_path / "rejected.parquet")
    assert shop.log.products.ids() == ["12", "mug"]
    rows = pq.read_table(tmp_path / "rejected.parquet").to_pylist()
    assert [(r["row"], r["reason"]) for r in rows] == [(2, "malformed"), (4, "malformed")]


def test_rows_in_another_currency_are_set_aside(read: Callable[..., Shop]) -> None:
    events = "customer_id,product_id,timestamp,currency\na,b,2023-01-01,EUR\na,b,2023-01-02,gbp\na,b,2023-01-03,\n"
    report = read(events=events, toml="[tables]\ncurrency = 'GBP'").report
    assert {str(reason): n for (_, reason), n in report.rejected.items()} == {"currency": 1}


def test_rejects_are_written_even_if_nothing_can_be_used(tmp_path: Path) -> None:
    write(tmp_path, {"events.csv": HEAD + "ann,mug,never,view,,\n"})
    with pytest.raises(DataError):
        load(tmp_path, TablesConfig(), rejects=tmp_path / "rejected.parquet")
    assert pq.read_table(tmp_path / "rejected.parquet").num_rows == 1


def test_nothing_before_until_is_one_sentence(read: Callable[..., Shop]) -> None:
    with pytest.raises(DataError, match=r"no event before 2022-01-01 00:00\+00:00; give a later --until"):
        read(events=EVENTS, until=1_640_995_200)


@settings(max_examples=60)
@given(
    st.sampled_from([("events.csv", (EVENTS * 2).encode()), ("events.jsonl", JSON.encode() * 3)]),
    st.lists(st.tuples(st.integers(0, 200), st.binary(max_size=4), st.integers(0, 9)), min_size=1, max_size=5),
)
def test_damaged_bytes_never_end_in_a_traceback(file: tuple[str, bytes], damages: list[tuple[int, bytes, int]]) -> None:
    name, content = file
    for place, inserted, removed in damages:
        content = content[:place] + inserted + content[place + removed :]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {name: content})
        try:
            report = load(Path(folder), TablesConfig()).report
        except UsageError as error:
            assert name in str(error)  # noqa: PT017  # both ends are right
        else:
            assert report.read["events"] == report.accepted + report.merged + sum(report.rejected.values())
