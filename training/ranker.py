"""Ranker: gradient-boosted trees (ke2017lightgbm) over the feature matrix."""

import difflib
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from features.arrays import Codes, Counts, Doubles, Floats
from features.errors import BundleError, ConfigError
from training.booster import Booster
from training.boosting import lightgbm
from training.config import RankerConfig
from training.examples import Examples

LEVELS = 8  # grades of worth that a listwise loss tells apart
BAGGED = 5  # rounds that one sample of pairs serves: drawing it costs about as much as a tree
BINNED = 12_500  # pairs of a booster that its bins are cut by
NICE = 5  # about a third of the share of a thread beside
GLANCED = 1_000  # rows that tell most features that vary
ENOUGH = 20_000  # pairs that trees can be grown on by themselves


@dataclass(frozen=True)
class Ranker:
    """Boosters that each learned from a share of the pairs, and the features that they read, in order of the columns.

    Their mean is as good as one booster grown on all pairs with twice the rounds (docs/ranker.md), and each grows on a
    thread of its own without ever waiting for another.
    """

    names: tuple[str, ...]  # (F,)
    boosters: tuple[Booster, ...]

    @classmethod
    def fit(cls, windows: Sequence[Examples], config: RankerConfig, *, seed: int) -> Self:
        """Learn from the examples of some windows; features that never vary are left out."""
        library = lightgbm()
        varying, labels = _varying([window.matrix for window in windows]), _Labels.of(windows, config)
        names = tuple(windows[0].names[i] for i in varying)
        parts = max(1, min(config.boosters, len(labels.label) // ENOUGH))
        share = np.random.default_rng(seed).integers(0, parts, len(labels.label))

        def grown(part: int) -> Booster:
            chosen = np.flatnonzero(share == part)
            parameters = _parameters(config, seed + part, threads=max(1, config.threads // parts))
            data = _dataset(library, _taken(windows, chosen, varying), names, labels.take(chosen))
            return Booster.of(library.train(parameters, data, config.trees))

        with ThreadPoolExecutor(min(parts, config.threads), "grow", _give_way) as threads:
            return cls(names, tuple(threads.map(grown, range(parts))))

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) mean raw scores of the feature rows (M, F), each by itself."""
        return _mean([booster.scores(matrix) for booster in self.boosters])

    def contributions(self, matrix: Floats) -> Doubles:
        """(M, F + 1) what each feature adds to the raw score (lundberg2020local); the last column is the base."""
        return _mean([booster.contributions(matrix) for booster in self.boosters])

    @property
    def gain(self) -> Doubles:
        """(F,) each feature's share of what all splits gained."""
        gain = np.sum([booster.gain for booster in self.boosters], axis=0)
        return np.asarray(gain / max(gain.sum(), 1e-12), np.float64)

    def save(self, folder: Path) -> None:
        """Write each booster."""
        folder.mkdir()
        for number, booster in enumerate(self.boosters):
            booster.save(folder / f"{number}.txt")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; BundleError where a file is not a model."""
        paths = sorted(folder.glob("*.txt"), key=lambda path: int(path.stem))
        boosters = tuple(Booster.load(path) for path in paths)
        if not boosters:
            raise BundleError(f"{folder}: holds no model; train the model again")
        return cls(boosters[0].names, boosters)


@dataclass(frozen=True)
class _Labels:
    """What LightGBM is told about M pairs beside their features."""

    label: Floats | Codes  # (M,)
    weight: Doubles | None  # (M,) log loss only
    customer: Codes | None  # (M,) ascending, listwise losses only

    @classmethod
    def of(cls, windows: Sequence[Examples], config: RankerConfig) -> Self:
        gain, group = np.concatenate([w.gain for w in windows]), np.concatenate([w.group for w in windows])
        customer = np.repeat(np.arange(len(group), dtype=np.int32), group)
        if config.loss == "binary":
            return cls((gain > 0).astype(np.float32), _weights(gain, customer, config.balance), None)
        return cls(_grades(gain), None, customer)

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


def _give_way() -> None:
    """Let other threads go first: evaluation, figures and tracking each use one core, and growing fills what is left
    of the others. Linux alone has priorities of threads."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + NICE))


def _taken(windows: Sequence[Examples], chosen: Counts, columns: Codes) -> Floats:
    """Some pairs (positions over all windows, ascending) and columns. The windows are never joined: that would hold
    everything twice."""
    taken = np.empty((len(chosen), len(columns)), np.float32)
    ends = np.cumsum([len(window.gain) for window in windows])
    bounds = [0, *np.searchsorted(chosen, ends).tolist()]
    for window, end, start, stop in zip(windows, ends, bounds, bounds[1:], strict=False):
        taken[start:stop] = window.matrix[np.ix_(chosen[start:stop] - end + len(window.gain), columns)]
    return taken


def _dataset(library: Any, matrix: Floats, names: Sequence[str], labels: _Labels) -> Any:
    """Some pairs as LightGBM takes them."""
    return library.Dataset(
        matrix,
        labels.label,
        group=labels.group,
        weight=labels.weight,
        feature_name=list(names),
        free_raw_data=True,
    )


def _mean(predicted: Sequence[Doubles]) -> Doubles:
    total = predicted[0].copy()
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


def _varying(matrices: Sequence[Floats]) -> Codes:
    """The columns that hold more than one value, NaN being one. Most of them show it in their first rows."""
    features, alike = matrices[0].shape[1], np.arange(matrices[0].shape[1])
    first = next((matrix[:1] for matrix in matrices if len(matrix)), np.zeros((1, features), np.float32))
    for rows in (matrices[0][:GLANCED], *matrices):
        value, own = first[:, alike], rows[:, alike]
        same = (own == value) | (np.isnan(own) & np.isnan(value))
        alike = alike[same.all(axis=0)]
    return np.setdiff1d(np.arange(features), alike).astype(np.int32)


def _weights(gain: Doubles, customer: Codes, balance: float) -> Doubles:
    """(M,) what each pair counts: its gain, shared among the customer's pairs, 1 on average."""
    positive = gain > 0
    bought = np.maximum(np.bincount(customer, positive), 1.0)
    weight: Doubles = np.where(positive, gain, 1.0) * (bought**-balance)[customer]
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
