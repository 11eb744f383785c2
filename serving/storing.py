"""Storing: what the live store is asked to keep, one request at a time, acknowledged when it is on the disk."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from features.errors import StoreBusy, StoreError, UnfitError
from serving.errors import RequestError
from serving.keeper import Keeper
from serving.opening import opened
from serving.waiting import within

if TYPE_CHECKING:
    from features.store.livestore import LiveStore

T = TypeVar("T")

MOST = 64  # requests of a worker that wait for the disk at once
_AGAIN = 1  # seconds to come back after
_SEND_AGAIN = "nothing is promised; send it again"


class Storing:
    """Writes to the store of one keeper, in threads; each waits for the disk by itself."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._waiting = 0

    async def store(self, work: "Callable[[LiveStore], T]", *, until: float) -> T:
        """What `work` came to once it is done; the loop's time `until` is waited for, and longer to open the store.

        Raises:
            RequestError: too many wait (429), the values cannot be stored (422), the store is away or took too long
                (503). Nothing is promised then.
        """
        if self._waiting >= MOST:
            message = f"{self._waiting} requests wait to be written; come back later"
            raise RequestError(429, "too_many_requests", message, retry_after=_AGAIN)
        self._waiting += 1
        try:
            until = await opened(self._keeper, until)
            return await within(lambda: self._done(work), until=until)
        except TimeoutError:
            raise _unavailable("the live store takes too long") from None
        except StoreBusy:
            raise _unavailable("others keep the live store busy") from None
        except UnfitError:
            raise RequestError(422, "refused", "a value cannot be stored") from None
        except StoreError as error:
            self._keeper.failed(error)
            raise _unavailable("the live store cannot be written") from None
        finally:
            self._waiting -= 1

    def _done(self, work: "Callable[[LiveStore], T]") -> T:
        store = self._keeper.store
        assert store is not None  # noqa: S101  # `opened` came before
        return work(store)


def _unavailable(what: str) -> RequestError:
    return RequestError(503, "store_unavailable", f"{what}; {_SEND_AGAIN}", retry_after=_AGAIN)
