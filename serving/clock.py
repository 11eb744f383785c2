"""Clock: the time that answers are as of."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from features.errors import UsageError


@dataclass(frozen=True)
class Clock:
    """The last full step before now, or a fixed time.

    Between two steps the time stands still, so that a list with nothing new is made once a step. A fixed time (demos,
    tests, replays) stands still anyway and is taken as it is: the batch command as of that time gives the same lists.
    """

    step: int = 3600  # seconds
    fixed: int | None = None  # seconds since the epoch, UTC

    def time(self) -> int:
        """Seconds since the epoch, UTC."""
        now = self.now()
        return now if self.fixed is not None else now - now % self.step

    def now(self) -> int:
        """The same to the second: when what comes in happens."""
        return int(time.time()) if self.fixed is None else self.fixed


def read_time(text: str) -> int:
    """Seconds since the epoch of a date or time in ISO 8601, UTC unless it names a zone; UsageError otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text!r} is no time; write it as 2026-01-31 or 2026-01-31T12:00:00Z") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def shown_time(seconds: int) -> str:
    """`2026-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
