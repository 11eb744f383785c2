"""Settings of the exposure log."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExposuresConfig:
    """The exposure log: which lists the service showed to whom, kept beside the live store for later analysis."""

    enabled: bool = True
    """Whether lists that are shown are written down."""
    keep_days: int = 90
    """Days after which they go; 0 keeps all."""
    keep_lists: int = 20_000_000
    """Lists kept at most, the oldest go first; one takes some 100 bytes, and about 800 more where it was made anew."""
    queue: int = 20_000
    """Lists of ten that may wait to be written, longer ones count for more; beyond, new ones are not written down."""
    flush_s: float = 1.0
    """Seconds between two writes of what waits."""

    def __post_init__(self) -> None:
        if self.keep_days < 0:
            raise ValueError(f"keep_days: {self.keep_days} is less than 0; 0 keeps all")
        if self.keep_lists < 1:
            raise ValueError(f"keep_lists: {self.keep_lists} is less than 1; enabled = false keeps none")
        if self.queue < 1:
            raise ValueError(f"queue: {self.queue} is less than 1")
        if not 0.01 <= self.flush_s <= 60:
            raise ValueError(f"flush_s: {self.flush_s} is not between 0.01 and 60")
