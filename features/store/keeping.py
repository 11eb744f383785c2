"""Keeping: what differs between the logs that a database keeps."""

from dataclasses import dataclass

from sqlalchemy import Table

from features.consent import schema as consent
from features.identity import schema as identity
from features.interests.schema import INTERESTS
from features.store import schema


@dataclass(frozen=True)
class Keeping:
    """How one log is kept."""

    tables: tuple[Table, ...]
    durable: bool  # whether a commit is on the disk when it returns
    lock: int  # of all who write it, where locks are numbers that applications agree on


_TABLES = (schema.EVENTS, *identity.TABLES, *consent.TABLES, INTERESTS)
EVENTS = Keeping(_TABLES, durable=True, lock=0x65736E6166)  # 'esnaf'
