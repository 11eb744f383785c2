"""Contest: a second model against a first, on one window, with all that explains the difference."""

from dataclasses import dataclass
from typing import Self

from features.tables import Shop
from training.comparison.comparison import Comparison
from training.comparison.config import CompareConfig
from training.comparison.contender import Contender
from training.comparison.drift import Drift
from training.comparison.example import Example, examples_of
from training.comparison.groups import Groups
from training.comparison.inputs import drifts, pair
from training.comparison.lost import lost_inputs
from training.comparison.side import Side
from training.comparison.window import Window
from training.evaluation.protocol import REFERENCE


@dataclass(frozen=True)
class Contest:
    """What was found."""

    first: Side
    second: Side
    comparison: Comparison
    examples: tuple[Example, ...]
    drifts: tuple[Drift, ...]  # of the inputs of the bundles that serve
    lost: tuple[str, ...]  # inputs that the first has and the second lacks

    @property
    def metrics(self) -> dict[str, float]:
        """For the record of the second's run: its NDCG@20 less that of a first that is a version too."""
        headline = self.comparison.headline
        if headline is None or self.first.recommender is None:
            return {}
        found, name = headline.interval, "champion/ndcg_at_20"
        ends = {f"{name}_difference_low": found.low, f"{name}_difference_high": found.high}
        return {name: headline.first, f"{name}_difference": found.mean, **ends}

    @classmethod
    def held(cls, first: Contender, second: Contender, window: Window, config: CompareConfig) -> Self:
        """Measure both on a window.

        Raises:
            RefusedError: one of them knows what happened in the window.
            BundleError: one of the bundles is damaged or of another format.
        """
        return cls.of(window.side(first), window.side(second), window.shop, config)

    @classmethod
    def of(cls, first: Side, second: Side, shop: Shop, config: CompareConfig) -> Self:
        """Compare two sides that were measured on the same window."""
        comparison = Comparison.of(
            first.report,
            second.report,
            names=(first.ranking, second.ranking),
            groups=Groups.of(shop.catalogue),
            margin=config.margin,
        )
        examples = examples_of(first, second, shop, config.examples)
        if first.final is None or second.final is None:
            return cls(first, second, comparison, tuple(examples), (), ())
        before, after = pair(first.final, second.final, config.drift_days)
        lost = lost_inputs((first.final, before), (second.final, after))
        return cls(first, second, comparison, tuple(examples), tuple(drifts(before, after)), lost)

    @classmethod
    def with_baseline(cls, second: Side, shop: Shop, config: CompareConfig, *, name: str = REFERENCE) -> Self:
        """A model against one of the baselines of its own report."""
        return cls.of(Side.baseline(name, second.report), second, shop, config)
