"""Opening: the store of a worker is opened beside the loop, once, by the first request that writes.

The database's library is loaded then, and the store is made where there is none. On a busy machine that takes far
longer than a write may, so that it has a limit of its own, and the write has all its time when the store is open.
"""

import asyncio

from features.errors import EsnafError, StoreBusy
from serving.errors import RequestError
from serving.keeper import Keeper
from serving.waiting import within

OPENED_WITHIN = 20.0  # seconds
_AGAIN = 1  # seconds to come back after


async def opened(keeper: Keeper, until: float) -> float:
    """The store is open; `until`, the loop's time to which a write may last, put off by as long as that took.

    Raises:
        RequestError: the store is away, or cannot be opened, or not in time (503).
    """
    if keeper.state == "unavailable":
        raise _unavailable("the live store is away")
    if keeper.appender is not None:
        return until
    loop = asyncio.get_running_loop()
    begin = loop.time()
    try:
        await within(keeper.open, until=begin + OPENED_WITHIN)
    except TimeoutError:
        raise _unavailable("the live store takes too long to open") from None
    except StoreBusy:
        raise _unavailable("others keep the live store busy") from None
    except EsnafError as error:
        keeper.failed(error)
        raise _unavailable("the live store cannot be opened") from None
    return until + loop.time() - begin


def _unavailable(what: str) -> RequestError:
    return RequestError(503, "store_unavailable", f"{what}; nothing is promised, send it again", retry_after=_AGAIN)
