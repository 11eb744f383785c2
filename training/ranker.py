"""Ranker: gradient-boosted trees (ke2017lightgbm) over the feature matrix."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from features.arrays import Codes, Doubles, Floats
from features.errors import BundleError, ConfigError
from training.config import RankerConfig
from training.examples import Examples

if TYPE_CHECKING:
    from lightgbm import Booster

MANY = 5_000  # rows worth more than one thread
LEVELS = 8  # grades of worth that a listwise loss tells apart


@dataclass(frozen=True)
class Ranker:
    """A booster and the features it reads, in the order of its columns."""

    names: tuple[str, ...]  # (F,)
    booster: "Booster"

    @classmethod
    def fit(cls, examples: Examples, config: RankerConfig, *, seed: int) -> Self:
        """Learn from examples; features that never vary are left out."""
        import lightgbm

        varying = _varying(examples.matrix)
        names = tuple(examples.names[i] for i in varying)
        listwise = config.loss != "binary"
        positive = examples.gain > 0
        data = lightgbm.Dataset(
            examples.matrix[:, varying],
            _grades(examples.gain) if listwise else positive.astype(np.float32),
            group=examples.group if listwise else None,
            weight=None if listwise else _weights(examples, config.balance),
            feature_name=list(names),
            free_raw_data=True,
        )
        return cls(names, lightgbm.train(_parameters(config, seed), data, config.trees))

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) raw scores of the feature rows (M, F), each by itself.

        One answer uses one thread: on a busy machine waiting for a second costs more than it saves.
        """
        threads = 1 if len(matrix) < MANY else 0
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_threads=threads), np.float64)

    def contributions(self, matrix: Floats) -> Doubles:
        """(M, F + 1) what each feature adds to the raw score (lundberg2020local); the last column is the base."""
        return np.asarray(self.booster.predict(matrix, pred_contrib=True, num_threads=1), np.float64)

    def save(self, path: Path) -> None:
        """Write the model as LightGBM's text."""
        self.booster.save_model(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; BundleError where it is not a model."""
        import lightgbm

        try:
            booster = lightgbm.Booster(model_file=path)
        except lightgbm.basic.LightGBMError as error:
            raise BundleError(f"{path}: not a LightGBM model ({error}); train the model again") from error
        return cls(tuple(booster.feature_name()), booster)


def _parameters(config: RankerConfig, seed: int) -> dict[str, Any]:
    return {
        "objective": config.loss,
        "learning_rate": config.learning_rate,
        "num_leaves": config.leaves,
        "min_data_in_leaf": config.min_leaf,
        "feature_fraction": config.feature_fraction,
        "bagging_fraction": config.bagging_fraction,
        "bagging_freq": 1,
        "lambda_l2": config.l2,
        "max_bin": config.bins,
        "num_threads": config.threads,
        "seed": seed,
        "deterministic": True,
        "force_col_wise": True,
        "verbose": -1,
    }


def _varying(matrix: Floats) -> Codes:
    """The columns that hold more than one value, NaN being one."""
    if len(matrix) == 0:
        return np.zeros(0, np.int32)
    same = (matrix == matrix[0]) | (np.isnan(matrix) & np.isnan(matrix[0]))
    return np.flatnonzero(~same.all(axis=0)).astype(np.int32)


def _weights(examples: Examples, balance: float) -> Doubles:
    """(M,) what each pair counts: its gain, shared among the customer's pairs, 1 on average."""
    positive = examples.gain > 0
    customer = np.repeat(np.arange(len(examples.group)), examples.group)
    bought = np.maximum(np.bincount(customer, positive, len(examples.group)), 1.0)
    share = bought**-balance
    weight: Doubles = np.where(positive, examples.gain, 1.0) * share[customer]
    weight /= max(weight.mean(), 1e-12)
    return weight


def _grades(gain: Doubles) -> Codes:
    """Gains as grades: 0 for none, 1 to `LEVELS` by quantile of worth where it differs."""
    grade = np.zeros(len(gain), np.int32)
    positive = gain > 0
    edges = np.unique(np.quantile(gain[positive], np.arange(1, LEVELS) / LEVELS)) if positive.any() else gain[:0]
    if len(edges) > 1:
        grade[positive] = 1 + np.searchsorted(edges, gain[positive], side="left")
    else:
        grade[positive] = 1
    return grade


def names_of(generators: Sequence[str], exclude: Sequence[str]) -> list[str]:
    """The features that a ranker may see: all but those excluded by name or family.

    ConfigError where one of the excluded is neither.
    """
    from features.matrix import feature_names
    from features.registry import REGISTRY

    names = feature_names(generators)
    family = {name: REGISTRY[name].family if name in REGISTRY else "generators" for name in names}
    known = {*names, *family.values()}
    for name in exclude:
        if name not in known:
            close = difflib.get_close_matches(name, sorted(known), 1)
            hint = f"did you mean '{close[0]}'?" if close else "docs/features.md lists them"
            raise ConfigError(f"[features] exclude: '{name}' is no feature and no family; {hint}")
    hidden = set(exclude)
    return [name for name in names if not {name, family[name]} & hidden]
