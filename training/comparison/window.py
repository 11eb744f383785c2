"""Window: what two models are measured on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from features.arrays import Bools
from features.tables import Shop
from training.comparison.answered import Answered
from training.comparison.contender import Contender
from training.comparison.side import Side
from training.evaluation.beyond import Background, beyond
from training.evaluation.lists import Lists
from training.evaluation.metrics import KS
from training.evaluation.protocol import MODEL, Report, prefix_of, scores_of
from training.evaluation.slices import slices_of
from training.evaluation.truth import Truth
from training.measurement import Measurement
from training.measuring import measure
from training.ranker import Ranker
from training.recommender import Recommender
from training.segments.sliced import segment_slices
from training.tracking.importance import Importance


@dataclass(frozen=True)
class Window:
    """The same customers, slices and background for both."""

    shop: Shop
    truth: Truth
    background: Background
    slices: Mapping[str, Bools]

    @classmethod
    def of(cls, shop: Shop, start: int, end: int, *, seed: int = 0) -> Self:
        """What was bought in `start <= time < end`."""
        truth = Truth.of(shop.log, start, end, seed=seed)
        background = Background.of(shop.log.as_of(start), shop.catalogue_at(start), truth.products, seed=seed)
        return cls(shop, truth, background, slices_of(truth, shop.profiles))

    def sliced_by(self, model: Recommender) -> "Window":
        """The same with the segments that a model had put its customers in before the window."""
        segments = segment_slices(model, self.truth, self.shop.log)
        return replace(self, slices=slices_of(self.truth, self.shop.profiles, segments=segments))

    @classmethod
    def of_measurement(cls, shop: Shop, measurement: Measurement) -> Self:
        """The window that a model was measured on before."""
        report = measurement.report
        return cls(shop, report.truth, measurement.background, report.slices)

    def side(self, contender: Contender, *, explained: bool = True) -> Side:
        """Load the bundle that does not know the window, and measure it; BundleError where it is damaged.

        With `explained`, what the features add to its scores is worked out too; without, lists that the bundle gave
        before are taken from beside it.
        """
        folder = contender.before(self.truth.cut)
        model = contender.load(folder)
        if len(self.truth) == 0:
            return Side.of(contender, model, self._report(None), None)
        if not explained:
            lists = Answered.read(folder).lists(model, self.truth.customer, self.shop.log)
            return Side.of(contender, model, self._report(lists), None, timed=False)
        found = measure(model, self.truth.customer, self.shop.log, generators=False)
        importance = Importance.of(model.order, found.matrix) if isinstance(model.order, Ranker) else None
        return Side.of(contender, model, self._report(found.lists[MODEL]), importance)

    @staticmethod
    def measured_side(contender: Contender, measurement: Measurement) -> Side:
        """The side of a version that was measured on the window before, as training does."""
        model = contender.load(measurement.bundle)
        return Side.of(contender, model, measurement.report, measurement.importance)

    def _report(self, lists: Lists | None) -> Report:
        """Each customer's figures, without intervals: those of the difference say more."""
        report = Report(self.truth, dict(self.slices), KS, {})
        if lists is not None:
            report.lists[MODEL] = lists
            report.scores[MODEL] = {mode: scores_of(lists, self.truth, mode) for mode in lists.modes}
            figures = beyond(lists.modes["all"].products, self.truth.bought, self.background, max(KS))
            report.metrics |= {f"{prefix_of(MODEL)}/{name}": value for name, value in figures.items()}
        return report
