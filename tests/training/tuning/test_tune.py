"""Whole studies on a small shop: real trials, pruning, resuming, tracking, and nothing of the test window."""

import shutil
import sqlite3
import statistics
import tomllib
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from features.arrays import DAY
from features.errors import RefusedError
from features.settings import Settings
from tests.training.contenders import write
from tests.training.tuning.shops import TEXT, end
from training.configuration import configuration
from training.entry import Job
from training.tracking.provenance import day
from training.tracking.store import VARIABLE, Store
from training.tuning.scores import Scores
from training.tuning.studies import DATABASE, FIRST, Studies, StudyError
from training.tuning.tune import Tuned, tune

TRIALS = 10


@pytest.fixture(autouse=True, scope="module")
def _no_server() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        yield


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    write(folder / "data")
    return folder


def settings(**tune: Any) -> Settings:
    found = Settings.parse(TEXT)
    own = {"trials": TRIALS, "minutes": 5.0, "seeds": 1, **tune}
    return replace(found, values={**found.values, "tune": {**found.values["tune"], **own}})


def job(workspace: Path, data: str = "data", **tune: Any) -> Job:
    return Job(workspace, settings(**tune), data=workspace / data)


@pytest.fixture(scope="module")
def tuned(workspace: Path) -> Tuned:
    return tune(job(workspace))


def trials(workspace: Path, name: str) -> list[FrozenTrial]:
    return optuna.load_study(study_name=name, storage=f"sqlite:///{workspace / 'tune' / DATABASE}").trials


def test_the_first_trial_is_the_current_settings_and_the_end_is_no_worse(workspace: Path, tuned: Tuned) -> None:
    outcome, found = tuned.outcome, trials(workspace, tuned.study)
    assert found[0].state == TrialState.COMPLETE
    assert found[0].params["ranker.trees"] == 20
    assert (outcome.trials["complete"] + outcome.trials["pruned"], outcome.interrupted) == (TRIALS, False)
    assert outcome.improved is (outcome.gain is not None and outcome.gain.mean > 0.002)
    assert outcome.best >= outcome.current or not outcome.improved
    assert len(outcome.cuts) == 2
    assert outcome.cuts[-1].endswith("2024-05-20")


def test_pruned_trials_were_below_the_median_of_those_before(workspace: Path, tuned: Tuned) -> None:
    found = trials(workspace, tuned.study)
    pruned = [trial for trial in found if trial.state == TrialState.PRUNED]
    assert pruned
    for trial in pruned:
        assert list(trial.intermediate_values) == [0]
        before = [t for t in found if t.number < trial.number and t.state == TrialState.COMPLETE]
        assert len(before) >= FIRST
        assert trial.intermediate_values[0] < statistics.median(t.intermediate_values[0] for t in before)


def test_no_settings_are_measured_twice(workspace: Path, tuned: Tuned) -> None:
    ended = [t for t in trials(workspace, tuned.study) if t.state in {TrialState.COMPLETE, TrialState.PRUNED}]
    keys = [trial.user_attrs["settings"] for trial in ended]
    assert len(keys) == len(set(keys)) == TRIALS


def test_the_worth_of_complete_trials_is_kept(workspace: Path, tuned: Tuned) -> None:
    folder = Studies(workspace / "tune").scores(tuned.study)
    for trial in trials(workspace, tuned.study):
        file = folder / f"{trial.number}-0.npz"
        assert file.exists() is (trial.state == TrialState.COMPLETE)
        assert not file.exists() or Scores.load(file).value == pytest.approx(trial.value)


def test_runs_are_nested(workspace: Path, tuned: Tuned) -> None:
    client = Store.of(workspace).open()
    parent = client.get_run(tuned.run_id)
    children = client.search_runs(
        [parent.info.experiment_id], f"tags.`mlflow.parentRunId` = '{tuned.run_id}'", order_by=["attribute.start_time"]
    )
    assert (len(children), parent.info.status) == (TRIALS, "FINISHED")
    first = children[0].data
    assert (first.tags["mlflow.runName"], first.tags["changes"]) == ("trial 0: current settings", "none")
    assert first.params["ranker.trees"] == "20"
    assert first.metrics["tune/ndcg_at_20"] == pytest.approx(trials(workspace, tuned.study)[0].value)
    steps = client.get_metric_history(children[0].info.run_id, "tune/cut_ndcg_at_20")
    assert [metric.step for metric in steps] == [0, 1]
    assert {child.data.tags["state"] for child in children} == {"complete", "pruned"}
    assert parent.data.params["ranker.trees"] == "20"
    assert parent.data.metrics["tune/best_ndcg_at_20"] == tuned.outcome.best
    assert tuned.outcome.text in parent.data.tags["mlflow.note.content"]
    artifact = workspace / "mlruns" / "artifacts" / tuned.run_id / "artifacts" / "tuned.toml"
    assert artifact.read_text() == tuned.file.read_text()


def test_the_file_is_the_settings(workspace: Path, tuned: Tuned) -> None:
    assert tuned.file == workspace / "tuned.toml"
    assert configuration(Settings.read(tuned.file)) == configuration(tuned.outcome.settings)
    values = tomllib.loads(tuned.file.read_text())
    assert values["training"]["shop"] == "corner"
    assert values["tune"]["cuts"] == 2
    assert tuned.outcome.text in tuned.file.read_text()


