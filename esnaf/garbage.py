"""Garbage: how often a command looks for objects that nothing but themselves refers to."""

import atexit
import gc

SELDOM = 100_000  # objects made since the last look


def collect_seldom() -> None:
    """Look after more objects than Python does by itself, and not at all when the process ends.

    Libraries make a million objects while they are imported, all of which stay: looking through them again and again
    is a third of the time that it takes, and once more at the end a second of it.
    """
    gc.set_threshold(SELDOM)
    atexit.register(gc.freeze)


def collect_at_end() -> None:
    """Look once more when the process ends, after all: DuckDB complains of each of its objects that is still there."""
    atexit.unregister(gc.freeze)
