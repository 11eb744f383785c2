"""The model that MLflow loads: this file is kept with the bundle, and no pickle is.

`predict` takes a table with `customer_id` and returns the lists as rows: customer_id, product_id, rank, score, source.
"""

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from training.query import Answer, Query
from training.recommender import Recommender

COLUMNS = ["customer_id", "product_id", "rank", "score", "source"]


class RecommenderModel(PythonModel):
    """The recommender of a bundle, as of the moment it was trained unless `time` says otherwise."""

    recommender: Recommender

    def load_context(self, context: PythonModelContext) -> None:
        """Map the bundle into memory."""
        self.recommender = Recommender.load(Path(context.artifacts["bundle"]))

    def predict(
        self,
        context: PythonModelContext,  # MLflow gives it
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Lists of `params["n"]` products for each row of `model_input`."""
        options = params or {}
        customers = model_input["customer_id"].astype(str).tolist()
        queries = [Query(customer_id=customer) for customer in customers]
        answers = self.recommender.recommend(queries, int(options.get("n", 10)), time=options.get("time") or None)
        rows = [row for pair in zip(customers, answers, strict=True) for row in _rows(*pair)]
        return pd.DataFrame(rows, columns=COLUMNS)


def _rows(customer: str, answer: Answer) -> list[tuple[str, str, int, float, str]]:
    return [(customer, item.product_id, item.rank, item.score, item.source) for item in answer.items]


mlflow.models.set_model(RecommenderModel())
