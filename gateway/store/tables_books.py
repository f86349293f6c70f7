"""The tables of the funds' books: entries are only ever added; a closing keeps what stood, and who signed it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.store.columns import code, handle, instant, metadata


def _day(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(10), nullable=nullable)


books = Table(
    "books",
    metadata,
    code("fund", primary=True),
    code("region", 6, primary=True),
    _day("closed_through", nullable=True),
    Column("closings", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
)

book_entries = Table(
    "book_entries",
    metadata,
    handle("id", primary=True),
    code("origin", 200),
    code("event", 80),
    code("fund"),
    code("part"),
    code("region", 6),
    _day("day"),
    Column("year", Integer, nullable=False),
    _day("stated"),
    Column("adjustment", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("reverses", String(40), ForeignKey("book_entries.id"), nullable=True),
    Column("corrects", String(40), ForeignKey("book_entries.id"), nullable=True),
    Column("note", LargeBinary, nullable=True),
    instant("created_at"),
    UniqueConstraint("origin", "event"),
    UniqueConstraint("reverses"),
    Index("ix_book_entries_fund_region_day", "fund", "region", "day"),
)

book_lines = Table(
    "book_lines",
    metadata,
    Column("entry", String(40), ForeignKey("book_entries.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    code("account"),
    code("side", 6),
    Column("fen", BigInteger, nullable=False),
    Column("memorandum", Boolean, nullable=False),
)

book_closings = Table(
    "book_closings",
    metadata,
    handle("id", primary=True),
    code("fund"),
    code("region", 6),
    Column("number", Integer, nullable=False),
    code("kind", 5),
    code("period", 10),
    Column("entries", BigInteger, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    code("closed_by", 64),
    instant("closed_at"),
    UniqueConstraint("fund", "region", "number", name="uq_book_closings_fund_region_number"),
    UniqueConstraint("fund", "region", "kind", "period", name="uq_book_closings_fund_region_kind_period"),
)

book_balances = Table(
    "book_balances",
    metadata,
    Column("closing", String(40), ForeignKey("book_closings.id"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    code("part", primary=True),
    code("account", primary=True),
    Column("debit", BigInteger, nullable=False),
    Column("credit", BigInteger, nullable=False),
)

book_signatures = Table(
    "book_signatures",
    metadata,
    Column("closing", String(40), ForeignKey("book_closings.id"), primary_key=True),
    code("signer", 64, primary=True),
    Column("mac", LargeBinary, nullable=False),
    instant("signed_at"),
)
