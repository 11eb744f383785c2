"""`esnaf train` learns from the live store beside the tables, or from it alone."""

import csv
import json
from pathlib import Path

import pytest

from esnaf.arguments import invoke
from esnaf.cli import main

HEAD = "customer_id,product_id,timestamp\n"
DAYS = [f"2023-{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)]


def test_what_only_the_store_has_is_learned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, later = tmp_path / "data", tmp_path / "later.csv"
    data.mkdir()
    lines = [f"c{i % 7},p{(i * i + j) % 11},{day}\n" for i, day in enumerate(DAYS) for j in range(3)]
    (data / "events.csv").write_text(HEAD + "".join(lines))
    later.write_text(HEAD + lines[-1] + "zoe,p1,2023-03-28\n")
    assert main(["import", str(later), "--workspace", str(tmp_path), "--quiet"]) == 0
    trained = invoke("train", "--data", str(data), "--workspace", str(tmp_path))
    capsys.readouterr()
    assert main(["check", "--data", str(data), "--workspace", str(tmp_path), "--json", "--quiet"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert checked["notes"]["in_both"] == 1
    assert checked["accepted"] == len(lines) + 1
    facts = json.loads((Path(trained["bundle"]) / "manifest.json").read_text())
    assert checked["fingerprint"] in json.dumps(facts)
    output = tmp_path / "lists.csv"
    assert main(["recommend", "--all", "-n", "3", "-o", str(output), "--workspace", str(tmp_path), "--quiet"]) == 0
    rows = csv.DictReader(output.read_text().splitlines())
    assert {row["source"] for row in rows if (row["customer_id"], row["product_id"]) == ("zoe", "p1")} == {"repurchase"}


def test_a_retraining_reads_what_came_into_the_store_since(tmp_path: Path) -> None:
    """Nothing new first; then events of a new day, and some that come in late."""
    data, later = tmp_path / "data", tmp_path / "later.csv"
    data.mkdir()
    lines = [f"c{i % 7},p{(i * i + j) % 11},{day}\n" for i, day in enumerate(DAYS) for j in range(3)]
    (data / "events.csv").write_text(HEAD + "".join(lines))
    later.write_text(HEAD + lines[-1])
    workspace = ("--workspace", str(tmp_path))
    assert main(["import", str(later), *workspace, "--quiet"]) == 0
    invoke("train", "--data", str(data), *workspace)
    again = ("retrain", "--data", str(data), *workspace)
    assert invoke(*again)["nothing_new"]
    late = [f"late,p{i},2023-01-05\n" for i in range(11)]
    later.write_text(HEAD + "".join([f"c{i % 7},p{i % 11},2023-03-29T{i:02}:00\n" for i in range(24)] + late))
    assert main(["import", str(later), *workspace, "--quiet"]) == 0
    found = invoke(*again)
    assert (found["nothing_new"], found["events"]) == (False, 24 + len(late))
    assert found["metrics"]["data/accepted"] == len(lines) + 24 + len(late)
    assert found["metrics"]["data/read/events"] == 24 + len(late)
    assert invoke(*again)["nothing_new"]
