"""StoredLink: two identifiers that were seen together, as the live store has it."""

from typing import NamedTuple


class StoredLink(NamedTuple):
    """Nodes are `KIND:VALUE`, with a keyed hash for the value of a personal kind."""

    one: str
    other: str
    time: int  # seconds since the epoch, UTC
    probability: float = 1.0
