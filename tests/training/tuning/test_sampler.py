"""A trial is a neighbour of the best one before it."""

from typing import Any

import optuna
import pytest

from features.settings import Settings
from training.tuning.sampler import LIGHT, Neighbours
from training.tuning.space import Space

SPACE = Space.of(Settings({}))


def study(trials: int, seed: int = 1, changes: int = 3) -> optuna.Study:
    """Worth is the number of trees, as far as anybody knows."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    found = optuna.create_study(direction="maximize", sampler=Neighbours(SPACE, seed, changes))
    found.enqueue_trial(SPACE.current)
    for _ in range(trials):
        trial = found.ask({axis.name: axis.distribution for axis in SPACE.axes})
        found.tell(trial, float(trial.params["ranker.trees"]))
    return found


@pytest.fixture(scope="module")
def history() -> list[tuple[dict[str, Any], set[str]]]:
    """The best point before each trial, and what the trial changed of it."""
    trials = study(60).get_trials()
    best = [max(trials[:i], key=lambda t: t.value or 0) for i in range(1, len(trials))]
    return [
        (b.params, {name for name, value in t.params.items() if value != b.params[name]})
        for b, t in zip(best, trials[1:], strict=True)
    ]


def test_the_first_trial_is_the_current_settings() -> None:
    assert study(1).trials[0].params == SPACE.current


def test_few_settings_change_and_something_does(history: list[tuple[dict[str, Any], set[str]]]) -> None:
    assert all(len(changed) <= 3 for _, changed in history)
    assert sum(not changed for _, changed in history) <= 3  # a number may be drawn again


def test_most_trials_fit_the_ranker_alone(history: list[tuple[dict[str, Any], set[str]]]) -> None:
    light = {axis.name for axis in SPACE.axes if axis.light}
    kinds = [bool(changed & light) for _, changed in history if changed]
    assert not [changed for _, changed in history if changed & light and changed - light]
    assert LIGHT - 0.25 < sum(kinds) / len(kinds) < LIGHT + 0.25


def test_settings_without_effect_are_not_tried(history: list[tuple[dict[str, Any], set[str]]]) -> None:
    for best, changed in history:
        active = {axis.name for axis in SPACE.active(best)}
        assert changed <= active


def test_it_climbs() -> None:
    assert study(60).best_value > 1.5 * float(SPACE.current["ranker.trees"])


def test_proposals_follow_from_the_study_and_the_seed() -> None:
    one, same, other = (study(12, seed) for seed in (1, 1, 2))
    assert [t.params for t in one.trials] == [t.params for t in same.trials]
    assert [t.params for t in one.trials] != [t.params for t in other.trials]
    resumed = study(8)
    resumed.sampler = Neighbours(SPACE, 1, 3)  # as another process would
    for _ in range(4):
        trial = resumed.ask({axis.name: axis.distribution for axis in SPACE.axes})
        resumed.tell(trial, float(trial.params["ranker.trees"]))
    assert [t.params for t in resumed.trials] == [t.params for t in one.trials]
