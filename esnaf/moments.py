"""Moments: dates and times as they are read from the command line, and shown there."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime

from serving.clock import shown_time


def moment(text: str) -> int:
    """Seconds since the epoch of an ISO date or time; UTC where no zone is given."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date or time; write 2026-01-31 or 2026-01-31T12:00:00Z") from None
    return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())


def shown_moment(seconds: int | None) -> str | None:
    """`2026-01-31T12:00:00Z`, None where there is no such moment."""
    return None if seconds is None else shown_time(seconds)
