"""Figures show what was measured."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from training.evaluation.calibration import Calibration
from training.evaluation.protocol import Report
from training.tracking import figures
from training.tracking.importance import Importance

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

GENERATORS = {
    "generator/als/recall": 0.3,
    "generator/als/recall_alone": 0.1,
    "generator/popular/recall": 0.2,
    "generator/any/recall": 0.4,
    "generator/als/per_customer": 80.0,
}


def importance(features: int) -> Importance:
    values = np.arange(features, dtype=float)
    return Importance([f"f{i}" for i in range(features)], values, values[::-1])


def bars(panel: "Axes") -> list["Rectangle"]:
    from matplotlib.patches import Rectangle

    return [patch for patch in panel.patches if isinstance(patch, Rectangle)]


def test_metric_at_k_has_a_line_for_each_ranking(report: Report) -> None:
    figure = figures.metric_at_k(report)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(names) == ["decay", "frequency", "model", "popular"]
    assert [panel.get_title(loc="left") for panel in figure.axes] == ["NDCG", "Recall"]


def test_generators_are_sorted_by_recall_with_all_together_on_top() -> None:
    (panel,) = figures.recall_by_generator(GENERATORS).axes
    assert [label.get_text() for label in panel.get_yticklabels()] == ["popular", "als", "all together"]
    assert [bar.get_width() for bar in bars(panel)] == [0.2, 0.3, 0.4, 0.0, 0.1, 0.0]


@pytest.mark.parametrize(("features", "shown"), [(3, 3), (50, figures.TOP_FEATURES)])
def test_importance_shows_the_greatest_on_top(features: int, shown: int) -> None:
    gain, shap = figures.importance(importance(features)).axes
    assert len(gain.patches) == shown
    assert gain.get_yticklabels()[-1].get_text() == f"f{features - 1}"
    assert shap.get_yticklabels()[-1].get_text() == "f0"


def test_calibration_shows_the_rates() -> None:
    rate = np.array([0.1, 0.4])
    (panel,) = figures.calibration(Calibration(np.array([-1.0, 2.0]), rate, np.array([50, 50], np.int32))).axes
    assert [bar.get_height() for bar in bars(panel)] == rate.tolist()


def test_slices_show_model_and_reference(report: Report) -> None:
    (panel,) = figures.by_slice(report).axes
    peopled = [within for within in report.slices.values() if within.any()]
    assert len(panel.patches) == 2 * len(peopled)
    assert bars(panel)[0].get_height() == report.scores["model"]["all"].mean("ndcg_at_20", peopled[0])


def test_figures_are_written_as_pictures(report: Report, tmp_path: Path) -> None:
    drawn = figures.of_run(report, GENERATORS, found=importance(4))
    assert set(drawn) == {"metric_at_k", "by_activity", "calibration", "recall_by_generator", "importance"}
    figures.save({"importance": drawn["importance"]}, tmp_path / "figures")
    assert (tmp_path / "figures" / "importance.png").read_bytes().startswith(b"\x89PNG")


def test_only_what_was_measured_is_drawn(report: Report) -> None:
    nothing = Report(report.truth, {}, report.ks, {})
    assert figures.of_run(nothing, {}) == {}
