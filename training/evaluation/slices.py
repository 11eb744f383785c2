"""Slices: groups of scored customers whose metrics are reported apart."""

import re
from collections.abc import Mapping

import numpy as np

from features.arrays import Bools
from features.profiles import Attribute, Profiles
from training.evaluation.truth import Truth

FEWEST = 30  # customers of a slice worth a mean
MOST_VALUES = 8  # of one attribute, by number of customers
BANDS = ((1, 1), (2, 3), (4, 9), (10, None))  # orders before the cut
SEGMENT_ATTRIBUTES = ("segment", "country", "age_band")


def activity_bands(truth: Truth) -> dict[str, Bools]:
    """Bands of orders before the cut: name -> (L,)."""
    return {_band(low, high): (truth.orders >= low) & (truth.orders <= (high or np.inf)) for low, high in BANDS}


def by_attribute(name: str, attribute: Attribute, truth: Truth) -> dict[str, Bools]:
    """The most frequent values of one attribute: `country.France` -> (L,)."""
    code = attribute.code[truth.customer]
    counts = np.bincount(code[code >= 0], minlength=len(attribute.names))
    largest = np.lexsort((np.arange(len(counts)), -counts))[:MOST_VALUES]
    return {plain(f"{name}.{attribute.names[v]}"): code == v for v in largest.tolist() if counts[v]}


def slices_of(truth: Truth, profiles: Profiles, *, segments: Mapping[str, Bools] | None = None) -> dict[str, Bools]:
    """Activity bands, the usual attributes where the shop has them, and `segments` (name -> (L,)) of the caller's own.

    Slices of fewer than 30 customers say nothing and are left out.
    """
    slices = activity_bands(truth) | dict(segments or {})
    for name in SEGMENT_ATTRIBUTES:
        if name in profiles.attributes:
            slices |= by_attribute(name, profiles.attributes[name], truth)
    return {name: rows for name, rows in slices.items() if rows.sum() >= FEWEST}


def plain(name: str) -> str:
    """A name that fits into a metric name: letters, digits, `_`, `-` and `.`."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name)


def _band(low: int, high: int | None) -> str:
    if high is None:
        return f"orders_{low}_up"
    return f"orders_{low}" if low == high else f"orders_{low}_{high}"
