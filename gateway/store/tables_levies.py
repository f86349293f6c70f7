"""The tables of what happens to levies and payments once they are entered. Details are sealed: parties quote people."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from gateway.store.columns import code, handle, index_where, instant, metadata

levy_changes = Table(
    "levy_changes",
    metadata,
    Column("levy", String(40), ForeignKey("levies.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case", String(40), ForeignKey("cases.id"), nullable=False, index=True),
    instant("at"),
    code("before"),
    code("after"),
    code("message"),
    code("party", 64),
    Column("details", LargeBinary, nullable=False),
)

payment_notices = Table(
    "payment_notices",
    metadata,
    code("party", 64, primary=True),
    code("natural_key", 128, primary=True),
    code("message"),
    code("receipt", 128),
    Column("content_blind", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    instant("taken_at"),
    instant("applied_at", nullable=True),
    Column("fen", BigInteger, nullable=True),
    Column("day", String(10), nullable=True),
    Column("told_month", Integer, nullable=True),
    index_where("ix_payment_notices_waiting", "party", "receipt", where="applied_at IS NULL"),
    Index("ix_payment_notices_party_taken_at", "party", "taken_at"),
)

refunds = Table(
    "refunds",
    metadata,
    handle("id", primary=True),
    Column("case", String(40), ForeignKey("cases.id"), nullable=False, index=True),
    Column("origin_case", String(40), ForeignKey("cases.id"), nullable=False, index=True),
    Column("levy", String(40), nullable=True),
    code("party", 64),
    code("receipt", 128),
    code("part"),
    code("person"),
    code("insurance"),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("fen", BigInteger, nullable=False),
    code("origin"),
    Column("route", String(40), nullable=True),
    code("state"),
    Column("decided_by", String(128), nullable=True),
    Column("refund_number", String(64), nullable=True),
    Column("refunded_on", String(10), nullable=True),
    Column("content", LargeBinary, nullable=False),
    instant("created_at"),
    instant("updated_at"),
    UniqueConstraint("party", "receipt", "part"),
)

refund_credits = Table(
    "refund_credits",
    metadata,
    handle("id", primary=True),
    Column("refund", String(40), ForeignKey("refunds.id"), nullable=False, unique=True),
    code("person"),
    code("insurance"),
    code("tax", 64),
    Column("fen", BigInteger, nullable=False),
    Column("used_fen", BigInteger, nullable=False, default=0),
    instant("created_at"),
    instant("updated_at"),
    Index("ix_refund_credits_person", "person", "insurance", "tax"),
)

credit_uses = Table(
    "credit_uses",
    metadata,
    Column("levy", String(40), ForeignKey("levies.id"), primary_key=True),
    Column("credit", String(40), ForeignKey("refund_credits.id"), primary_key=True),
    Column("fen", BigInteger, nullable=False),
    instant("at"),
)

top_ups = Table(
    "top_ups",
    metadata,
    Column("levy", String(40), ForeignKey("levies.id"), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    code("rules", 64, primary=True),
    Column("case", String(40), ForeignKey("cases.id"), nullable=False),
    Column("fen", BigInteger, nullable=False),
    instant("at"),
)

serials = Table(
    "serials",
    metadata,
    code("scope", 96, primary=True),
    Column("last", BigInteger, nullable=False),
)

stated_payments = Table(
    "stated_payments",
    metadata,
    Column("statement", String(40), ForeignKey("statements.id"), primary_key=True),
    code("voucher", 64, primary=True),
    code("fund", primary=True),
    Column("sealed", LargeBinary, nullable=False),
    instant("read_at"),
    Index("ix_stated_payments_voucher", "voucher", "fund"),
)
