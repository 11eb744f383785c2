"""Memory: what was freed goes back to the system.

The C library keeps freed memory for later. A model is loaded beside the one it replaces, so that a worker would keep
the room of two for good.
"""

import ctypes


def give_back() -> None:
    """Ask for it, where the C library can be asked (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
