"""One BLAS thread around a fit: implicit has threads of its own, and theirs and BLAS's get in each other's way."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread inside; what is computed does not depend on the machine's thread settings."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        yield
