"""Generators: how much of what was bought each source of candidates names, alone and with the others."""

from collections.abc import Mapping

import numpy as np

from features.arrays import Bools, rows_of
from training.candidates.scores import Candidates
from training.evaluation.purchases import Purchases
from training.evaluation.truth import Truth


def generator_recall(candidates: Mapping[str, Candidates], truth: Truth) -> dict[str, float]:
    """For each generator and all together (`any`), over the scored customers in the rows of `truth`:

    `generator/NAME/recall`, `generator/NAME/recall_alone` (what no other one named), and `generator/NAME/per_customer`,
    the number of candidates.
    """
    named = {name: _names(found, truth.bought) for name, found in candidates.items()}
    times = np.sum(list(named.values()), axis=0)
    figures: dict[str, float] = {}
    for name, hits in named.items():
        figures[f"generator/{name}/recall"] = _mean_recall(hits, truth.bought)
        figures[f"generator/{name}/recall_alone"] = _mean_recall(hits & (times == 1), truth.bought)
        figures[f"generator/{name}/per_customer"] = float(np.diff(candidates[name].offsets).mean())
    figures["generator/any/recall"] = _mean_recall(times > 0, truth.bought)
    return figures


def _names(candidates: Candidates, bought: Purchases) -> Bools:
    """For each product bought, whether it is among the customer's candidates."""
    place = bought.find(rows_of(candidates.offsets), candidates.product)
    named = np.zeros(len(bought.product), bool)
    named[place[place >= 0]] = True
    return named


def _mean_recall(hits: Bools, bought: Purchases) -> float:
    found = np.bincount(rows_of(bought.offsets), hits, minlength=len(bought))
    return float((found / bought.count).mean())
