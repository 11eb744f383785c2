"""`esnaf value`: what it writes and refuses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import esnaf
from esnaf.arguments import invoke
from esnaf.cli import main
from features.settings import Settings
from training import pointer
from training.forgetting.blanking import without
from training.pointer import Pointer
from training.recommender import Recommender

TEXT = """
[pool]
generators = ["repurchase", "popular"]
[training]
windows = 1
[value]
horizon = 30
churn_days = 60
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop with a model that foretells spend, and one that does not as version 2."""
    from dataclasses import replace

    folder = tmp_path_factory.mktemp("shop")
    invoke("simulate", str(folder / "data"), "--customers=600", "--products=100", "--days=150")
    settings = Settings.parse(TEXT)
    (folder / "esnaf.toml").write_text(TEXT)
    shop = esnaf.load_tables(folder / "data", esnaf.TablesConfig.of(settings))
    trainer, end = esnaf.Trainer(shop, settings), shop.log.end
    learning = trainer.learning(end)
    assert learning is not None
    model = trainer.fit(until=end, complete=True)
    replace(model, value=learning.fit(end)).save(folder / "bundles" / "1")
    model.save(folder / "bundles" / "2")
    pointer.replace(folder, Pointer("1", folder / "bundles" / "1"))
    return folder


@pytest.mark.parametrize("name", ["values.csv", "values.parquet"])
def test_everybody_has_a_row(workspace: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    answer = invoke("value", "--workspace", str(workspace), "--all", "-o", str(file))
    values = pd.read_parquet(file) if name.endswith("parquet") else pd.read_csv(file)
    assert list(values) == ["customer_id", "expected_spend", "purchase_probability", "churn_risk"]
    assert len(values) == answer["customers"]
    assert values["purchase_probability"].isna().sum() == answer["without_orders"]
    assert values["expected_spend"].sum() == pytest.approx(answer["expected_spend"])
    assert values["purchase_probability"].dropna().between(0, 1).all()
    assert answer["horizon_days"] == 30


def test_who_was_erased_has_no_row(workspace: Path, tmp_path: Path) -> None:
    import shutil

    shop, file = tmp_path / "shop", tmp_path / "values.csv"
    shutil.copytree(workspace, shop)
    (gone, kept) = (Recommender.load(shop / "bundles" / "1").customers.id(row) for row in (0, 1))
    blanked = Recommender.load(shop / "bundles" / "1")
    without(blanked, np.arange(len(blanked.customers)) == 2).save(shop / "bundles" / "3")
    pointer.replace(shop, Pointer("3", shop / "bundles" / "3"))
    invoke("erase", gone, "--workspace", str(shop))
    answer = invoke("value", "--workspace", str(shop), "--all", "-o", str(file))
    customers = set(pd.read_csv(file, dtype=str)["customer_id"])
    assert answer["erased"] == 2
    assert len(customers) == answer["customers"] == len(blanked.customers) - 2
    assert kept in customers
    assert gone not in customers
    assert not any(id.startswith("\0") for id in customers)


def test_a_file_of_customers_gets_what_all_get(workspace: Path, tmp_path: Path) -> None:
    whole, some, asked = tmp_path / "all.csv", tmp_path / "some.csv", tmp_path / "asked.csv"
    invoke("value", "--workspace", str(workspace), "--all", "-o", str(whole))
    everybody = pd.read_csv(whole)
    chosen = everybody.dropna().iloc[[3, 1]]
    pd.concat([chosen["customer_id"], pd.Series(["stranger"], name="customer_id")]).to_csv(asked, index=False)
    answer = invoke("value", "--workspace", str(workspace), "--customers", str(asked), "-o", str(some))
    found = pd.read_csv(some)
    assert answer["without_orders"] == 1
    pd.testing.assert_frame_equal(found.iloc[:2].reset_index(drop=True), chosen.reset_index(drop=True))
    assert found.iloc[2, 1:].isna().all()


def test_a_model_without_it_says_so(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--workspace", str(workspace), "--all", "--model", "2", "-o", str(tmp_path / "v.csv"), "--quiet"]
    assert main(["value", *words]) == 2
    assert "model 2 foretells no spend" in capsys.readouterr().err


def test_a_loaded_bundle_foretells_the_same(workspace: Path) -> None:
    model = Recommender.load(workspace / "bundles" / "1")
    assert model.value is not None
    values = model.value.predict(model.history, model.time)
    assert (values.spend[values.chance > 0.8]).mean() > (values.spend[values.chance < 0.2]).mean()
