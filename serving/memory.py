"""Memory: what was freed goes back to the system.

The C library keeps freed memory for later. A model is loaded beside the one it replaces, so that a worker would keep
the room of two for good.
"""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Ask for it, where the C library can be asked (glibc)."""
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
