"""The tables of checks that come in parts: what each package is to hold, and its parts, sealed, until it is whole."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from gateway.store.columns import code, handle, index_where, instant, metadata

check_packages = Table(
    "check_packages",
    metadata,
    handle("id", primary=True),
    code("party", 64),
    code("kind"),
    Column("day", String(10), nullable=False),
    Column("number", String(8), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("parts", Integer, nullable=False),
    code("state"),
    Column("reason", String(200), nullable=True),
    Column("asked", Integer, nullable=False),
    instant("ask_at"),
    instant("ask_until"),
    Column("statement", String(40), nullable=True),
    instant("created_at"),
    instant("updated_at"),
    Index("uq_check_packages_party_kind_day_number", "party", "kind", "day", "number", unique=True),
    Index("uq_check_packages_party_kind_day_sequence", "party", "kind", "day", "sequence", unique=True),
    index_where("ix_check_packages_state", "state", where="state IN ('open', 'whole')"),
)

check_parts = Table(
    "check_parts",
    metadata,
    Column("package", String(40), ForeignKey("check_packages.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content_blind", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=True),
)
