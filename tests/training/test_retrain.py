"""The champion brought up to date, in a real workspace with a real tracking store."""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from mlflow.exceptions import MlflowException

from esnaf.arguments import invoke
from esnaf.cli import main
from features.arrays import DAY
from features.settings import Settings
from features.tables import TablesConfig, load
from serving.clock import shown_time
from tests.training.futures import write
from tests.training.test_train import TOML
from training import lock, pointer
from training.entry import scratch_of
from training.recommender import Recommender
from training.tracking.registry import Registry, Version
from training.tracking.store import VARIABLE, Store, TrackingError

GENERATORS = '"repurchase", "rp3beta", "als", "neighbours", "words", "popular", "together"'
LENIENT = "[gate]\nndcg_loss = 0.9\nguards = {}\n"  # a handful of customers decides
SETTINGS = TOML.replace('"repurchase", "rp3beta", "popular", "together"', GENERATORS) + LENIENT
LAST_DAYS = 3


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A workspace in which the simulated shop was trained on without its last days, and when those end."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "data").mkdir()
    write(folder / "data")
    (folder / "esnaf.toml").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        end = -(-load(folder / "data", TablesConfig.of(Settings.parse(SETTINGS))).log.end // DAY) * DAY
        until = shown_time(end - LAST_DAYS * DAY)
        invoke("train", "--data", str(folder / "data"), "--workspace", str(folder), "--until", until)
    return folder, end


@pytest.fixture
def workspace(trained: tuple[Path, int], tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained[0], tmp_path / "copy"))


def retrain(workspace: Path, until: int | None = None, *words: str) -> Mapping[str, Any]:
    moment = [] if until is None else ["--until", shown_time(until)]
    return invoke("retrain", "--data", str(workspace / "data"), "--workspace", str(workspace), *moment, *words)


def versions(workspace: Path) -> list[Version]:
    return Registry.of(Store.of(workspace).open(), "corner").versions()


def champion_number(workspace: Path) -> str:
    return pointer.find(workspace).version


def champion(workspace: Path) -> Recommender:
    return Recommender.load(pointer.find(workspace).bundle)


def test_day_by_day(trained: tuple[Path, int], workspace: Path) -> None:
    _, end = trained
    for day in range(LAST_DAYS - 1, -1, -1):
        before = champion(workspace)
        result = retrain(workspace, end - day * DAY)
        after = champion(workspace)
        assert result["full"] is None
        assert result["events"] == after.facts["events"] - before.facts["events"] > 0
        assert after.time == end - day * DAY
        assert after.facts["trained"] == end - LAST_DAYS * DAY
        assert any("ledger" in line for line in result["reused"])
        assert "groups of taste and missions stay" in result["reused"]
    newest, *_ = versions(workspace)
    assert (newest.number, newest.aliases) == (str(1 + LAST_DAYS), ("champion",))
    assert result["metrics"]["gate/passed"] == 1
    assert "champion/ndcg_at_20_difference" in result["metrics"]
    page = workspace / "mlruns" / "artifacts" / newest.run_id / "artifacts" / "report.html"
    assert f"version {LAST_DAYS}" in page.read_text()


@pytest.mark.bench
def test_it_is_as_good_as_training_anew(trained: tuple[Path, int], workspace: Path) -> None:
    """The same window, measured by bundles that saw nothing of it."""
    _, end = trained
    refreshed, anew = (retrain(workspace, end - day * DAY, *words) for day, words in ((0, ()), (0, ("--full",))))
    assert anew["full"] == "asked for"
    for name in ("repeat/recall_at_20", "ndcg_at_20"):
        assert refreshed["metrics"][f"test/{name}"] == pytest.approx(anew["metrics"][f"test/{name}"], rel=0.35)
    one, other = (Recommender.load(workspace / "bundles" / version) for version in "23")
    assert one.customers.ids() == other.customers.ids()
    for field in ("product", "time", "quantity", "order"):
        np.testing.assert_array_equal(getattr(one.history, field), getattr(other.history, field))


