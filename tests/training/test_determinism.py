"""The same data, settings and seed give the same model and the same figures, whatever process makes them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.training.futures import cut, write

ROOT = Path(__file__).parents[2]
TRAINING = """
import json, sys
from pathlib import Path
from features.arrays import DAY
from features.tables import TablesConfig, load
from features.settings import Settings
from tests.training.futures import HORIZON, TEXT
from training.bundle import read_manifest
from training.measurement import measurement_of
from training.recommender import Recommender
from training.trainer import Trainer

data, folder, cut = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
end = cut + HORIZON * DAY
trainer = Trainer(load(data, TablesConfig()), Settings.parse(TEXT.replace("threads = 1", "threads = 2")))
trainer.fit(cut).save(folder / "measured")
measured = measurement_of(Recommender.load(folder / "measured"), trainer.shop, cut=cut, end=end, bundle=folder)
trainer.fit(end, complete=True).save(folder / "final")
sums = {name: read_manifest(folder / name)["files"] for name in ("measured", "final")}
print(json.dumps({"metrics": {**measured.report.metrics, **measured.metrics}, "checksums": sums}))
"""


def train(data: Path, folder: Path, seed: str) -> dict[str, Any]:
    """In a process of its own, on two threads; text hashes otherwise there, so sets come in another order."""
    command = [sys.executable, "-c", TRAINING, str(data), str(folder), str(cut())]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "2"}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder.parent, env=environment)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("twice")
    data = folder / "data"
    data.mkdir()
    return [train(write(data), folder / seed, seed) for seed in ("1", "2")]


def test_metrics_to_the_last_digit(trained: list[dict[str, Any]]) -> None:
    one, other = (run["metrics"] for run in trained)
    assert len(one) > 50
    assert {name: value for name, value in one.items() if repr(value) != repr(other.get(name))} == {}
    assert one.keys() == other.keys()


@pytest.mark.parametrize("bundle", ["measured", "final"])
def test_every_array_and_tree(trained: list[dict[str, Any]], bundle: str) -> None:
    one, other = (run["checksums"][bundle] for run in trained)
    assert {"ranker/0.txt", "market/sold.npy", "generators/als/user_factors.npy"} < one.keys()
    assert {name for name in one | other if one.get(name) != other.get(name)} == set()
