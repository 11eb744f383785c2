"""`esnaf simulate`."""

import json
from pathlib import Path

import pytest

from esnaf.cli import main


def test_writes_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "simulate",
        str(tmp_path / "shop"),
        "--customers",
        "40",
        "--products",
        "100",
        "--days",
        "40",
        "--seed",
        "3",
    ]
    assert main([*words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["customers"] == 40
    assert answer["rows"]["events"] > 100
    assert {path.name for path in (tmp_path / "shop").iterdir()} == {
        "events.parquet", "products.parquet", "customers.parquet", "identities.parquet", "truth",
    }  # fmt: skip


def test_tells_people_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(tmp_path), "--customers", "20", "--products", "100", "--days", "30"]) == 0
    assert f"esnaf train --data {tmp_path}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--products", "5"], "--products 5: a simulated shop needs at least 100"),
        (["--events", "0"], "--events 0"),
        (["--end", "never"], "'never' is not a date"),
        (["--customers", "many"], "invalid int value: 'many'"),
    ],
)
def test_wrong_sizes_end_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["simulate", str(tmp_path), *words]) == 2
    assert message in capsys.readouterr().err
