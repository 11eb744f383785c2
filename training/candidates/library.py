"""Library: modules of implicit, imported by one thread at a time."""

import importlib
import threading
from typing import Any

_ONE = threading.Lock()


def implicit(module: str) -> Any:
    """A module of implicit. Generators are fitted side by side, and two threads that import parts of one package for
    the first time at once can see each other's half-made modules."""
    with _ONE:
        return importlib.import_module(f"implicit.{module}")
