"""`esnaf check` tells what is accepted, what is set aside and why."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from esnaf.cli import main

EVENTS = "customer_id,product_id,timestamp,quantity\nann,mug,2023-01-01,1\nann,mug,2023-01-02,zero\n,mug,2023-01-03,1\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "events.csv").write_text(EVENTS)
    return tmp_path


def test_it_tells_the_first_row_of_each_reason(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--data", str(shop), "--workspace", str(shop), "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "accepted: 1 events of 1 customers, 1 products, 2023-01-01 00:00 UTC to 2023-01-01 00:00 UTC" in text
    assert "set aside: 1 rows of events, bad_quantity: a quantity that is zero or no number" in text
    assert '  the first: events.csv row 2: {"customer_id": "ann"' in text
    assert "no_customer" in text


def test_the_same_for_machines(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rejects = shop / "rejected.parquet"
    words = ["check", "--data", str(shop), "--workspace", str(shop), "--rejects", str(rejects), "--json", "--quiet"]
    assert main(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["accepted"] == 1
    assert [(r["reason"], r["rows"], r["first"]["row"]) for r in answer["rejected"]] == [
        ("bad_quantity", 1, 2),
        ("no_customer", 1, 3),
    ]
    assert pq.read_table(rejects).num_rows == 2


def test_a_missing_column_is_one_sentence_and_exit_code_2(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "events.csv").write_text("customer,product_id,timestamp\na,p,2023-01-01\n")
    assert main(["check", "--data", str(shop), "--workspace", str(shop)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert 'columns = { customer_id = "customer" } under [tables.events] in esnaf.toml' in error


def test_conflicts_and_personal_columns_are_told(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "customers.csv").write_text("customer_id,email,city\nann,a@x.org,Ankara\nann,a@x.org,Bursa\n")
    assert main(["check", "--data", str(shop), "--workspace", str(shop), "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "note: 1 customers with rows that disagree: the earliest counts" in text
    assert "note: left out of profiles as personal: email" in text


def test_names_in_the_rules_that_the_tables_lack_are_told(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pin = '[[policy.pins]]\nname = "{0}"\nproduct = "{0}"\n'
    rules = pin.format("mug") + pin.format("jug") + '[[policy.exclude]]\nname = "c"\ncategories = ["Cups"]\n'
    (shop / "esnaf.toml").write_text(rules)
    assert main(["check", "--data", str(shop), "--workspace", str(shop), "--quiet"]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if "[policy]" in line]
    assert notes == [
        "note: [policy]: rule 'c' names category 'Cups', which the tables do not know",
        "note: [policy]: rule 'jug' names product 'jug', which the tables do not know",
    ]
