"""Any version on any window that it has not seen."""

from pathlib import Path

import pytest

from esnaf.arguments import invoke
from esnaf.cli import main
from features.arrays import DAY
from features.settings import Settings
from features.tables import TablesConfig, load
from serving.clock import shown_time
from tests.training.futures import cut, write
from training import pointer
from training.measurement import measurement_of
from training.pointer import Pointer
from training.tracking.store import VARIABLE, Store
from training.trainer import Trainer

TOML = """
[training]
figures = false
shop = "corner"
horizon = 14
windows = 1
min_history = 28
[pool]
generators = ["repurchase", "popular"]
[ranker]
trees = 3
min_leaf = 5
threads = 1
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows all but the last two weeks of the tables in `data`."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "data").mkdir()
    (folder / "esnaf.toml").write_text(TOML)
    shop = load(write(folder / "data"), TablesConfig())
    Trainer(shop, Settings.parse(TOML)).fit(cut(), complete=True).save(folder / "bundles" / "4")
    pointer.replace(folder, Pointer("4", folder / "bundles" / "4"))
    return folder


def evaluate(workspace: Path, *words: str) -> list[str]:
    return ["evaluate", "--workspace", str(workspace), "--data", str(workspace / "data"), *words]


def test_the_champion_on_what_came_after_it(workspace: Path) -> None:
    result = invoke(*evaluate(workspace))
    assert result["model_version"] == "4"
    assert result["from"] == result["trained_until"] == shown_time(cut())
    assert result["to"] == shown_time(cut() + 14 * DAY)
    assert result["customers"] == result["known_customers"] == result["metrics"]["test/customers"] > 0
    assert result["run_id"] is None
    assert not (workspace / "mlruns").exists()


def test_the_figures_are_those_of_training(workspace: Path) -> None:
    """The same measurement as `esnaf train` makes of a model as of the cut."""
    from training.recommender import Recommender

    shop = load(workspace / "data", TablesConfig())
    model = Recommender.load(workspace / "bundles" / "4")
    measured = measurement_of(model, shop, cut=cut(), end=cut() + 14 * DAY, bundle=workspace)
    assert invoke(*evaluate(workspace))["metrics"] == {**measured.report.metrics, **measured.metrics}


def test_a_later_and_shorter_window_of_a_named_version(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = shown_time(cut() + 4 * DAY)
    assert main(evaluate(workspace, "--model", "4", "--from", start, "--horizon", "7", "--quiet")) == 0
    text = capsys.readouterr().out
    assert f"model 4, trained until {shown_time(cut())}" in text
    assert f"measured from {start} to {shown_time(cut() + 11 * DAY)}" in text
    assert "NDCG@20" in text
    assert "decay" in text
    assert "known to the model" in text


def test_figures_are_logged_if_so_asked(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    result = invoke(*evaluate(workspace, "--log"))
    run = Store.of(workspace).open().get_run(result["run_id"])
    assert run.info.status == "FINISHED"
    assert run.data.metrics["test/ndcg_at_20"] == pytest.approx(result["metrics"]["test/ndcg_at_20"])
    assert run.data.tags["evaluated_version"] == "4"
    assert pointer.find(workspace).version == "4"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--from", shown_time(cut() - DAY)], 1, f"model 4 was trained on what happened until {shown_time(cut())}"),
        (["--from", shown_time(cut() + DAY)], 1, "before the window does on"),
        (["--from", shown_time(cut() + DAY)], 1, "--horizon 13 is what there is"),
        (["--from", shown_time(cut() + 99 * DAY)], 1, "give newer tables, or measure an older version"),
        (["--horizon", "0"], 2, "--horizon 0: must be 1 or more"),
        (["--model", "9"], 1, "no model version '9'"),
        (["--from", "soon"], 2, "'soon' is no date or time"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    workspace: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    assert main(evaluate(workspace, *words, "--quiet")) == code
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_nobody_who_could_be_scored(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other people's tables."""
    later = [shown_time(cut() + day * DAY) for day in (0, 13)]
    rows = [f"new{i},mug,{time}" for i, time in enumerate(later)]
    (tmp_path / "events.csv").write_text("\n".join(["customer_id,product_id,timestamp", *rows]))
    words = ["evaluate", "--workspace", str(workspace), "--data", str(tmp_path), "--quiet"]
    assert main(words) == 0
    assert "nobody bought both before the window and in it" in capsys.readouterr().out
