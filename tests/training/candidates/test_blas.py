"""BLAS stays on one thread for as long as anybody asked for it."""

from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from training.candidates.blas import one_blas_thread


def threads() -> set[int]:
    found: list[dict[str, Any]] = threadpool_info()
    return {one["num_threads"] for one in found if one["user_api"] == "blas"}


def test_the_first_to_leave_does_not_take_the_limit_away() -> None:
    """Two fits side by side: the one that began first ends first."""
    with threadpool_limits(2, "blas"):
        before = threads()
        first, second = one_blas_thread(), one_blas_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert threads() == {1}
        second.__exit__(None, None, None)
        assert threads() == before


def test_a_fit_that_fails_gives_the_threads_back() -> None:
    with threadpool_limits(2, "blas"):
        before = threads()
        with pytest.raises(ZeroDivisionError), one_blas_thread():
            raise ZeroDivisionError
        assert threads() == before
