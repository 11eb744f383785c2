"""`esnaf kpi`: what it prints, writes and refuses."""

from pathlib import Path

import pandas as pd
import pytest

from esnaf.arguments import invoke
from esnaf.cli import main
from tests.esnaf.modelled import modelled

TEXT = """
[[kpi.custom]]
name = "basket"
value = "revenue / orders"
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return modelled(tmp_path_factory.mktemp("shop"), TEXT, customers=300, days=120)


def words(workspace: Path) -> list[str]:
    return ["--workspace", str(workspace), "--data", str(workspace / "data")]


def test_segments_add_up_to_everybody(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "kpi.csv"
    answer = invoke("kpi", *words(workspace), "-o", str(file), "--periods", "3")
    rows = pd.read_csv(file)
    assert len(rows) == len(answer["rows"]) == 3 * len(answer["segments"])
    assert answer["answers"] > 0
    everybody = rows[rows["segment"] == "all"].set_index("from")
    parts = rows[rows["segment"] != "all"].groupby("from").sum(numeric_only=True)
    for name in ("buyers", "orders", "revenue"):
        pd.testing.assert_series_equal(parts[name], everybody[name], check_dtype=False)
    pd.testing.assert_series_equal(rows["basket"], rows["average_order"], check_names=False)
    assert everybody["csat"].dropna().between(0, 1).all()


def test_without_a_model_everybody_alone_is_told(workspace: Path, tmp_path: Path) -> None:
    place = ["--workspace", str(tmp_path), "--data", str(workspace / "data")]
    assert invoke("kpi", *place, "--period", "week")["segments"] == ["all"]


@pytest.mark.parametrize(
    ("extra", "said"),
    [(["--by", "mood"], "no such dimension"), (["--periods", "0"], "periods = 0"), (["--model", "7"], "version '7'")],
)
def test_what_there_is_not_is_said(
    workspace: Path, capsys: pytest.CaptureFixture[str], extra: list[str], said: str
) -> None:
    assert main(["kpi", *words(workspace), *extra, "--quiet"]) in {1, 2}
    assert said in capsys.readouterr().err


def test_people_see_a_table(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpi", *words(workspace), "--periods", "2", "--quiet"]) == 0
    printed = capsys.readouterr().out
    assert "retention" in printed
    assert "value.regular" in printed
