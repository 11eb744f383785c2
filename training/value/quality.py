"""Quality: what was foretold of customers against what they did."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Array, Bools, Counts, Doubles
from training.value.model import Values

GROUPS = 10


@dataclass(frozen=True)
class Calibration:
    """Customers in ten groups of about equal size by what was foretold, lowest first."""

    foretold: Doubles  # (G,) mean
    found: Doubles  # (G,) mean
    size: Counts  # (G,)

    @classmethod
    def of(cls, foretold: Doubles, found: Array) -> "Calibration":
        """From K customers; fewer groups where there are fewer."""
        by = np.argsort(foretold, kind="stable")
        groups = [group for group in np.array_split(by, GROUPS) if len(group)]
        return cls(
            np.array([foretold[group].mean() for group in groups]),
            np.array([found[group].mean() for group in groups]),
            np.array([len(group) for group in groups]),
        )

    @property
    def error(self) -> float:
        """Mean distance between both, by customer."""
        return float(np.average(np.abs(self.foretold - self.found), weights=self.size))


@dataclass(frozen=True)
class Quality:
    """Of K customers on a window that the model has not seen."""

    chance: Calibration
    spend: Calibration | None
    metrics: dict[str, float]

    @property
    def named(self) -> dict[str, float]:
        """The metrics as the tracking store names them."""
        return {f"value/{name}": value for name, value in self.metrics.items()}

    @classmethod
    def of(cls, values: Values, spent: Doubles, bought: Bools) -> "Quality":
        """From what was foretold (K,), what was spent and who bought."""
        chance = Calibration.of(values.chance, bought)
        share = float(bought.mean())
        metrics = {
            "customers": float(len(bought)),
            "buyers": float(bought.sum()),
            "chance_ratio": float(values.chance.mean()) / max(share, 1e-9),
            "chance_error": chance.error,
            "chance_brier": float(np.mean((values.chance - bought) ** 2)),
            "chance_auc": auc(values.chance, bought),
        }
        if np.isnan(values.spend).all():
            return cls(chance, None, metrics)
        spend = Calibration.of(values.spend, spent)
        metrics |= {
            "spend_ratio": float(values.spend.sum() / max(spent.sum(), 1e-9)),
            "spend_mae": float(np.abs(values.spend - spent).mean()),
            "spend_rank_correlation": rank_correlation(values.spend, spent),
            "spend_error": spend.error / max(float(spent.mean()), 1e-9),
        }
        return cls(chance, spend, metrics)


def ranks(values: Array) -> Doubles:
    """(K,) places in ascending order, from 0; equal values share their mean place."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count + 1) / 2.0)[place])


def rank_correlation(one: Doubles, other: Doubles) -> float:
    """Spearman's rank correlation; 0 where one of them is the same for all."""
    first, second = (own - own.mean() for own in (ranks(one), ranks(other)))
    spread = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / spread if spread else 0.0


def auc(score: Doubles, label: Bools) -> float:
    """The chance that one who did has a higher score than one who did not; 0.5 where there are only one kind."""
    yes, no = int(label.sum()), int((~label).sum())
    if not yes or not no:
        return 0.5
    return float(ranks(score)[label].sum() - yes * (yes - 1) / 2.0) / (yes * no)
