"""Ahead: work on the items of a stream on several threads, in order and with few of them held."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 2


def ahead(function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
    """Each item and what the function makes of it, in the order of the items.

    At most one item more than there are threads is held. The function must not change what it shares, and gains where
    it lets go of the interpreter, as PyArrow and NumPy do.
    """
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ahead") as threads:
        waiting: deque[tuple[T, Future[R]]] = deque()
        for item in items:
            waiting.append((item, threads.submit(function, item)))
            if len(waiting) > AT_ONCE:
                yield _done(waiting)
        while waiting:
            yield _done(waiting)


def _done(waiting: deque[tuple[T, Future[R]]]) -> tuple[T, R]:
    item, result = waiting.popleft()
    return item, result.result()
