"""Comparison: two reports on the same customers and window, figure by figure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Codes, Doubles
from training.comparison.difference import Difference
from training.comparison.groups import Groups, found_in, recall_within
from training.evaluation.lists import Mode
from training.evaluation.protocol import HEADLINE, MODEL, Report, prefix_of
from training.evaluation.slices import plain

CHOSEN = ("ndcg", "recall")  # the metrics to choose by, of the longest lists
SLICED = "ndcg"  # the metric told by slice
WHOLE = ("coverage", "novelty", "diversity", "popularity_percentile", "revenue")  # of all lists together


@dataclass(frozen=True)
class Comparison:
    """The second of two models against the first."""

    cut: int  # seconds since the epoch, UTC
    end: int  # the window is cut <= time < end
    customers: int
    differences: Mapping[str, Difference]
    """By name: `ndcg_at_20`, `explore/recall_at_20`, `segment.NAME/ndcg_at_20`, `category.NAME/recall_at_20`."""
    whole: Mapping[str, tuple[float, float]]
    """Figures of all lists together, which have no value for one customer: `coverage_at_20`, `filled_at_20`."""

    @classmethod
    def of(
        cls,
        first: Report,
        second: Report,
        *,
        names: tuple[str, str] = (MODEL, MODEL),
        groups: Groups | None = None,
        margin: float = 0.01,
        seed: int = 0,
    ) -> Self:
        """Compare a ranking of each report, both measured on the same truth; ValueError where they were not."""
        truth = first.truth
        same = (truth.cut, truth.end) == (second.truth.cut, second.truth.end)
        if not same or not np.array_equal(truth.customer, second.truth.customer):
            raise ValueError("the two reports are of different windows or customers; measure both on one truth")
        if len(truth) == 0:
            return cls(truth.cut, truth.end, 0, {}, {})
        pair = _Pair(first, second, names, margin, seed)
        differences = {**dict(pair.overall()), **dict(pair.by_slice()), **dict(pair.by_group(groups))}
        return cls(truth.cut, truth.end, len(truth), differences, dict(pair.whole()))

    @property
    def headline(self) -> Difference | None:
        """NDCG@20, None where nobody could be scored."""
        return self.differences.get(HEADLINE)

    def of_part(self, part: str) -> dict[str, Difference]:
        """The differences of `segment` or `category`, by the name of the slice or group."""
        return {
            name.removeprefix(f"{part}.").rpartition("/")[0]: difference
            for name, difference in self.differences.items()
            if name.startswith(f"{part}.")
        }

    @property
    def overall(self) -> dict[str, Difference]:
        """The differences over all customers, in all modes."""
        return {name: d for name, d in self.differences.items() if not name.startswith(("segment.", "category."))}


@dataclass(frozen=True)
class _Pair:
    first: Report
    second: Report
    names: tuple[str, str]
    margin: float
    seed: int

    def overall(self) -> Iterator[tuple[str, Difference]]:
        """All metrics of the longest lists, and how NDCG grows with their length, in every mode.

        Those chosen before anything was looked at have intervals of their own, the others such that all hold together.
        """
        first, second = (report.scores[name] for report, name in self._sides())
        modes = [mode for mode in first if mode in second]
        for mode in modes:
            shown = [name for name in first[mode].values if name.endswith(f"_at_{self.k}") or name.startswith("ndcg")]
            chosen = [name for name in shown if name in {f"{metric}_at_{self.k}" for metric in CHOSEN}]
            others = [name for name in shown if name not in chosen]
            if len(first[mode].rows):
                yield from self._of_mode(mode, chosen, looks=1)
                yield from self._of_mode(mode, others, looks=len(others) * len(modes))

    def _of_mode(self, mode: Mode, metrics: Sequence[str], *, looks: int) -> Iterator[tuple[str, Difference]]:
        scores = (report.scores[name][mode] for report, name in self._sides())
        one, other = (np.stack([own.values[name] for name in metrics], axis=1) for own in scores)
        names = (name if mode == "all" else f"{mode}/{name}" for name in metrics)
        yield from zip(names, self._differences(one, other, looks=looks), strict=True)

    def by_slice(self) -> Iterator[tuple[str, Difference]]:
        metric = f"{SLICED}_at_{self.k}"
        one, other = (report.scores[name]["all"].values[metric][:, None] for report, name in self._sides())
        slices = {label: within for label, within in self.first.slices.items() if within.any()}
        for label, within in slices.items():
            (found,) = self._differences(one[within], other[within], looks=len(slices))
            yield f"segment.{label}/{metric}", found

    def by_group(self, groups: Groups | None) -> Iterator[tuple[str, Difference]]:
        bought = self.first.truth.bought
        found = [found_in(products, bought) for products in self._lists()]
        largest = list(groups.largest(bought)) if groups else []
        for name, inside in largest:
            one, other = (recall_within(named, inside, bought)[:, None] for named in found)
            (difference,) = self._differences(one, other, looks=len(largest))
            yield f"category.{plain(name)}/recall_at_{self.k}", difference

    def whole(self) -> Iterator[tuple[str, tuple[float, float]]]:
        one, other = (float((products >= 0).mean()) for products in self._lists())
        yield f"filled_at_{self.k}", (one, other)
        for figure in WHOLE:
            found = [report.metrics.get(f"{prefix_of(name)}/{figure}_at_{self.k}") for report, name in self._sides()]
            if found[0] is not None and found[1] is not None:
                yield f"{figure}_at_{self.k}", (found[0], found[1])

    @property
    def k(self) -> int:
        return max(self.first.ks)

    def _sides(self) -> tuple[tuple[Report, str], tuple[Report, str]]:
        return (self.first, self.names[0]), (self.second, self.names[1])

    def _lists(self) -> Iterator[Codes]:
        for report, name in self._sides():
            yield report.lists[name].modes["all"].products[:, : self.k]

    def _differences(self, one: Doubles, other: Doubles, *, looks: int = 1) -> list[Difference]:
        return Difference.of(one, other, margin=self.margin, looks=looks, seed=self.seed)
