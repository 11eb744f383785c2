"""Two trainings of one workspace, compared by the command, and what their runs keep."""

import json
import re
import shutil
from pathlib import Path

import pytest

from esnaf.arguments import invoke
from esnaf.cli import main
from features.arrays import DAY
from features.errors import UsageError
from serving.clock import shown_time
from tests.training.contenders import SETTINGS, write
from training.recommender import Recommender
from training.tracking.registry import Registry
from training.tracking.store import VARIABLE, Store


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1, and version 2 that forgets what was bought."""
    folder = tmp_path_factory.mktemp("workspace")
    data = write(folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        for settings in ("1", "3"):
            (folder / "esnaf.toml").write_text(SETTINGS[settings])
            invoke("train", "--data", str(data), "--workspace", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def compare(workspace: Path, *words: str) -> list[str]:
    return ["compare", *words, "--workspace", str(workspace)]


def artifact(workspace: Path, version: str, name: str) -> str:
    run = Registry.of(Store.of(workspace).open(), "corner").get(version).run_id
    return (workspace / "mlruns" / "artifacts" / run / "artifacts" / name).read_text()


def test_the_worse_version_is_told_with_its_interval(workspace: Path) -> None:
    result = invoke(*compare(workspace, "1", "2"))
    assert (result["first"], result["second"], result["verdict"]) == ("1", "2", "worse")
    headline = result["differences"]["ndcg_at_20"]
    assert headline["low"] < headline["difference"] < headline["high"] < -headline["margin"]
    assert result["gate"]["passed"] is False
    assert "ndcg" in result["gate"]["text"]
    assert {"segment.country.FR/ndcg_at_20", "category.Tea/recall_at_20"} <= result["differences"].keys()
    assert result["examples"][0]["lists"][0][0]["reason"]
    assert result["inputs"]["price paid"]["psi"] == 0
    assert result["report"] is None


def test_the_window_is_the_newest_that_neither_has_seen(workspace: Path) -> None:
    """That which both were measured on, so the figures are those of their runs."""
    result = invoke(*compare(workspace, "1", "2"))
    end = Recommender.load(workspace / "bundles" / "1").time
    assert (result["from"], result["to"]) == (shown_time(end - 28 * DAY), shown_time(end))
    registry = Registry.of(Store.of(workspace).open(), "corner")
    for side in ("first", "second"):
        measured = registry.metrics(registry.get(result[side]))["test/ndcg_at_20"]
        assert result["differences"]["ndcg_at_20"][side] == pytest.approx(measured)


def test_for_people_and_as_a_report(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "report.html"
    assert main(compare(workspace, "2", "champion", "-o", str(file), "--quiet")) == 0
    text = capsys.readouterr().out
    assert "version 1 against version 2" in text
    assert re.search(r"NDCG@20 .*▲ better", text)
    assert "verdict: better (NDCG@20, " in text
    assert "the gate: passed all" in text
    page = file.read_text()
    assert "Version 1 is better than version 2" in page
    assert "features.exclude" in page  # a setting that differs


def test_a_shorter_window(workspace: Path) -> None:
    end = Recommender.load(workspace / "bundles" / "1").time
    start = shown_time(end - 10 * DAY)
    result = invoke(*compare(workspace, "1", "2", "--from", start, "--horizon", "10"))
    assert (result["from"], result["to"]) == (start, shown_time(end))


def test_every_run_has_its_report_and_its_card(workspace: Path) -> None:
    """The first stands beside a baseline, the second beside the champion of its time."""
    first, second = (artifact(workspace, version, "report.html") for version in "12")
    assert "Version 1 is better than decay (baseline)" in first
    assert "Version 2 is worse than version 1" in second
    assert not re.search(r"Customer c\d", second)
    assert artifact(workspace, "1", "model_card.md").startswith("# corner-recommender, version 1\n")
    registry = Registry.of(Store.of(workspace).open(), "corner")
    assert "champion/ndcg_at_20" not in registry.metrics(registry.get("1"))
    metrics = registry.metrics(registry.get("2"))
    assert metrics["champion/ndcg_at_20"] == pytest.approx(registry.metrics(registry.get("1"))["test/ndcg_at_20"])
    assert metrics["champion/ndcg_at_20_difference_high"] < 0
    tags = registry.client.get_run(registry.get("2").run_id).data.tags
    assert tags["compared_with"] == "version 1"
    assert tags["data_folder"] == str(workspace / "data")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["1", "9"], 1, "no version '9'"),
        (["1", "2", "--from", "2024-01-20"], 1, "knows what happened until"),
        (["1", "2", "--horizon", "0"], 2, "--horizon 0: must be 1 or more"),
        (["1", "2", "--horizon", "40"], 1, "--horizon 28 is what there is"),
        (["1"], 2, "B"),
        (["1", "2", "--data", "nowhere"], 2, "nowhere"),
        (["1", "2", "-o", "/proc/no/report.html"], 2, "cannot be written"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    workspace: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    assert main([*compare(workspace, *words), "--quiet"]) == code
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_tables_that_are_gone(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy of the workspace finds the tables where they were; without them another folder is asked for."""
    moved = workspace / "data-moved"
    shutil.move(workspace / "data", moved)
    try:
        assert main([*compare(workspace, "1", "2"), "--quiet"]) == UsageError.exit_code
        assert "it is gone; give --data" in capsys.readouterr().err
        assert main([*compare(workspace, "1", "2"), "--data", str(moved), "--quiet", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["verdict"] == "worse"
    finally:
        shutil.move(moved, workspace / "data")


def test_without_a_tracking_store_the_bundles_alone(workspace: Path, tmp_path: Path) -> None:
    """Both know all there is: a window after it is compared, or none."""
    shutil.copytree(workspace / "bundles", tmp_path / "bundles")
    words = compare(tmp_path, "1", "2", "--data", str(workspace / "data"), "--quiet")
    assert main(words) == 1
