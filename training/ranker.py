"""Ranker: gradient-boosted trees (ke2017lightgbm) over the feature matrix."""

import difflib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from features.arrays import Codes, Counts, Doubles, Floats
from features.errors import BundleError, ConfigError
from training.config import RankerConfig
from training.examples import Examples

if TYPE_CHECKING:
    from lightgbm import Booster

MANY = 5_000  # rows worth more than one thread
LEVELS = 8  # grades of worth that a listwise loss tells apart
BAGGED = 5  # rounds that one sample of pairs serves: drawing it costs about as much as a tree
BINNED = 50_000  # pairs that the bins are cut by
ENOUGH = 20_000  # pairs that trees can be grown on by themselves


@dataclass(frozen=True)
class Ranker:
    """Boosters that each learned from a share of the pairs, and the features that they read, in order of the columns.

    Their mean is as good as one booster grown on all pairs with twice the rounds (docs/ranker.md), and each grows on a
    thread of its own without ever waiting for another.
    """

    names: tuple[str, ...]  # (F,)
    boosters: tuple["Booster", ...]

    @classmethod
    def fit(cls, examples: Examples, config: RankerConfig, *, seed: int) -> Self:
        """Learn from examples; features that never vary are left out."""
        varying = _varying(examples.matrix)
        names = tuple(examples.names[i] for i in varying)
        parts = max(1, min(config.boosters, len(examples.gain) // ENOUGH))
        share = np.random.default_rng(seed).integers(0, parts, len(examples.gain))

        labels = _Labels.of(examples, config)

        def grown(part: int) -> "Booster":
            chosen = np.flatnonzero(share == part)
            parameters = _parameters(config, seed + part, threads=max(1, config.threads // parts))
            matrix = examples.matrix[np.ix_(chosen, varying)]
            return _grown(matrix, names, labels.take(chosen), parameters, config.trees)

        with ThreadPoolExecutor(min(parts, config.threads), thread_name_prefix="grow") as threads:
            return cls(names, tuple(threads.map(grown, range(parts))))

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) mean raw scores of the feature rows (M, F), each by itself.

        One answer uses one thread: on a busy machine waiting for a second costs more than it saves.
        """
        threads = 1 if len(matrix) < MANY else 0
        return _mean([b.predict(matrix, raw_score=True, num_threads=threads) for b in self.boosters])

    def contributions(self, matrix: Floats) -> Doubles:
        """(M, F + 1) what each feature adds to the raw score (lundberg2020local); the last column is the base."""
        return _mean([b.predict(matrix, pred_contrib=True, num_threads=1) for b in self.boosters])

    @property
    def gain(self) -> Doubles:
        """(F,) each feature's share of what all splits gained."""
        gain = np.sum([b.feature_importance("gain") for b in self.boosters], axis=0)
        return np.asarray(gain / max(gain.sum(), 1e-12), np.float64)

    def save(self, folder: Path) -> None:
        """Write each booster as LightGBM's text."""
        folder.mkdir()
        for number, booster in enumerate(self.boosters):
            booster.save_model(folder / f"{number}.txt")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; BundleError where a file is not a model."""
        import lightgbm

        boosters = []
        for path in sorted(folder.glob("*.txt"), key=lambda path: int(path.stem)):
            try:
                boosters.append(lightgbm.Booster(model_file=path))
            except lightgbm.basic.LightGBMError as error:
                raise BundleError(f"{path}: not a LightGBM model ({error}); train the model again") from error
        if not boosters:
            raise BundleError(f"{folder}: holds no model; train the model again")
        return cls(tuple(boosters[0].feature_name()), tuple(boosters))


@dataclass(frozen=True)
class _Labels:
    """What LightGBM is told about M pairs beside their features."""

    label: Floats | Codes  # (M,)
    weight: Doubles | None  # (M,) log loss only
    customer: Codes | None  # (M,) ascending, listwise losses only

    @classmethod
    def of(cls, examples: Examples, config: RankerConfig) -> Self:
        if config.loss == "binary":
            return cls((examples.gain > 0).astype(np.float32), _weights(examples, config.balance), None)
        return cls(_grades(examples.gain), None, examples.customer)

    def take(self, chosen: Counts) -> Self:
        """Those of some pairs (positions ascending)."""
        return replace(
            self,
            label=self.label[chosen],
            weight=None if self.weight is None else self.weight[chosen],
            customer=None if self.customer is None else self.customer[chosen],
        )

    @property
    def group(self) -> Counts | None:
        """(Q,) pairs of each customer that has any."""
        if self.customer is None:
            return None
        pairs = np.bincount(self.customer)
        return pairs[pairs > 0]


def _grown(matrix: Floats, names: Sequence[str], labels: _Labels, parameters: dict[str, Any], trees: int) -> "Booster":
    """One booster, grown on some of the pairs."""
    import lightgbm

    data = lightgbm.Dataset(
        matrix,
        labels.label,
        group=labels.group,
        weight=labels.weight,
        feature_name=list(names),
        free_raw_data=True,
    )
    return lightgbm.train(parameters, data, trees)


def _mean(predicted: Sequence[Any]) -> Doubles:
    total = np.array(predicted[0], np.float64)
    for other in predicted[1:]:
        total += other
    total /= len(predicted)
    return total


def _parameters(config: RankerConfig, seed: int, *, threads: int) -> dict[str, Any]:
    return {
        "objective": config.loss,
        "learning_rate": config.learning_rate,
        "num_leaves": config.leaves,
        "min_data_in_leaf": config.min_leaf,
        "feature_fraction": config.feature_fraction,
        "bagging_fraction": config.bagging_fraction,
        "bagging_freq": BAGGED,
        "lambda_l2": config.l2,
        "max_bin": config.bins,
        "bin_construct_sample_cnt": BINNED,
        "enable_bundle": False,  # bundles of features that exclude each other take a fifth more time here
        "num_threads": threads,
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
    customer = examples.customer
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
