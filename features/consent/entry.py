"""Entry: one line of the audit log."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One access or change."""

    time: int  # seconds since the epoch, UTC
    actor: str  # name of the token, `local` for a service without tokens, `command`, `event`
    action: str
    customer_id: str  # its mark where it is read
    result: str
