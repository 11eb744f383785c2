"""Schema: the tables of the exposure log, one definition for SQLite and PostgreSQL.

A list that is reused is kept once, and every answer that showed it refers to it; answers that were written together
are one row (`group`). Arrays are little-endian, without a head: `places` and `drawn` are uint16, `scores` and
`propensities` are float64.
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
    Column("first_id", _ID, nullable=False),
    Column("last_id", _ID, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("products", Integer, nullable=False),
    Column("customers", Text, nullable=False),
    Column("placements", Text),
    Column("channels", Text),
    Column("recommendation_ids", Text, nullable=False),
    Column("list_ids", Text, nullable=False),
    Column("drawn", LargeBinary),
    Column("places", LargeBinary),
    Column("propensities", LargeBinary),
    Index("esnaf_exposures_by_time", "first_id", "last_id", "answers", "products", unique=True),
    sqlite_autoincrement=True,
)
VERSION = Table("esnaf_exposures_version", METADATA, Column("version", Integer, nullable=False))

KEEPING = Keeping((EXPOSURES, LISTS), durable=False, lock=0x73686F776E)  # 'shown'
