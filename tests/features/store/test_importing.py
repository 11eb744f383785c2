"""`esnaf import`: files of every format into the store, once, and the same event sent live is one with them."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from esnaf.cli import main
from features.errors import DataError
from features.settings import Settings
from features.store.importing import Imported, import_files
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.store.reader import Reader
from features.tables.config import TablesConfig
from features.tables.reasons import Reason
from tests.features.store.places import NOW, Place

ROWS: list[dict[str, Any]] = [
    {"customer_id": "ann", "product_id": "mug", "timestamp": "2023-11-01T12:00:00Z", "event_id": "e-1"},
    {"customer_id": "ann", "product_id": "mug", "timestamp": "2023-11-01T12:00:00Z", "order_id": "o-1", "quantity": 2},
    {"customer_id": "ann", "product_id": "mug", "timestamp": "2023-11-01T12:00:00Z", "order_id": "o-1", "quantity": 2},
    {"customer_id": "bob", "product_id": "cup", "timestamp": "2023-11-02T12:00:00Z", "unit_price": 2.55, "position": 3},
    {"anonymous_id": "tab", "product_id": "cup", "timestamp": "2023-11-02T13:00:00Z", "event_type": "Product Viewed"},
    {
        "customer_id": "bob",
        "timestamp": "2023-11-02T14:00:00Z",
        "event_type": "search",
        "properties": '{"query": "mug"}',
    },
    {"customer_id": "bob", "product_id": "cup", "timestamp": "2023-11-02T15:00:00Z", "quantity": -1, "order_id": "o-2"},
]
BROKEN = {"customer_id": "bob", "product_id": "cup", "timestamp": "never"}
NAMES = list(dict.fromkeys(name for row in ROWS for name in row))


def written(folder: Path, ending: str, rows: list[dict[str, Any]] = ROWS) -> Path:
    path = folder / f"sales.{ending}"
    if ending == "parquet":
        columns = {name: [row.get(name) for row in rows] for name in NAMES}
        pq.write_table(pa.table(columns), path)
    elif ending == "csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, NAMES)
            writer.writeheader()
            writer.writerows(rows)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def taken(store: LiveStore, *files: Path, **values: Any) -> Imported:
    return import_files(files, store, TablesConfig(), **values)


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_a_file_is_taken_in_once(store: LiveStore, tmp_path: Path, ending: str) -> None:
    file = written(tmp_path, ending, [*ROWS, BROKEN])
    found = taken(store, file)
    assert (found.read, found.accepted, found.duplicates) == (8, 7, 0)
    assert found.rejected == {Reason.BAD_TIMESTAMP: 1}
    assert found.examples[Reason.BAD_TIMESTAMP].row == 8
    again = taken(store, file)
    assert (again.accepted, again.duplicates) == (0, 7)


def test_other_formats_and_live_events_are_the_same_events(store: LiveStore, tmp_path: Path) -> None:
    assert taken(store, written(tmp_path, "csv")).accepted == 7
    files = [written(tmp_path, "jsonl"), written(tmp_path, "parquet")]
    assert [taken(store, file).duplicates for file in files] == [7, 7]
    judged = Judge(TablesConfig()).judge_all(ROWS, NOW)
    assert judged.rejected == []
    assert store.append(judged.events) == [0] * 7
    reader = Reader(store.backend)
    kept = reader.after(0)
    reader.close()
    assert [event._replace(received=0, sequence=0) for event in kept] == judged.events


def test_equal_lines_of_an_order_are_counted_across_files_and_chunks(
    store: LiveStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.tables.parquet_file.CHUNK_ROWS", 2)
    monkeypatch.setattr("features.store.importing._ROWS", 1)
    first, second = written(tmp_path, "parquet", ROWS[1:] * 2), written(tmp_path, "csv", ROWS[1:3])
    found = taken(store, first, second)
    assert (found.read, found.accepted, found.duplicates) == (14, 6 + 2 + 3, 3)


def test_an_interrupted_import_is_taken_up_again(
    store: LiveStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.store.importing._ROWS", 3)
    file = written(tmp_path, "jsonl")

    def interrupted(rows: Any) -> Any:
        yield next(rows)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        taken(store, file, progress=interrupted)
    assert store.count() == 3
    found = taken(store, file)
    assert (found.accepted, found.duplicates) == (4, 3)


def test_nothing_is_written_where_a_file_cannot_be_read(store: LiveStore, tmp_path: Path) -> None:
    good, bad = written(tmp_path, "csv"), tmp_path / "other.csv"
    bad.write_text("who,what\na,b\n")
    with pytest.raises(DataError, match="no column 'customer_id' or 'anonymous_id'"):
        taken(store, good, bad)
    with pytest.raises(DataError, match=r"absent.csv: cannot be read \(No such file"):
        taken(store, good, tmp_path / "absent.csv")
    assert store.count() == 0


def test_columns_of_the_settings_are_those_of_the_files(store: LiveStore, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("Customer;SKU;Date\nann;mug;01.11.2023\n")
    columns = 'columns = { customer_id = "Customer", product_id = "SKU", timestamp = "Date" }'
    toml = f"[tables.events]\ndelimiter = ';'\n{columns}\n[time]\nformat = '%d.%m.%Y'\n"
    assert import_files([file], store, TablesConfig.of(Settings.parse(toml))).accepted == 1


# the verbs


def test_import_tells_what_came_of_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, rejects = written(tmp_path, "csv", [*ROWS, BROKEN]), tmp_path / "rejected.parquet"
    words = ["import", str(file), "--workspace", str(tmp_path / "shop"), "--rejects", str(rejects), "--quiet"]
    assert main([*words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["read"], answer["accepted"], answer["duplicates"]) == (8, 7, 0)
    assert answer["rejected"] == {"bad_timestamp": 1}
    assert answer["first"]["bad_timestamp"]["row"] == 8
    assert pq.read_table(rejects)["reason"].to_pylist() == ["bad_timestamp"]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "0 events taken in, 7 were there already" in text
    assert "set aside: 1 bad_timestamp; the first: sales.csv row 8" in text
    assert main(["import", str(tmp_path / "no.csv"), "--workspace", str(tmp_path)]) == 2


def test_store_shows_and_compacts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--workspace", str(tmp_path), "--quiet"]
    assert main(["store", "status", *words]) == 1
    assert "there is no live store yet; `esnaf import FILE` makes one" in capsys.readouterr().err
    assert not (tmp_path / "store.db").exists()
    assert main(["import", str(written(tmp_path, "csv")), *words]) == 0
    (tmp_path / "esnaf.toml").write_text("[store]\nkeep_days = 30\n")
    capsys.readouterr()
    assert main(["store", "status", *words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["events"], answer["start"], answer["keep_days"]) == (7, "2023-11-01T12:00:00Z", 30)
    assert main(["store", "compact", *words]) == 0
    assert "deleted" in capsys.readouterr().out
    assert main(["store", "status", *words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 0
    assert main(["store", "vacuum", *words]) == 2


def test_an_import_into_a_place_of_its_own(place: Place, tmp_path: Path) -> None:
    (tmp_path / "esnaf.toml").write_text(f'[store]\nurl = "{place.config.url}"\n')
    assert main(["import", str(written(tmp_path, "csv")), "--workspace", str(tmp_path), "--quiet"]) == 0
    with place.open() as store:
        assert store.count() == 7
