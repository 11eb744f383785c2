"""Figure: what was foretold against what came, on a window that the model has not seen."""

from typing import TYPE_CHECKING

import numpy as np

from training.value.quality import Calibration, Quality

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOUR, GREY = "#c2410c", "#94a3b8"


def value_calibration(quality: Quality) -> "Figure":
    """A dot for each tenth of the customers: the chance of a purchase, and the spend where prices are known."""
    from matplotlib.figure import Figure

    spend = quality.spend
    figure = Figure(figsize=(6.0 if spend is None else 11.0, 4.6), layout="constrained")
    panels = figure.subplots(1, 1 if spend is None else 2, squeeze=False)[0]
    _draw(panels[0], quality.chance, title="Chance of a purchase")
    if spend is not None:
        _draw(panels[1], spend, title="Spend", money=True)
    return figure


def _draw(panel: "Axes", found: Calibration, *, title: str, money: bool = False) -> None:
    foretold, came = found.foretold, found.found
    if money:  # a tenth may spend a hundred times what another does, and one may spend nothing
        least = max(float(foretold[foretold > 0].min(initial=np.inf)), 1e-6) if (foretold > 0).any() else 1.0
        panel.set_xscale("log")
        panel.set_yscale("log")
        foretold, came = np.maximum(foretold, least), np.maximum(came, least / 3)
    ends = [min(foretold.min(), came.min()), max(foretold.max(), came.max())]
    panel.plot(ends, ends, color=GREY, lw=1.2, label="foretold as it came")
    panel.plot(foretold, came, color=COLOUR, marker="o", ms=5, lw=1.4, label="a tenth of the customers")
    panel.set_title(title, fontsize=10, loc="left", fontweight="bold")
    unit = "mean of a customer, in currency" if money else "share of the customers"
    panel.set_xlabel(f"foretold: {unit}", fontsize=9)
    panel.set_ylabel(f"came: {unit}", fontsize=9)
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(color="#e2e8f0", lw=0.8)
    panel.set_axisbelow(True)
    panel.legend(frameon=False, loc="upper left", fontsize=8)
