"""Schema: the tables of identity in the live store, one definition for SQLite and PostgreSQL.

A node is `KIND:VALUE`. Ids that events have in clear anyhow (customers, devices) stand as they are; the value of a
personal kind is its keyed hash, and what it was stands once, sealed, in `PERSONS`.
"""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, MetaData, Table, Text

METADATA = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only where the type is called INTEGER

LINKS = Table(
    "esnaf_links",
    METADATA,
    Column("sequence", _NUMBER, primary_key=True),
    Column("one", Text, nullable=False),  # node
    Column("other", Text, nullable=False),  # node, behind `one` in the order of texts
    Column("time", BigInteger, nullable=False),  # seconds since the epoch: when both were first seen together
    Column("probability", Double, nullable=False),  # 1 where somebody said so
    Column("source", Text, nullable=False),  # event, table, match or hand
    Column("cause", Text),  # key of the event, name of the file
    Column("undone", BigInteger),  # when it was taken back; it stays, so that it does not come again
    Index("esnaf_links_of_one", "one", "other", unique=True),
    Index("esnaf_links_of_other", "other"),
    sqlite_autoincrement=True,
)
MERGES = Table(
    "esnaf_merges",
    METADATA,
    Column("sequence", _NUMBER, primary_key=True),
    Column("time", BigInteger, nullable=False),  # when it was done
    Column("change", Text, nullable=False),  # merge or split
    Column("person", Text, nullable=False),  # id in the store that stands for the person
    Column("member", Text, nullable=False),  # id in the store that came to the person, or left
    Column("cause", Text, nullable=False),  # what brought it about: identify, import, match, undo, erase
    Column("links", Text, nullable=False),  # JSON: sequences of the links that say so
    Column("undone", BigInteger),
    Index("esnaf_merges_of_person", "person"),
    Index("esnaf_merges_of_member", "member"),
    sqlite_autoincrement=True,
)
MEMBERS = Table(
    "esnaf_members",
    METADATA,
    Column("id", Text, primary_key=True),  # id in the store, `anon:X` for a visitor
    Column("person", Text, nullable=False),  # id that stands for the person; the own one where a merge was undone
    Column("change", BigInteger, nullable=False, unique=True),  # sequence of the merge that says so: none comes twice
    Index("esnaf_members_of_person", "person"),
)
PERSONS = Table(
    "esnaf_persons",
    METADATA,
    Column("node", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # the value as it came in, bound to its node
    Column("time", BigInteger, nullable=False),  # when it was first seen
)
TRAITS = Table(
    "esnaf_traits",
    METADATA,
    Column("id", Text, primary_key=True),  # id in the store of whom it was said
    Column("name", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # JSON value, bound to id and name
    Column("time", BigInteger, nullable=False),  # when it was said; the latest stays
)
TABLES = (LINKS, MERGES, MEMBERS, PERSONS, TRAITS)
