"""What is freed inside the block is used again, and given back after it."""

import resource
from pathlib import Path

import numpy as np
import pytest

from training.memory import _library, reused_memory

LARGE = 1 << 27  # bytes, more than the library ever keeps by itself

pytestmark = pytest.mark.skipif(_library() is None, reason="another C library")


def faults() -> int:
    """Pages that the system had to clear for a large array that is made, filled and dropped."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.empty(LARGE, np.uint8).fill(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def held() -> int:
    """Bytes of memory that the process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_an_array_gets_the_memory_of_the_one_before() -> None:
    faults()
    assert faults() > 8
    with reused_memory():
        faults()
        assert faults() < 4


def test_nothing_is_held_afterwards() -> None:
    before = held()
    with reused_memory():
        faults()
        assert held() - before > LARGE / 2
    assert held() - before < LARGE / 2


def fail() -> None:
    faults()
    raise KeyError


def test_an_error_ends_it_too() -> None:
    before = held()
    with pytest.raises(KeyError), reused_memory():
        fail()
    assert held() - before < LARGE / 2
