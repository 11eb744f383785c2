"""The registered model, loaded by MLflow itself."""

from pathlib import Path

import pandas as pd
import pytest

from training.query import Query
from training.recommender import Recommender
from training.tracking.store import Store, current


@pytest.fixture
def lists(workspace: Path) -> pd.DataFrame:
    import mlflow

    with current(Store.of(workspace).open()):
        loaded = mlflow.pyfunc.load_model("models:/corner-recommender/1")
        asked = pd.DataFrame({"customer_id": ["c003", "a stranger"]})
        return loaded.predict(asked, params={"n": 4})


def test_it_answers_as_the_recommender_does(lists: pd.DataFrame, bundle: Path) -> None:
    assert lists.columns.tolist() == ["customer_id", "product_id", "rank", "score", "source"]
    answers = Recommender.load(bundle).recommend([Query(customer_id="c003"), Query(customer_id="a stranger")], 4)
    for customer, answer in zip(["c003", "a stranger"], answers, strict=True):
        own = lists[lists["customer_id"] == customer]
        assert own["product_id"].tolist() == [item.product_id for item in answer.items]
        assert own["score"].tolist() == [item.score for item in answer.items]
        assert own["rank"].tolist() == [1, 2, 3, 4]


def test_there_is_no_pickle_in_it(workspace: Path) -> None:
    files = [file for file in (workspace / "mlruns" / "artifacts").rglob("*") if file.is_file()]
    assert any(file.name == "pyfunc_model.py" for file in files)
    assert [file for file in files if file.suffix in {".pkl", ".pickle", ".joblib"}] == []
    assert not any(file.read_bytes().startswith(b"\x80\x04") for file in files)


def test_it_carries_its_own_code_and_requirements(workspace: Path) -> None:
    (folder,) = (workspace / "mlruns" / "artifacts" / "models").iterdir()
    assert (folder / "artifacts" / "code" / "training" / "recommender.py").exists()
    required = (folder / "artifacts" / "requirements.txt").read_text()
    assert "lightgbm==" in required
    assert "mlflow==" in required
