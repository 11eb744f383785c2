"""`esnaf exposures`: what was shown, into a file."""

import csv
import json
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from esnaf.arguments import invoke
from esnaf.cli import main
from features.exposures.log import ExposureLog
from features.exposures.outcomes import SCHEMA
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from tests.features.exposures.shows import answer, listed, write
from tests.features.store.places import NOW, events


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Ten answers, one a day, and a purchase after the last of them."""
    log, one = ExposureLog.open(tmp_path, StoreConfig()), listed()
    answers = [answer(one, day, time=NOW - day * 86_400, customer='a\u00e9b,"c') for day in range(10)]
    write(log, [one], answers)
    log.close()
    store = LiveStore.open(tmp_path, StoreConfig())
    store.append(events(1, recommendation_id=answers[0].recommendation_id, product_id="cup", unit_price=2.0))
    store.close()
    return tmp_path


def exposures(workspace: Path, *words: str) -> dict[str, object]:
    return dict(invoke("exposures", "--workspace", str(workspace), *words))


def test_without_a_file_it_says_what_there_is(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = exposures(workspace)
    assert (told["answers"], told["products"], told["lists"]) == (10, 30, 1)
    assert (told["start"], told["end"]) == ("2023-11-05T22:13:20Z", "2023-11-14T22:13:20Z")
    assert main(["exposures", "--workspace", str(workspace)]) == 0
    assert "store-exposures.db" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["shown.parquet", "shown.csv", "shown.jsonl"])
def test_every_format_has_a_row_for_each_product_shown(workspace: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "out" / name
    told = exposures(workspace, "-o", str(file))
    assert (told["rows"], told["written_answers"], told["written_purchased"]) == (30, 10, 1)
    if name.endswith("parquet"):
        rows = [{**row, "time": row["time"].strftime("%Y-%m-%dT%H:%M:%SZ")} for row in pq.read_table(file).to_pylist()]
    elif name.endswith("csv"):
        with file.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
    else:
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        assert rows[0]["first_click"] is None
        assert rows[-2]["first_purchase"] == "2023-11-13T18:26:41Z"
    assert [list(row) for row in rows] == [SCHEMA.names] * 30
    assert {row["customer_id"] for row in rows} == {'a\u00e9b,"c'}
    assert rows[-1]["time"].replace(" ", "T").removesuffix("Z") == "2023-11-14T22:13:20"
    assert [float(row["revenue"]) for row in rows] == [*[0.0] * 28, 2.0, 0.0]
    assert [path.name for path in file.parent.iterdir()] == [name]


def test_a_part_of_the_time(workspace: Path, tmp_path: Path) -> None:
    told = exposures(workspace, "--from", "2023-11-10", "--until", "2023-11-12", "-o", str(tmp_path / "x.csv"))
    assert told["written_answers"] == 2
    told = exposures(workspace, "--from", "2030-01-01", "-o", str(tmp_path / "x.parquet"))
    assert told["rows"] == 0
    assert pq.read_table(tmp_path / "x.parquet").num_rows == 0


def test_without_a_log_it_says_what_makes_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exposures", "--workspace", str(tmp_path)]) == 1
    assert "there is no exposure log yet; `esnaf serve` makes one" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_a_live_store_there_are_no_outcomes(workspace: Path, tmp_path: Path) -> None:
    for file in workspace.glob("store.db*"):
        file.unlink()
    told = exposures(workspace, "-o", str(tmp_path / "x.csv"))
    assert (told["rows"], told["written_purchased"]) == (30, 0)
    assert not (workspace / "store.db").exists()


@pytest.mark.parametrize("words", [["-o", "x.txt"], ["--from", "yesterday"], ["-o", "no.csv/x.csv"]])
def test_what_cannot_be_done_is_told(workspace: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "no.csv").touch()
    words = [str(workspace / word) if word.endswith(("txt", "csv")) else word for word in words]
    assert main(["exposures", "--workspace", str(workspace), *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_compacting_takes_old_ones_away(workspace: Path) -> None:
    (workspace / "esnaf.toml").write_text(f"[exposures]\nkeep_days = {(int(time.time()) - NOW) // 86_400 + 4}\n")
    told = invoke("store", "compact", "--workspace", str(workspace))
    assert told["deleted_exposures"] == 0  # they are of one write, and the last of it is young enough
    (workspace / "esnaf.toml").write_text("[exposures]\nkeep_days = 1\n")
    assert invoke("store", "compact", "--workspace", str(workspace))["deleted_exposures"] == 10
    assert exposures(workspace)["lists"] == 0
