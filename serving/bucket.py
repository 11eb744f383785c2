"""Bucket: how much may be done in a while (a token bucket)."""


class Bucket:
    """Fills with `rate` a second up to `size`; whoever takes more than is there waits until it is full enough again."""

    __slots__ = ("_at", "_level", "rate", "size")

    def __init__(self, rate: float, size: float) -> None:
        self.rate = rate
        self.size = max(size, 1.0)
        self._level = self.size
        self._at = 0.0

    def take(self, now: float) -> float:
        """Take one at a time in seconds; 0, or the seconds until there is one, and then nothing is taken."""
        self._fill(now)
        if self._level < 1.0:
            return (1.0 - self._level) / self.rate
        self._level -= 1.0
        return 0.0

    def owe(self, amount: float) -> None:
        """Take what turned out to be needed besides; what is not there is owed, and paid before the next is given."""
        self._level -= amount

    def _fill(self, now: float) -> None:
        self._level = min(self.size, self._level + max(now - self._at, 0.0) * self.rate)
        self._at = now