def test_events_of_the_same_day_and_late_ones_count(trained: tuple[Path, int], workspace: Path) -> None:
    """The end of the data is the same, and so is the model's time; what it knows is not."""
    _, end = trained
    until = end - LAST_DAYS * DAY
    file = workspace / "data" / "events.parquet"
    events = pq.read_table(file)
    before = events.filter(pc.less(events["timestamp"], pa.scalar(until * 1000, events["timestamp"].type)))
    one = before.filter(pc.equal(before["event_type"], "purchase")).slice(0, 1)
    late = one.set_column(one.column_names.index("event_id"), "event_id", pa.array(["late"], one["event_id"].type))
    pq.write_table(pa.concat_tables([events, late]), file)
    result = retrain(workspace, until)
    assert (result["events"], result["version"]) == (1, "2")
    assert champion(workspace).time == until


def test_nothing_new(trained: tuple[Path, int], workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, end = trained
    words = ["retrain", "--data", str(workspace / "data"), "--workspace", str(workspace), "--quiet"]
    assert main([*words, "--until", shown_time(end - LAST_DAYS * DAY)]) == 0
    assert "nothing new: version 1 is up to date" in capsys.readouterr().out
    assert len(versions(workspace)) == 1


def test_without_data_that_of_the_champion_is_taken(workspace: Path) -> None:
    result = invoke("retrain", "--workspace", str(workspace))
    assert result["version"] == "2"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("trees = 5", "trees = 6"), "the settings have changed"),
        pytest.param(
            ("[ranker]", "[retrain]\nfull_days = 2\n[ranker]"),
            "the ranker learned 3 days ago, [retrain] full_days is 2",
            marks=pytest.mark.bench,
        ),
    ],
)
def test_when_everything_is_trained_anew(workspace: Path, change: tuple[str, str], reason: str) -> None:
    file = workspace / "esnaf.toml"
    file.write_text(file.read_text().replace(*change))
    result = retrain(workspace)
    assert result["full"] == reason
    assert champion(workspace).facts["trained"] == champion(workspace).time


@pytest.mark.bench
def test_a_champion_of_an_earlier_esnaf_is_no_obstacle(workspace: Path) -> None:
    file = pointer.find(workspace).bundle / "manifest.json"
    manifest = json.loads(file.read_text())
    file.write_text(json.dumps({name: value for name, value in manifest.items() if name not in {"events", "trained"}}))
    assert retrain(workspace)["full"] == "version 1 was made by an earlier version of Esnaf"


def test_who_is_erased_and_what_is_withdrawn_is_gone(workspace: Path) -> None:
    before = champion(workspace)
    bought = np.flatnonzero(np.diff(before.history.offsets))
    customer, product = before.customers.id(int(bought[0])), before.products.id(0)
    (workspace / "data" / "erased.txt").write_text(f"{customer}\n")
    tables = f'[tables]\nerased = "erased.txt"\nexclude_products = ["{product}"]\n'
    (workspace / "esnaf.toml").write_text(tables + SETTINGS)
    result = retrain(workspace)
    after = champion(workspace)
    assert result["full"] == "products of its time are others now"
    assert after.customers.index(customer) < 0
    assert after.products.index(product) < 0
    assert not any(customer.encode() in path.read_bytes() for path in (workspace / "ledger").iterdir())


