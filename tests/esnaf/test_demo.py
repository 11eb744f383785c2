"""The whole way of the data, on a shop small enough for a test."""

import json
from pathlib import Path

import pytest

from esnaf.cli import main
from esnaf.commands.demo import _MARK


@pytest.mark.service
@pytest.mark.bench
def test_a_small_shop_from_tables_to_an_answer_over_http(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = tmp_path / "demo"
    shape = ["--customers", "150", "--products", "100", "--days", "120"]
    workspace.mkdir()
    for left in (_MARK, "champion.json"):  # an earlier demo
        (workspace / left).touch()
    assert main(["demo", "--json", "--workspace", str(workspace), *shape]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    items = result["answer"]["items"]
    assert [item["rank"] for item in items] == list(range(1, 11))
    assert all(item["reason"] and item["name"] for item in items)
    assert result["answer"]["model_version"] == result["trained"]["version"]
    assert "baseline/decay/ndcg_at_20" in result["trained"]["metrics"]
    assert (workspace / "mlruns" / "mlflow.db").exists()


def test_it_leaves_a_folder_that_is_not_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").touch()
    assert main(["demo", "--workspace", str(tmp_path)]) == 1
    assert "no demo made it" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").exists()
