"""Memory: what is freed is used again at once, instead of given back and asked for anew."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_TRIM_THRESHOLD, _TOP_PAD, _MAPPED = -1, -2, -4  # parameters of `mallopt`, as malloc.h of the GNU C library has them
_NEVER, _USUAL_TRIM, _USUAL_PAD, _USUAL_MAPPED = -1, 128 << 10, 128 << 10, 1 << 16
_MORE = 64 << 20  # bytes asked for at a time


@contextmanager
def reused_memory() -> Iterator[None]:
    """Let the process keep the memory of its large arrays until the end of the block.

    The GNU C library gives a large array's memory back when the array goes, and the system clears each page of the
    next: with arrays of ten million entries, that is a third of the work. What was most at one time stays the most.
    With another C library nothing is done.
    """
    library = _library()
    if library is None:
        yield
        return
    _set(library, trim=_NEVER, pad=_MORE, mapped=0)
    try:
        yield
    finally:
        _set(library, trim=_USUAL_TRIM, pad=_USUAL_PAD, mapped=_USUAL_MAPPED)
        library.malloc_trim(0)


def _library() -> Any:
    """The C library, None where it is not GNU's."""
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def _set(library: Any, *, trim: int, pad: int, mapped: int) -> None:
    for parameter, value in ((_TRIM_THRESHOLD, trim), (_TOP_PAD, pad), (_MAPPED, mapped)):
        library.mallopt(parameter, value)
