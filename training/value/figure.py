"""Figure: what was foretold against what came, on a window that the model has not seen.

Written as SVG by hand: two panels of ten dots do not pay for a drawing library.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import Self

import numpy as np

from features.arrays import Doubles
from training.value.quality import Calibration, Quality

COLOUR, GREY, LINE, INK = "#c2410c", "#94a3b8", "#e2e8f0", "#334155"
WIDTH, HEIGHT = 460, 380  # of a panel, px
LEFT, TOP, RIGHT, BOTTOM = 64, 40, 16, 48  # around its axes
TICKS = (1.0, 2.0, 2.5, 5.0, 10.0)  # steps that people count in
FEWEST = 4  # steps along an axis


def value_calibration(quality: Quality) -> str:
    """An SVG document with a dot for each tenth of the customers: the chance of a purchase, and the spend where prices
    are known."""
    panels = [Panel.of(quality.chance, title="Chance of a purchase")]
    if quality.spend is not None:
        panels.append(Panel.of(quality.spend, title="Spend", money=True))
    inside = "".join(f'<g transform="translate({WIDTH * at} 0)">{panel.svg()}</g>' for at, panel in enumerate(panels))
    size = WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{HEIGHT}" viewBox="0 0 {size} {HEIGHT}" '
        f'font-family="sans-serif" font-size="11" fill="{INK}"><title>What was foretold, and what came</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{inside}</svg>\n'
    )


def draw(quality: Quality, file: Path) -> None:
    """Write it; OSError where that cannot be."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(value_calibration(quality), encoding="utf-8")


@dataclass(frozen=True)
class Panel:
    """G groups on one scale, along and up."""

    title: str
    unit: str
    foretold: Doubles  # (G,) in decades where the scale is logarithmic
    came: Doubles  # (G,)
    logarithmic: bool

    @classmethod
    def of(cls, found: Calibration, *, title: str, money: bool = False) -> Self:
        """One calibration; of money by its logarithm, as a tenth may spend a hundred times what another does."""
        if not money:
            return cls(title, "share of the customers", found.foretold, found.found, logarithmic=False)
        some = found.foretold[found.foretold > 0]
        least = max(float(some.min()), 1e-6) if len(some) else 1.0
        foretold, came = np.maximum(found.foretold, least), np.maximum(found.found, least / 3)  # one may spend nothing
        return cls(title, "mean of a customer, in currency", np.log10(foretold), np.log10(came), logarithmic=True)

    @property
    def ticks(self) -> list[float]:
        """Along both axes, from below the least to above the greatest."""
        both = np.concatenate([self.foretold, self.came])
        low, high = float(both.min()), float(both.max())
        step = max(1, round((high - low) / (2 * FEWEST))) if self.logarithmic else _step(high - low)
        return [step * n for n in range(floor(low / step), max(ceil(high / step), floor(low / step) + 1) + 1)]

    def svg(self) -> str:
        """Its axes, the line on which everything would come as foretold, and the groups."""
        dots = list(zip(self._along(self.foretold), self._up(self.came), strict=True))
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
        x0, x1, y0, y1 = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP
        return (
            f'<text x="{LEFT}" y="24" font-size="13" font-weight="bold">{escape(self.title)}</text>'
            f"{''.join(self._axes())}"
            f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="{GREY}" stroke-width="1.5"/>'
            f'<polyline points="{path}" fill="none" stroke="{COLOUR}" stroke-width="1.5"/>'
            + "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOUR}"/>' for x, y in dots)
            + _text((x0 + x1) / 2, HEIGHT - 10, f"foretold: {self.unit}")
            + _text(14, (y0 + y1) / 2, f"came: {self.unit}", turned=True)
            + _text(x0 + 8, y1 + 14, "dots: tenths of the customers; line: as foretold", anchor="start")
        )

    def _axes(self) -> Iterator[str]:
        ticks = self.ticks
        x0, x1, y0, y1 = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP
        for tick, x, y in zip(ticks, self._along(ticks), self._up(ticks), strict=True):
            label = f"{10**tick:,.6g}" if self.logarithmic else f"{tick:.4g}"
            yield f'<path d="M{x:.1f} {y0}V{y1}M{x0} {y:.1f}H{x1}" stroke="{LINE}"/>'
            yield _text(x, y0 + 16, label) + _text(x0 - 6, y + 4, label, anchor="end")

    def _along(self, values: Doubles | Sequence[float]) -> list[float]:
        return [LEFT + share * (WIDTH - LEFT - RIGHT) for share in self._shares(values)]

    def _up(self, values: Doubles | Sequence[float]) -> list[float]:
        return [HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM) for share in self._shares(values)]

    def _shares(self, values: Doubles | Sequence[float]) -> list[float]:
        ticks = self.ticks
        return [(float(value) - ticks[0]) / (ticks[-1] - ticks[0]) for value in values]


def _step(span: float) -> float:
    """The longest step that goes several times into a span."""
    if span <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(span / FEWEST))
    return max(unit * tick for tick in TICKS if unit * tick * FEWEST <= span * (1 + 1e-9))


def _text(x: float, y: float, text: str, *, anchor: str = "middle", turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turn}>{escape(text)}</text>'
