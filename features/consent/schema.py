"""Schema: the tables of consent, erasure and their audit in the live store, for SQLite and PostgreSQL."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, SmallInteger, Table, Text

METADATA = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only where the type is called INTEGER

RIGHTS = Table(
    "esnaf_rights",
    METADATA,
    Column("number", _NUMBER, primary_key=True),  # in the order in which they count
    Column("subject", Text, nullable=False),  # of a consent the id in the store, of a tombstone its keyed hash
    Column("kind", SmallInteger, nullable=False),  # of `changes.ChangeKind`
    Column("stated", SmallInteger, nullable=False),  # purposes that were spoken of
    Column("granted", SmallInteger, nullable=False),  # and those granted
    Column("time", BigInteger, nullable=False),  # seconds since the epoch, UTC
    Column("source", Text, nullable=False),  # who said so: api, event, command
    Index("esnaf_rights_of_subject", "subject", "number"),
    sqlite_autoincrement=True,  # a number is never given twice
)
FACTS = Table(
    "esnaf_facts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
AUDIT = Table(
    "esnaf_audit",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),  # name of the token, `command`, `event`, or `local` without tokens
    Column("action", Text, nullable=False),  # record, why, export, consent, erase
    Column("subject", Text, nullable=False),  # keyed hash of the customer's id
    Column("result", Text, nullable=False),  # a word: found, unknown, changed, erased
    Index("esnaf_audit_of_subject", "subject", "number"),
    sqlite_autoincrement=True,
)
TABLES = (RIGHTS, FACTS, AUDIT)
