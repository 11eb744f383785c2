"""RequestLog: a line for requests that failed, or for all of them.

A line has the route, never the path that was sent, and no value of a header but the id: nothing of a customer, and
nothing that a sender could forge lines with. Failures are cheap to cause, so their lines are few in a second.
"""

import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast

from features.logs import log
from serving.bucket import Bucket
from serving.call import Call

_LINES_PER_S = 10.0
_AT_ONCE = 50
_FRAMES = 4
_ROOT = Path(__file__).parents[1]


class RequestLog:
    """Lines of one worker."""

    def __init__(self, kind: Literal["failed", "all", "none"], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.all, self._none = kind == "all", kind == "none"
        self._clock = clock
        self._bucket = Bucket(_LINES_PER_S, _AT_ONCE)
        self._left_out = 0

    def answered(self, call: Call, path: str, status: int, seconds: float) -> None:
        """A request came to its end."""
        if self._none or (not self.all and self._full()):
            return
        token = {} if call.holder is None else {"token": call.holder.token.name}
        left_out, self._left_out = {"left_out": self._left_out} if self._left_out else {}, 0
        milliseconds = round(seconds * 1e3, 2)
        log.info("request", id=call.id.decode(), path=path, status=status, ms=milliseconds, **token, **left_out)

    def failed(self, call: Call, path: str, error: BaseException) -> None:
        """A fault of ours: what it is and where, but not its words, which may hold what was sent."""
        log.error("request.failed", id=call.id.decode(), path=path, error=type(error).__name__, at=_places(error))

    def _full(self) -> bool:
        full = self._bucket.take(self._clock()) > 0
        self._left_out += full
        return full


def tell_warnings() -> None:
    """Warnings of Python as lines of the log, by kind and place; as they are they show code, and words with values."""

    def tell(*told: Any, **_: Any) -> None:
        kind, file, line = told[1:4]
        log.warning("python.warning", kind=kind.__name__, at=f"{_name(file)}:{line}")

    warnings.showwarning = cast(Any, tell)


def _places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " < ".join(f"{_name(frame.filename)}:{frame.lineno}" for frame in reversed(frames))


def _name(file: str) -> str:
    """Of our own code from its room on, of others the last part: where the installation lies is nobody's business."""
    path = Path(file)
    return path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name
