"""Worked examples of features: every feature of a family has one at least."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from features.registry import REGISTRY

Examples: TypeAlias = Mapping[str, Sequence[float]]


def without_example(family: str, *examples: Examples) -> set[str]:
    """The features of a family that no example shows, and examples of features that it does not have."""
    shown = {name for part in examples for name in part}
    return {name for name, feature in REGISTRY.items() if feature.family == family} ^ shown
