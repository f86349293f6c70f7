"""The tables of statements. What a party sent is sealed, in pieces of bounded size; its faults and differences too."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from gateway.store.columns import code, handle, instant, metadata

_SETTLED = "state <> 'arriving'"
_STANDING = "state = 'kept'"

statements = Table(
    "statements",
    metadata,
    handle("id", primary=True),
    code("party", 64),
    code("state"),
    code("way"),
    Column("sha256", String(64), nullable=True),
    Column("day", String(10), nullable=True),
    Column("part", Integer, nullable=True),
    Column("parts", Integer, nullable=True),
    Column("sequence", Integer, nullable=True),
    Column("rows", BigInteger, nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("supersedes", String(40), nullable=True),
    Column("superseded_by", String(40), nullable=True),
    Column("faults", LargeBinary, nullable=True),
    Column("differences", LargeBinary, nullable=True),
    instant("created_at"),
    instant("updated_at"),
    Index(
        "uq_statements_party_sha256",
        "party",
        "sha256",
        unique=True,
        postgresql_where=text(_SETTLED),
        sqlite_where=text(_SETTLED),
    ),
    Index(
        "uq_statements_party_day_part",
        "party",
        "day",
        "part",
        unique=True,
        postgresql_where=text(_STANDING),
        sqlite_where=text(_STANDING),
    ),
)

statement_pieces = Table(
    "statement_pieces",
    metadata,
    Column("statement", String(40), ForeignKey("statements.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
