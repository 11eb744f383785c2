"""Sampler: what the next trial tries."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

from training.tuning.axis import Axis
from training.tuning.space import Space

if TYPE_CHECKING:
    from optuna import Study

LIGHT = 0.7  # share of trials that fit the ranker alone: they take a fraction of the time of the others


class Neighbours(BaseSampler):
    """Changes a few settings of the best trial so far, and lets TPE (bergstra2011algorithms) propose their values.

    A time budget allows tens of trials in a space of dozens of dimensions, and begins at settings that are good.
    Drawing all dimensions anew would leave half of the generators out each time. Proposals follow from the study and
    the seed alone, so that a resumed study goes on as it would have.
    """

    def __init__(self, space: Space, seed: int, changes: int) -> None:
        self.space, self.seed, self.changes = space, seed, changes
        self._base: dict[str, Any] = {}
        self._free: frozenset[str] = frozenset()

    def infer_relative_search_space(self, study: "Study", trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(
        self, study: "Study", trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return {}

    def before_trial(self, study: "Study", trial: FrozenTrial) -> None:
        self._random = np.random.default_rng([self.seed, trial.number])
        self._tpe = TPESampler(seed=int(self._random.integers(2**31)), multivariate=False)
        best = max(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)), key=_value, default=None)
        self._base = self.space.current if best is None else dict(best.params)
        self._free = frozenset(axis.name for axis in self._chosen(self._base))

    def sample_independent(
        self, study: "Study", trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        base = self._base[param_name]
        if param_name not in self._free:
            return base
        found = self._tpe.sample_independent(study, trial, param_name, param_distribution)
        if found == base and isinstance(param_distribution, CategoricalDistribution):
            others = [value for value in param_distribution.choices if value != base]
            return others[self._random.integers(len(others))] if others else base
        return found

    def _chosen(self, base: Mapping[str, Any]) -> Sequence[Axis]:
        """The axes to change: all light, or some that need new candidates."""
        axes = self.space.active(base)
        light = [axis for axis in axes if axis.light]
        heavy = [axis for axis in axes if not axis.light]
        kind = light if light and (not heavy or self._random.random() < LIGHT) else heavy
        number = min(len(kind), 1 + int(self._random.integers(self.changes)))
        return [kind[i] for i in self._random.permutation(len(kind))[:number]]


def _value(trial: FrozenTrial) -> float:
    return float("-inf") if trial.value is None else trial.value