def test_a_study_that_is_done_is_only_read(workspace: Path, tuned: Tuned) -> None:
    before = len(trials(workspace, tuned.study))
    again = tune(job(workspace))
    assert again == tuned
    assert len(trials(workspace, tuned.study)) == before


@pytest.fixture
def elsewhere(workspace: Path, tuned: Tuned, tmp_path: Path) -> Path:
    """A copy of the workspace with its finished study."""
    for folder in ("mlruns", "tune", "data"):
        shutil.copytree(workspace / folder, tmp_path / folder)
    return tmp_path


def test_more_trials_go_on_from_there_and_a_changed_space_begins_anew(elsewhere: Path, tuned: Tuned) -> None:
    before = [trial.params for trial in trials(elsewhere, tuned.study)]
    more = tune(job(elsewhere, trials=TRIALS + 2))
    assert (more.study, more.run_id) == (tuned.study, tuned.run_id)
    assert [trial.params for trial in trials(elsewhere, tuned.study)][: len(before)] == before
    assert sum(more.outcome.trials.values()) > sum(tuned.outcome.trials.values())
    other = tune(job(elsewhere, trials=1, space={**settings().values["tune"]["space"], "features": []}))
    assert other.study != tuned.study
    assert other.outcome.trials == {"complete": 1, "pruned": 0, "fail": 0}
    assert other.outcome.gain is None
    assert not other.outcome.improved
    assert "no trial was better" in other.outcome.text


def test_the_time_is_kept_but_the_current_settings_are_measured(workspace: Path) -> None:
    outcome = tune(job(workspace, minutes=1e-6, cuts=1)).outcome
    assert outcome.trials == {"complete": 1, "pruned": 0, "fail": 0}


def test_nothing_after_the_cut_is_read(workspace: Path, tuned: Tuned, elsewhere: Path) -> None:
    """Another test window changes neither the study's name nor one value of one trial."""
    events = elsewhere / "data" / "events.csv"
    head, *lines = events.read_text().splitlines()
    rows = [line.split(",") for line in lines]
    cut = f"{day(end())}T00:00:00Z"
    kept = [cells for cells in rows if cells[2] < cut]
    after = [[f"new{i % 50}", f"p{i % 7:02}", cells[2], "99"] for i, cells in enumerate(rows) if cells[2] >= cut]
    assert len(after) > 500
    events.write_text("\n".join([head, *map(",".join, kept + after), ""]))
    shutil.rmtree(elsewhere / "tune")
    other = tune(job(elsewhere, trials=6))
    assert other.study == tuned.study
    found, values = (
        [(t.params, t.value, t.intermediate_values) for t in trials(folder, tuned.study)]
        for folder in (elsewhere, workspace)
    )
    assert len(found) >= 6
    assert found == values[: len(found)]
    one, two = (Studies(folder / "tune").scores(tuned.study) / "0-0.npz" for folder in (elsewhere, workspace))
    assert [v.tolist() for v in Scores.load(one).ndcg] == [v.tolist() for v in Scores.load(two).ndcg]


def test_a_space_that_is_exhausted_ends_the_study(workspace: Path) -> None:
    """Of four points one cannot be: a score of a generator that a trial leaves out cannot be hidden."""
    nothing: dict[str, Any] = {"training": {}, "pool": {}, "candidates": {}, "ranker": {}}
    space = {**nothing, "generators": ["trending"], "features": ["trending_score"]}
    found = trials(workspace, tune(job(workspace, space=space)).study)
    points = [(t.params["generators.trending"], t.params["features.trending_score"], t.state) for t in found]
    ended = [(one, two) for one, two, state in points if state in {TrialState.COMPLETE, TrialState.PRUNED}]
    assert (False, False, TrialState.FAIL) in points
    assert (False, True) in ended
    assert len(ended) == len(set(ended))
    assert set(ended) <= {(False, True), (True, True), (True, False)}


def test_with_too_little_data_there_is_nothing_to_tune_on(workspace: Path) -> None:
    with pytest.raises(RefusedError, match="the data must span at least 112 days"):
        tune(replace(job(workspace), until=end() - 60 * DAY))
    with pytest.raises(RefusedError, match="nothing lies before the test window"):
        tune(replace(job(workspace), until=end() - 130 * DAY))


def test_one_at_a_time(workspace: Path) -> None:
    with Studies(workspace / "tune").alone(), pytest.raises(RefusedError, match="another `esnaf tune` is at work"):
        tune(job(workspace))


def test_a_damaged_database_is_one_sentence(elsewhere: Path) -> None:
    file = elsewhere / "tune" / DATABASE
    with closing(sqlite3.connect(file)) as database:
        database.execute("ALTER TABLE trial_values RENAME COLUMN value TO worth")
    with pytest.raises(StudyError, match=r"no such column: trial_values.value.*move it away to begin anew"):
        tune(job(elsewhere))
    file.write_text("this is no database" * 100)
    with pytest.raises(StudyError, match="move it away to begin anew"):
        tune(job(elsewhere))
