"""Migrations: numbered steps that bring a store's tables to what this version needs.

Own steps and not Alembic: a handful of tables needs no more than a number and a list of functions, and the service,
which opens the store, does not have what only training installs.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Table, insert, inspect, select, update

from features.consent import schema as consent
from features.errors import StoreError
from features.identity import schema as identity
from features.interests.schema import INTERESTS
from features.store import schema
from features.store.backend import Backend

Step = Callable[[Connection], None]


def _first(connection: Connection) -> None:
    """The tables as `schema` has them; a change there is a further step here, and this one keeps what was."""
    schema.EVENTS.create(connection)


def _outcomes(connection: Connection) -> None:
    """Events by the list that they follow from."""
    schema.OF_LIST.create(connection, checkfirst=True)


def _identity(connection: Connection) -> None:
    """Who belongs together, and what is known of persons."""
    identity.METADATA.create_all(connection)


def _rights(connection: Connection) -> None:
    """Consents and erasures since the tables were written, and who looked at or changed what."""
    consent.METADATA.create_all(connection)


def _interests(connection: Connection) -> None:
    """What customers say of their interests."""
    INTERESTS.create(connection, checkfirst=True)


STEPS: tuple[Step, ...] = (_first, _outcomes, _identity, _rights, _interests)


def migrate(backend: Backend, steps: Sequence[Step] = STEPS, version: Table = schema.VERSION) -> None:
    """Do the steps that are missing, all or none; StoreError for a store that a newer version made.

    Whoever comes second finds everything done: the steps run under the lock that writers share. How many are done
    stands in the table `version`.
    """
    with backend.reading() as connection:
        if _done(connection, version, backend.place, len(steps)) == len(steps):
            return
    with backend.writing() as connection:
        done = _done(connection, version, backend.place, len(steps))
        if done is None:
            version.create(connection)
            connection.execute(insert(version).values(version=0))
        for step in steps[done or 0 :]:
            step(connection)
        connection.execute(update(version).values(version=len(steps)))


def _done(connection: Connection, table: Table, place: str, known: int) -> int | None:
    """How many steps are done, None for a store without tables."""
    if not inspect(connection).has_table(table.name):
        return None
    version = int(connection.execute(select(table.c.version)).scalar_one())
    if version > known:
        raise StoreError(
            f"{place}: the store has version {version}, and this esnaf knows {known}; "
            "install the newer esnaf that wrote it, or name another store"
        )
    return version
