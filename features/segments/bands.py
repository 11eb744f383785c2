"""Bands: figures cut at borders, and how a customer who is near one stays where they were."""

import numpy as np

from features.arrays import Codes, Doubles

SHARES = (0.2, 0.4, 0.6, 0.8)  # quintiles


def quintiles(values: Doubles) -> Doubles:
    """(4,) the borders of five groups of about the same size; infinite where there are no values."""
    known = values[np.isfinite(values)]
    return np.quantile(known, SHARES) if len(known) else np.full(len(SHARES), np.inf)


def kept(edges: Doubles, before: Doubles | None, drift: float) -> Doubles:
    """The borders of before, as long as none of them has to move by more than the share `drift`."""
    if before is None or before.shape != edges.shape:
        return edges
    both = np.isfinite(edges) & np.isfinite(before)
    moved = np.abs(edges[both] - before[both]) > drift * np.abs(before[both])
    return edges if moved.any() or (np.isfinite(edges) & ~np.isfinite(before)).any() else before


def banded(values: Doubles, edges: Doubles, *, held: Codes | None = None, margin: float = 0.0) -> Codes:
    """(R,) how many borders each value has reached, -1 where it is not known.

    Who was in a band (`held`) stays there as long as the value lies within the share `margin` beyond its border, so
    that what sways a little does not change its band.
    """
    code = edges.searchsorted(values, side="right").astype(np.int32)
    if held is not None and margin > 0:
        space = margin * np.abs(values)
        low = edges.searchsorted(values - space, side="right")
        high = edges.searchsorted(values + space, side="right")
        code = np.where((held >= low) & (held <= high), held, code).astype(np.int32)
    code[np.isnan(values)] = -1
    return code
