"""Waiting: the loop goes on until a thread has a result, or for as long as there is time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def result_of(future: "Future[T]", *, until: float) -> T:
    """What a thread came to, or its error; TimeoutError at the loop's time `until`.

    Some two thirds of what `asyncio.wrap_future` inside `asyncio.timeout_at` costs. The thread's work goes on after
    that time, and also where nobody waits any more.
    """
    loop = asyncio.get_running_loop()
    here: asyncio.Future[None] = loop.create_future()

    def done(_: "Future[T]") -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(_wake, here)

    late = loop.call_at(until, _wake, here)
    future.add_done_callback(done)
    try:
        await here
    finally:
        late.cancel()
    if not future.done():
        raise TimeoutError
    return future.result()


async def within(work: Callable[[], T], *, until: float) -> T:
    """What `work` comes to in a thread, or its error; TimeoutError at the loop's time `until`.

    What is done by the time the loop looks is done in time, however late that is: `asyncio.timeout_at` would throw it
    away. Work that has begun goes on after that time.
    """
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(None, work)
    try:
        await asyncio.wait({future}, timeout=max(until - loop.time(), 0))
        if not future.done():
            raise TimeoutError
        return future.result()
    finally:
        future.cancel()


def _wake(here: "asyncio.Future[None]") -> None:
    if not here.done():
        here.set_result(None)
