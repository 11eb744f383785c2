import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from serving.waiting import result_of, within


def waited(future: "Future[int]", seconds: float) -> int:
    async def one() -> int:
        return await result_of(future, until=asyncio.get_running_loop().time() + seconds)

    return asyncio.run(one())


def test_a_result_that_is_there() -> None:
    future: Future[int] = Future()
    future.set_result(3)
    assert waited(future, 10) == 3


def test_an_error_is_that_of_the_thread() -> None:
    future: Future[int] = Future()
    future.set_exception(KeyError("x"))
    with pytest.raises(KeyError):
        waited(future, 10)


def test_a_result_that_comes_meanwhile_wakes_the_loop() -> None:
    async def both() -> int:
        loop, future = asyncio.get_running_loop(), Future[int]()
        waiting = asyncio.create_task(result_of(future, until=loop.time() + 60))
        await asyncio.sleep(0)
        await asyncio.to_thread(future.set_result, 4)
        return await waiting

    assert asyncio.run(both()) == 4


def test_after_its_time_nobody_waits_and_the_thread_goes_on() -> None:
    future: Future[int] = Future()
    with pytest.raises(TimeoutError):
        waited(future, 0.01)
    future.set_result(5)
    assert future.result() == 5


def test_what_is_done_when_the_loop_looks_is_done_in_time() -> None:
    """However long the loop was kept busy."""

    async def one() -> int:
        done = threading.Event()

        def work() -> int:
            done.set()
            return 6

        def busy() -> None:
            done.wait()
            time.sleep(0.05)

        loop = asyncio.get_running_loop()
        waiting = asyncio.create_task(within(work, until=loop.time() + 0.01))
        loop.call_soon(loop.call_soon, busy)
        return await waiting

    assert asyncio.run(one()) == 6


def test_work_in_a_thread_has_its_error_and_its_time() -> None:
    go = threading.Event()

    async def one(work: Callable[[], object], seconds: float) -> None:
        try:
            await within(work, until=asyncio.get_running_loop().time() + seconds)
        finally:
            go.set()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(one(lambda: 1 // 0, 60))
    go.clear()
    with pytest.raises(TimeoutError):
        asyncio.run(one(go.wait, 0.01))
