"""Failures: what a driver says, as an error of ours without SQL, values or passwords."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from features.errors import StoreBusy, StoreError, StoreUnavailable, UnfitError
from features.store.address import Address

_BUSY = ("database is locked", "lock timeout", "LockNotAvailable")
_UNFIT = {"DataError", "IntegrityError"}  # as every driver calls them
_RETRY = 1  # seconds


@contextmanager
def told(address: Address, driver: type[Exception]) -> Iterator[None]:
    """Turn every failure inside, of SQLAlchemy, of the driver or of a file, into one of ours."""
    try:
        yield
    except (SQLAlchemyError, driver) as error:
        raise _failure(error, address) from error
    except (OverflowError, UnicodeError) as error:
        raise UnfitError(f"{address.place}: an event cannot be written ({type(error).__name__})") from error
    except OSError as error:
        raise StoreUnavailable(f"{address.place}: cannot be used ({error.strerror})") from error


def _failure(error: Exception, address: Address) -> StoreError:
    original = getattr(error, "orig", None) or error
    text = address.hide(" ".join(str(original).split()))[:300]
    if any(sign in text or sign == type(original).__name__ for sign in _BUSY):
        return StoreBusy(f"{address.place}: others write at this moment ({text})", retry_after=_RETRY)
    if any(kind.__name__ in _UNFIT for kind in type(original).__mro__):
        return UnfitError(f"{address.place}: an event cannot be written ({type(original).__name__})")
    return StoreUnavailable(f"{address.place}: cannot be used ({text})")
