"""Families of features that are only there where they are asked for, as a process that asks for them has them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from features.modules import load
from features.registry import REGISTRY


@contextmanager
def registered(*modules: str) -> Iterator[list[str]]:
    """Import some modules; the names of their features, which are forgotten at the end."""
    forget(*modules)
    before = set(REGISTRY)
    load(modules)
    names = sorted(set(REGISTRY) - before)
    try:
        yield names
    finally:
        forget(*modules)


def forget(*modules: str) -> None:
    """As if some modules had never been imported."""
    for name in [name for name, feature in REGISTRY.items() if feature.compute.__module__ in modules]:
        del REGISTRY[name]
    for module in modules:
        sys.modules.pop(module, None)
