"""`esnaf segments`: what it prints, writes and refuses."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import esnaf
from esnaf.arguments import invoke
from esnaf.cli import main
from tests.esnaf.modelled import modelled

TEXT = """
[[segments.custom]]
name = "twice"
where = "orders >= 2"
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return modelled(tmp_path_factory.mktemp("shop"), TEXT, customers=150, days=100)


def segments(workspace: Path, *words: str) -> dict[str, Any]:
    return dict(invoke("segments", "--workspace", str(workspace), *words))


def test_every_segment_and_its_size(workspace: Path) -> None:
    answer = segments(workspace)
    sizes = {s["segment"]: s["customers"] for s in answer["segments"]}
    assert {name.partition(".")[0] for name in sizes} >= {
        "behavioural",
        "technographic",
        "value",
        "geographic",
        "custom",
    }
    by_dimension = pd.DataFrame(answer["segments"]).groupby("dimension")["customers"].sum()
    assert by_dimension["standing"] == by_dimension["activity"] == answer["customers"]
    assert sizes["custom.twice"] > 0


def test_members_of_one_into_a_file(workspace: Path, tmp_path: Path) -> None:
    answer = segments(workspace, "custom.twice", "-o", str(tmp_path / "twice.csv"))
    rows = pd.read_csv(tmp_path / "twice.csv")
    assert answer["rows"] == len(rows) == answer["segments"][0]["customers"]
    assert set(rows["segment"]) == {"custom.twice"}
    whole = segments(workspace, "-o", str(tmp_path / "all.parquet"))
    everything = pd.read_parquet(tmp_path / "all.parquet")
    assert whole["rows"] == len(everything) == sum(s["customers"] for s in whole["segments"])


def test_who_was_erased_is_in_none(workspace: Path, tmp_path: Path) -> None:
    import shutil

    shop = tmp_path / "shop"
    shutil.copytree(workspace, shop)
    customer = esnaf.Recommender.load(shop / "bundles" / "1").customers.id(0)
    before = segments(shop, "--customer", customer)
    assert before["known"]
    invoke("erase", customer, "--workspace", str(shop))
    after = segments(shop, "--customer", customer)
    assert (after["customer_id"], after["known"], after["customers"]) == (customer, False, before["customers"] - 1)
    answer = segments(shop, "-o", str(tmp_path / "all.csv"))
    rows = pd.read_csv(tmp_path / "all.csv", dtype=str)
    assert customer not in set(rows["customer_id"])
    assert answer["rows"] == len(rows) == sum(s["customers"] for s in answer["segments"])


def test_why_somebody_is_where_they_are(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    customer = esnaf.Recommender.load(workspace / "bundles" / "1").customers.id(0)
    assert main(["segments", "--workspace", str(workspace), "--customer", customer]) == 0
    told = capsys.readouterr().out
    assert "value.rfm" not in told
    assert "why" in told.splitlines()[0]
    stranger = segments(workspace, "--customer", "nobody")
    assert not stranger["known"]
    assert {"value.prospect", "behavioural.silent"} <= {reason["segment"] for reason in stranger["reasons"]}


def test_the_report_is_one_file_that_loads_nothing(workspace: Path, tmp_path: Path) -> None:
    segments(workspace, "--report", str(tmp_path / "out" / "report.html"))
    text = (tmp_path / "out" / "report.html").read_text()
    assert "VIPs:" in text
    assert "What they buy more than others" in text
    assert "Who moved" in text
    assert "src=" not in text
    assert "<script" not in text
    assert "nan" not in text.replace("finance", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["vpi"], "did you mean 'vip'"),
        (["--report", "page.txt"], "must end in .html"),
        (["-o", "page.txt"], "must end in .parquet or .csv"),
    ],
)
def test_what_cannot_be(workspace: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["segments", "--workspace", str(workspace), *words]) == 2
    assert told in capsys.readouterr().err


def test_lists_for_the_members_of_a_segment(workspace: Path, tmp_path: Path) -> None:
    segments(workspace, "custom.twice", "-o", str(tmp_path / "twice.csv"))
    file = tmp_path / "lists.parquet"
    answer = invoke("recommend", "--workspace", str(workspace), "--segment", "custom.twice", "-n", "3", "-o", str(file))
    members = pd.read_csv(tmp_path / "twice.csv")["customer_id"]
    assert set(pd.read_parquet(file)["customer_id"]) == set(members)
    assert answer["customers"] == len(members)


def test_lists_for_a_segment_without_members(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["recommend", "--workspace", str(workspace), "-n", "3", "-o", "lists.csv", "--segment"]
    assert main([*words, "behavioural.by_phone"]) == 2
    assert "nobody is in it" in capsys.readouterr().err
    assert main([*words, "vpi"]) == 2
    assert "did you mean 'vip'" in capsys.readouterr().err


def test_rules_of_now_hold(workspace: Path) -> None:
    (workspace / "esnaf.toml").write_text(TEXT.replace("orders >= 2", "orders >= 2 and ordes > 1"))
    try:
        assert main(["segments", "--workspace", str(workspace)]) == 2
        (workspace / "esnaf.toml").write_text(TEXT.replace("orders >= 2", "orders > 1000"))
        assert "custom.twice" not in {s["segment"] for s in segments(workspace)["segments"]}
    finally:
        (workspace / "esnaf.toml").write_text(TEXT)
