"""Lists for many customers into a file, and the other verbs that ask a model."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import esnaf
from esnaf.arguments import invoke
from esnaf.cli import main
from features.settings import Settings
from training import pointer
from training.pointer import Pointer


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop with a model, and its tables in `data`."""
    folder = tmp_path_factory.mktemp("shop")
    invoke("simulate", str(folder / "data"), "--customers=200", "--products=100", "--days=120")
    settings = Settings.parse('[pool]\ngenerators = ["repurchase", "rp3beta", "popular"]\n[training]\nwindows = 2')
    shop = esnaf.load_tables(folder / "data", esnaf.TablesConfig.of(settings))
    esnaf.Trainer(shop, settings).fit(until=shop.log.end, complete=True).save(folder / "bundles" / "1")
    pointer.replace(folder, Pointer("1", folder / "bundles" / "1"))
    return folder


def recommend(workspace: Path, *words: str) -> dict[str, Any]:
    return dict(invoke("recommend", "--workspace", str(workspace), *words))


@pytest.mark.parametrize("name", ["lists.parquet", "lists.csv"])
def test_everybody_gets_a_whole_list(workspace: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "out" / name
    answer = recommend(workspace, "--all", "-n", "7", "-o", str(file))
    lists = pd.read_parquet(file) if name.endswith("parquet") else pd.read_csv(file)
    assert list(lists) == ["customer_id", "product_id", "rank", "score", "source"]
    assert answer["rows"] == len(lists) == 7 * answer["customers"]
    by_customer = lists.groupby("customer_id", sort=False)
    assert by_customer["rank"].agg(list).map(lambda ranks: ranks == [1, 2, 3, 4, 5, 6, 7]).all()
    assert by_customer["score"].agg(lambda scores: scores.is_monotonic_decreasing).all()
    assert [path.name for path in file.parent.iterdir()] == [name]


def test_the_file_says_what_the_model_says(workspace: Path, tmp_path: Path) -> None:
    model = esnaf.Recommender.load(workspace / "bundles" / "1")
    ids = [model.customers.id(i) for i in (3, 0, 5)]
    asked, file = tmp_path / "ask.csv", tmp_path / "lists.parquet"
    asked.write_text("\n".join(["customer_id,age", *(f"{id},3" for id in ids)]))
    recommend(workspace, "--customers", str(asked), "-n", "5", "-o", str(file), "--exclude-purchased")
    queries = [esnaf.Query(customer_id=id, filters=esnaf.Filters(exclude_purchased=True)) for id in ids]
    wanted = [
        (id, item.product_id, item.rank, item.score, item.source)
        for id, answer in zip(ids, model.recommend(queries, 5), strict=True)
        for item in answer.items
    ]
    assert list(pd.read_parquet(file).itertuples(index=False, name=None)) == wanted


def test_rows_that_name_nobody_new_are_counted(workspace: Path, tmp_path: Path) -> None:
    asked = tmp_path / "ask.csv"
    asked.write_text("customer_id\n00012\n\nstranger\n00012\n")
    answer = recommend(workspace, "--customers", str(asked), "-n", "3", "-o", str(tmp_path / "lists.csv"))
    assert {name: answer[name] for name in ("customers", "unknown", "repeated", "rows")} == {
        "customers": 2,
        "unknown": 2,
        "repeated": 1,
        "rows": 6,
    }
    assert "00012" in (tmp_path / "lists.csv").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--all", "-n", "0", "-o", "l.csv"], "-n 0: must be 1 to 1,000"),
        (["--all", "-n", "1001", "-o", "l.csv"], "-n 1001: must be 1 to 1,000"),
        (["--all", "-o", "l.xlsx"], "-o l.xlsx: the name must end in .parquet or .csv"),
        (["--all", "-o", "esnaf/l.csv"], "cannot be written"),
        (["--customers", "none.csv", "-o", "l.csv"], "none.csv: no such file"),
        (["--customers", "other.csv", "-o", "l.csv"], "other.csv: no column 'customer_id'; there are: name"),
        (["--customers", "empty.csv", "-o", "l.csv"], "empty.csv: no customer in it"),
        (["--all", "-o", "l.csv", "--model", "9"], "no model version '9'"),
        (["--all", "-o", "l.csv", "--as-of", "2001-01-01"], "--as-of 2001-01-01T00:00:00Z: model 1 knows"),
        (["--all", "-o", "l.csv", "--as-of", "soon"], "'soon' is no date or time"),
        (["-o", "l.csv"], "one of the arguments --customers --all --segment is required"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "esnaf").touch()
    (tmp_path / "other.csv").write_text("name\nx\n")
    (tmp_path / "empty.csv").write_text("customer_id\n")
    assert main(["recommend", "--workspace", str(workspace), *words]) in {1, 2}
    error = capsys.readouterr().err
    assert message in error
    assert "unexpected" not in error
    assert not (tmp_path / "l.csv").exists()


def test_similar_and_explain(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = esnaf.Recommender.load(workspace / "bundles" / "1")
    customer, product = model.customers.id(0), model.products.id(0)
    common = ["--workspace", str(workspace)]
    assert main(["similar", product, "-n", "3", "--json", *common]) == 0
    similar = json.loads(capsys.readouterr().out)["items"]
    assert [item["rank"] for item in similar] == [1, 2, 3]
    assert product not in {item["product_id"] for item in similar}
    assert main(["explain", customer, product, "--json", *common]) == 0
    assert [item["product_id"] for item in json.loads(capsys.readouterr().out)["items"]] == [product]
    for verb in (["similar", product], ["explain", customer], ["explain", "stranger"]):
        assert main([*verb, *common]) == 0
        assert capsys.readouterr().out.count("\n") > 3


@pytest.mark.parametrize("words", [["similar", "nothing"], ["explain", "somebody", "nothing"]])
def test_an_unknown_product(workspace: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main([*words, "--workspace", str(workspace)]) == 1
    assert "'nothing'" in capsys.readouterr().err
