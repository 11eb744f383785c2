"""Schema: the tables of the exposure log, one definition for SQLite and PostgreSQL.

A list that is reused is kept once, and every answer that showed it refers to it. Arrays are little-endian, without a
head: `places` is uint16, `scores` and `propensities` are float64.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from features.store.keeping import Keeping

METADATA = MetaData()
_ID = Text().with_variant(Text(collation="C"), "postgresql")  # in the order of time, whatever the language

LISTS = Table(
    "esnaf_lists",
    METADATA,
    Column("list_id", _ID, primary_key=True),
    Column("model_version", Text, nullable=False),
    Column("policy", Text, nullable=False),  # name or digest of the rules it was made under
    Column("exploration", Text, nullable=False),  # `off`, or the method with its parameters
    Column("shown", Integer, nullable=False),  # products of an answer; there may be more to draw from
    Column("products", Text, nullable=False),  # JSON, best first
    Column("sources", Text, nullable=False),  # JSON
    Column("scores", LargeBinary, nullable=False),
    Column("propensities", LargeBinary),  # of the first `shown` in this order; null is 1.0 for all
)
EXPOSURES = Table(
    "esnaf_exposures",
    METADATA,
    # SQLite numbers rows by itself only where the type is called INTEGER, which has 64 bits there.
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("recommendation_id", _ID, nullable=False),
    Column("time", BigInteger, nullable=False),  # seconds since the epoch, UTC, of the service's clock
    Column("customer_id", Text),  # as in the live store; null where there is no consent
    Column("placement", Text),
    Column("channel", Text),
    Column("list_id", _ID, nullable=False),
    Column("places", LargeBinary),  # of the shown products in the list, from 0; null is its own order
    Column("propensities", LargeBinary),  # of the shown products; null are those of the list
    Index("esnaf_exposures_of_answer", "recommendation_id", unique=True),
    sqlite_autoincrement=True,
)
VERSION = Table("esnaf_exposures_version", METADATA, Column("version", Integer, nullable=False))

KEEPING = Keeping((EXPOSURES, LISTS), durable=False, lock=0x73686F776E)  # 'shown'
