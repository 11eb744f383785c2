"""Naming: which products of a catalogue the names of categories and brands mean."""

from collections.abc import Sequence

import numpy as np

from features.arrays import Bools
from features.catalogue import Catalogue


def steps(path: str) -> tuple[str, ...]:
    """`Home > Kitchen` as its steps, in one spelling."""
    return tuple(step.strip().casefold() for step in path.split(">"))


def codes_of(wanted: Sequence[str], names: Sequence[str]) -> list[int]:
    """The codes of names, however they are spelt."""
    asked = {steps(name) for name in wanted}
    return [code for code, name in enumerate(names) if steps(name) in asked]


def in_categories(catalogue: Catalogue, wanted: Sequence[str]) -> Bools:
    """(P,) whether a product lies in one of the categories, or below it."""
    paths = [steps(path) for path in wanted]
    named = enumerate(map(steps, catalogue.category_names))
    inside = [code for code, name in named if any(name[: len(path)] == path for path in paths)]
    return np.isin(catalogue.category, inside)


def of_brands(catalogue: Catalogue, wanted: Sequence[str]) -> Bools:
    """(P,) whether a product is of one of the brands."""
    return np.isin(catalogue.brand, codes_of(wanted, catalogue.brand_names))
