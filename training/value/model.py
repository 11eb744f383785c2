"""ValueModel: what customers will spend, whether they will buy, and whether they are lost."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from features.arrays import Doubles
from features.errors import BundleError
from features.history import History
from features.segments.bands import banded
from training.booster import Booster
from training.value.facts import bent, facts
from training.value.logistic import Logistic
from training.value.orders import Orders
from training.value.propensity import Propensity
from training.value.spending import Spending

FOLDER, FACTS = "value", "value.json"
AT_ONCE = 50_000  # customers


@dataclass(frozen=True)
class Values:
    """R customers; NaN for those who have not bought yet, of whom nothing can be foretold by their orders."""

    spend: Doubles  # (R,) expected within the horizon, in the shop's currency; NaN too where prices are not known
    chance: Doubles  # (R,) of at least one order within the horizon
    churn: Doubles  # (R,) risk that no order comes within the days after which a customer is lost


@dataclass(frozen=True)
class ValueModel:
    """Learned on past windows."""

    horizon: int  # days
    churn_days: int
    buys: Propensity  # within the horizon
    stays: Propensity | None  # buys within churn_days; None where these are the horizon
    spending: Spending | None  # None where prices are not known
    fifths: Doubles | None = None  # (4,) borders of the customers by expected spend, currency

    def predict(self, history: History, as_of: int) -> Values:
        """Of the R customers of a history whose events all lie before `as_of`; the same alone or among others."""
        if len(history) > AT_ONCE:
            return self._in_parts(history, as_of)
        orders = Orders.of(history, as_of)
        spend, chance, churn = (np.full(len(history), np.nan) for _ in range(3))
        if len(orders):
            known = facts(orders, as_of, self.horizon)
            curved = bent(known)
            buys = self.buys.chances(known, curved)
            stays = buys if self.stays is None else np.maximum(self.stays.chances(known, curved), buys)
            chance[orders.rows], churn[orders.rows] = buys, 1.0 - stays
            if self.spending is not None:
                spend[orders.rows] = self.spending.expected(known, buys)
        return Values(spend, chance, churn)

    def fifth(self, spend: Doubles) -> Doubles:
        """(R,) the fifth of the customers that an expected spend belongs to, from 1 to 5; NaN where it is not known."""
        if self.fifths is None:
            return np.full(len(spend), np.nan)
        return np.where(np.isnan(spend), np.nan, banded(spend, self.fifths) + 1.0)

    def _in_parts(self, history: History, as_of: int) -> Values:
        rows = range(0, len(history), AT_ONCE)
        parts = [self.predict(history.take(np.arange(i, min(i + AT_ONCE, len(history)))), as_of) for i in rows]
        return Values(
            np.concatenate([part.spend for part in parts]),
            np.concatenate([part.chance for part in parts]),
            np.concatenate([part.churn for part in parts]),
        )

    def save(self, folder: Path) -> None:
        """Write it below a bundle's folder."""
        folder = folder / FOLDER
        folder.mkdir()
        parts: dict[str, Propensity | Spending | None] = {
            "buys": self.buys,
            "stays": self.stays,
            "spending": self.spending,
        }
        plain: dict[str, Any] = {"horizon": self.horizon, "churn_days": self.churn_days}
        for name, part in parts.items():
            if part is not None:
                plain[name] = _plain(part)
                if part.trees is not None:
                    part.trees.save(folder / f"{name}.txt")
        if self.fifths is not None:
            plain["fifths"] = self.fifths.tolist()
        (folder / FACTS).write_text(json.dumps(plain, sort_keys=True) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; BundleError where it is not a model."""
        folder = folder / FOLDER
        try:
            plain = json.loads((folder / FACTS).read_text())
            stays, spending, fifths = plain.get("stays"), plain.get("spending"), plain.get("fifths")
            return cls(
                plain["horizon"],
                plain["churn_days"],
                Propensity(_line(plain["buys"]), _trees(folder, "buys")),
                None if stays is None else Propensity(_line(stays), _trees(folder, "stays")),
                None if spending is None else Spending(**spending, trees=_trees(folder, "spending")),
                None if fifths is None else np.array(fifths, np.float64),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleError(f"{folder / FACTS}: cannot be read ({error}); train the model again") from error


def _trees(folder: Path, name: str) -> Booster | None:
    path = folder / f"{name}.txt"
    return Booster.load(path) if path.exists() else None


def _plain(part: Propensity | Spending) -> dict[str, Any]:
    if isinstance(part, Spending):
        return {"usual": part.usual, "level": part.level}
    line = part.line
    lists = {"mean": line.mean.tolist(), "scale": line.scale.tolist(), "weight": line.weight.tolist()}
    return {**lists, "level": line.level}


def _line(plain: dict[str, Any]) -> Logistic:
    mean, scale, weight = (np.array(plain[name], np.float64) for name in ("mean", "scale", "weight"))
    return Logistic(mean, scale, weight, float(plain["level"]))
