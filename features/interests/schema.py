"""Schema: the table of what customers said of their interests, in the live store."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from features.store.schema import METADATA

INTERESTS = Table(
    "esnaf_interests",
    METADATA,
    # A change gives a row a new number, which is never given twice: who has seen a number has seen all below.
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("customer_id", Text, nullable=False, unique=True),
    Column("declared", Text),  # JSON, pairs of name and time; null for those who never declared any
    Column("removed", Text, nullable=False),  # JSON, names
    sqlite_autoincrement=True,
)
