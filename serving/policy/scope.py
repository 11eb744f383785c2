"""Scope: where and when a rule holds."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

MOST = 64  # characters of a rule's name


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule has: a name, and where and when it holds."""

    name: str
    """What explanations call it; no other rule has the same."""
    placements: tuple[str, ...] = ()
    """Placements of requests it holds for, `""` being those that name none; empty holds for all."""
    channels: tuple[str, ...] = ()
    """Channels of requests it holds for, `""` being those that name none; empty holds for all."""
    start: str = ""
    """First moment: `2026-03-01` or `2026-03-01T09:00:00+03:00`, UTC unless it names a zone; empty for always."""
    end: str = ""
    """The moment from which it holds no more; empty for never."""

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > MOST:
            raise ValueError(f"name = {self.name!r}: write 1 to {MOST} characters")
        first, last = self.period
        if first >= last:
            raise ValueError(f"end = {self.end!r} is not after start = {self.start!r}")

    @cached_property
    def period(self) -> tuple[float, float]:
        """From which second on, and until before which, since the epoch."""
        return _moment("start", self.start, -math.inf), _moment("end", self.end, math.inf)

    def holds(self, moment: float, placement: str | None, channel: str | None) -> bool:
        """Whether it holds for a question."""
        first, last = self.period
        placements, channels = self._places
        return (
            first <= moment < last
            and (not placements or _spelt(placement) in placements)
            and (not channels or _spelt(channel) in channels)
        )

    @cached_property
    def _places(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(map(_spelt, self.placements)), frozenset(map(_spelt, self.channels))


def _moment(setting: str, text: str, otherwise: float) -> float:
    if not text:
        return otherwise
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{setting} = {text!r} is no time; write it as 2026-01-31 or 2026-01-31T12:00:00+03:00"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _spelt(name: str | None) -> str:
    return (name or "").strip().casefold()
