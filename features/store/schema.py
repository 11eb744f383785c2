"""Schema: the tables of the live store, one definition for SQLite and PostgreSQL."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, SmallInteger, Table, Text

METADATA = MetaData()

EVENTS = Table(
    "esnaf_events",
    METADATA,
    # SQLite numbers rows by itself only where the type is called INTEGER, which has 64 bits there.
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", BigInteger, nullable=False, unique=True),
    Column("customer_id", Text, nullable=False),
    Column("anonymous_id", Text),
    Column("product_id", Text),
    Column("kind", SmallInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("quantity", Double, nullable=False),
    Column("price", Double),
    Column("order_id", Text),
    Column("session_id", Text),
    Column("channel", Text),
    Column("device", Text),
    Column("recommendation_id", Text),
    Column("position", Integer),
    Column("event_id", Text),
    Column("properties", Text),
    Column("name", Text),
    Column("currency", Text),
    Column("received", BigInteger, nullable=False),
    Index("esnaf_events_of_customer", "customer_id", "sequence"),
    sqlite_autoincrement=True,  # a number is never given twice, not even after the last rows are taken away
)
_FOLLOWS = EVENTS.c.recommendation_id.is_not(None)
OF_LIST = Index(
    "esnaf_events_of_list", EVENTS.c.recommendation_id, sqlite_where=_FOLLOWS, postgresql_where=_FOLLOWS
)  # small: most events follow from no list
VERSION = Table("esnaf_version", METADATA, Column("version", Integer, nullable=False))

FIELDS = (*(column for column in EVENTS.c if column.name != "sequence"), EVENTS.c.sequence)
"""In the order of `Event`."""