def test_a_refusal_leaves_the_champion(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = workspace / "esnaf.toml"
    file.write_text(file.read_text() + "answer_ms = 0.001\n")
    assert main(["retrain", "--data", str(workspace / "data"), "--workspace", str(workspace), "--quiet"]) == 1
    assert "the gate refused: latency" in capsys.readouterr().out
    assert pointer.find(workspace).version == "1"
    refused, first = versions(workspace)
    assert (refused.aliases, first.aliases) == (("challenger",), ("champion",))
    run = Store.of(workspace).open().get_run(refused.run_id)
    assert run.data.tags["gate"].startswith("refused: latency")
    assert run.data.metrics["gate/passed"] == 0


def test_one_at_a_time(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (workspace / lock.FILE).open("w") as file:
        file.write("4711\n")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        for verb in ("retrain", "train"):
            words = ["--data", str(workspace / "data"), "--workspace", str(workspace), "--quiet"]
            assert main([verb, *words]) == 1
            assert "process 4711 is training here" in capsys.readouterr().err
    assert retrain(workspace)["version"] == "2"


def test_what_a_killed_one_left_is_cleared(workspace: Path) -> None:
    with scratch_of(workspace) as scratch:
        assert Path(tempfile.mkdtemp()).is_relative_to(scratch)  # where libraries put copies of bundles
        shutil.copytree(scratch, workspace / "bundles" / ".new-killed")
    assert not Path(tempfile.gettempdir()).is_relative_to(workspace)
    retrain(workspace)
    assert sorted(path.name for path in (workspace / "bundles").iterdir() if path.is_dir()) == ["1", "2"]


def test_a_champion_moved_in_mlflow_is_taken_over(trained: tuple[Path, int], workspace: Path) -> None:
    _, end = trained
    retrain(workspace, end - DAY)
    Registry.of(Store.of(workspace).open(), "corner").point("champion", "1")
    result = retrain(workspace, end)
    assert (result["previous"], result["version"]) == ("1", "3")


def test_copies_of_bundles_do_not_pile_up(workspace: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    retrain(workspace)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("text", [None, "{"])
def test_a_pointer_that_is_lost_is_written_again(workspace: Path, text: str | None) -> None:
    """The alias in MLflow says who serves."""
    file = workspace / pointer.FILE
    file.unlink()
    if text is not None:
        file.write_text(text)
    result = retrain(workspace)
    assert (result["previous"], result["version"]) == ("1", "2")


def test_a_store_that_is_gone_is_told_and_not_made_anew(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = (workspace / "mlruns").rename(tmp_path / "aside")
    for words in (["--data", str(workspace / "data")], []):
        assert main(["retrain", "--workspace", str(workspace), "--quiet", *words]) == 1
        assert "mlflow.db: the tracking store is gone; bring it back, or" in capsys.readouterr().err
    assert not (workspace / "mlruns" / "mlflow.db").exists()
    assert champion(workspace).facts["events"]
    shutil.rmtree(workspace / "mlruns", ignore_errors=True)
    aside.rename(workspace / "mlruns")
    assert retrain(workspace)["version"] == "2"


@pytest.mark.bench
def test_without_its_artifacts_everything_is_trained_anew(workspace: Path) -> None:
    shutil.rmtree(workspace / "mlruns" / "artifacts")
    result = retrain(workspace)
    assert result["full"] == "version 1 has no measured bundle, or a damaged one"
    assert result["version"] == champion_number(workspace) == "2"


@pytest.mark.bench
def test_a_champion_that_the_store_does_not_know(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The store was begun anew, and the gate refused what was trained since."""
    shutil.rmtree(workspace / "mlruns")
    Store.of(workspace).open()
    assert main(["retrain", "--workspace", str(workspace), "--quiet"]) == 2
    assert "where version 1 was trained is not known" in capsys.readouterr().err
    result = retrain(workspace)
    assert result["full"] == "the tracking store does not know the version that serves"
    assert [(version.number, version.aliases) for version in versions(workspace)] == [("2", ("champion",))]


def test_a_store_that_fails_when_all_is_done_is_no_failure(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The version serves; only the time that it took is not logged."""

    def locked(*_: object) -> None:
        raise MlflowException("database is locked")

    monkeypatch.setattr("training.entry.complete", locked)
    with caplog.at_level("WARNING", logger="esnaf"):
        assert retrain(workspace)["version"] == champion_number(workspace) == "2"
    assert "tracking.incomplete" in caplog.text


def test_without_a_champion_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retrain", "--workspace", str(tmp_path), "--quiet"]) == 1
    assert "`esnaf train --data DIR` makes one" in capsys.readouterr().err


@pytest.mark.parametrize("error", [TrackingError("locked"), OSError(28, "No space left on device")])
def test_who_watches_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path, error: Exception
) -> None:
    looks: list[BaseException | None] = [None, error, None, KeyboardInterrupt()]

    def once(*_: object) -> dict[str, Any]:
        if found := looks.pop(0):
            raise found
        return {"nothing_new": True, "version": "1"}

    monkeypatch.setattr("esnaf.commands.retrain._once", once)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with caplog.at_level("WARNING", logger="esnaf"), pytest.raises(KeyboardInterrupt):
        invoke("retrain", "--workspace", str(tmp_path), "--watch", "1")
    assert looks == []
    assert "retrain.failed" in caplog.text


def test_bad_words(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retrain", "--workspace", str(workspace), "--watch", "-1"]) == 2
    assert "--watch -1.0: must be above 0" in capsys.readouterr().err
    assert json.loads((workspace / "champion.json").read_text())["version"] == "1"
