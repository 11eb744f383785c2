"""Which features a ranker uses."""

import lightgbm
import numpy as np
import pytest

from training.booster import Booster
from training.ranker import Ranker
from training.tracking.importance import Importance


@pytest.fixture(scope="module")
def found() -> Importance:
    random = np.random.default_rng(0)
    matrix = random.normal(size=(3_000, 3)).astype(np.float32)
    label = (matrix[:, 1] + 0.3 * matrix[:, 2] > 0).astype(int)
    data = lightgbm.Dataset(matrix, label, feature_name=["noise", "strong", "weak"])
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "num_leaves": 7}
    ranker = Ranker(("noise", "strong", "weak"), (Booster.of(lightgbm.train(settings, data, 10)),))
    return Importance.of(ranker, matrix)


def test_both_measures_put_the_strong_feature_first(found: Importance) -> None:
    assert found.names == ["noise", "strong", "weak"]
    for values in (found.gain, found.shap):
        assert values[1] > values[2] > values[0]
    assert found.gain.sum() == pytest.approx(1)


def test_the_table_has_the_most_used_first(found: Importance) -> None:
    lines = found.csv().splitlines()
    assert lines[0] == "feature,gain,shap"
    assert [line.split(",")[0] for line in lines[1:]] == ["strong", "weak", "noise"]
