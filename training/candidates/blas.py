"""One BLAS thread around a fit: implicit has threads of its own, and theirs and BLAS's get in each other's way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import threadpool_limits


class _Inside:
    """Fits that are under way. The limit is the process's own: the first sets it, and the last gives it back."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._fits = 0
        self._limits: threadpool_limits | None = None

    def enter(self) -> None:
        import scipy.linalg.cython_blas  # noqa: F401  # SciPy has a BLAS of its own, which a limit set before it misses
        from threadpoolctl import threadpool_limits

        with self._turn:
            if self._limits is None:
                self._limits = threadpool_limits(1, "blas")
            self._fits += 1

    def leave(self) -> None:
        with self._turn:
            self._fits -= 1
            if self._fits == 0 and self._limits is not None:
                self._limits.restore_original_limits()
                self._limits = None


_INSIDE = _Inside()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread inside; what is computed does not depend on the machine's thread settings, nor on what
    other threads fit at the same time."""
    _INSIDE.enter()
    try:
        yield
    finally:
        _INSIDE.leave()
