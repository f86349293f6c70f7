"""Levies: dates and months of their money, what changed them and why, notices, refunds, credits, top-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NAMES = ("treasury_on", "accounting_month", "trace_number", "changes", "reversals", "provisional", "rules")
_SUMMED = (
    *("insurance", "first", "last", "fen", "accounting_month", "collected_on", "treasury_on", "trace_number", "state"),
    *("late_fee", "interest", "told_month"),
)
# What the words meant before: the bureau had taken it; a receipt had come.
_WORDS = (("declared", "accepted"), ("paid", "receipted"))
_BACK = {
    "declared": ("declared", "accepted"),
    "paid": ("paid", "receipted", "posted", "corrected"),
    "unpaid": ("unpaid", "reversed"),
}


def upgrade() -> None:
    """Forward."""
    _levies()
    _receipts()
    _levy_changes()
    _payment_notices()
    _refunds()
    _credits()
    _credit_uses()
    _top_ups()
    for before, after in _WORDS:
        _reword((before,), after)


def downgrade() -> None:
    """Back."""
    for table in ("top_ups", "credit_uses", "refund_credits", "refunds", "payment_notices", "levy_changes"):
        op.drop_table(table)
    for after, before in _BACK.items():
        _reword(before, after)
    op.drop_index("ix_receipts_levy", "receipts")
    op.drop_index("ix_levies_provisional", "levies")
    for name in reversed(_SUMMED):
        op.drop_column("receipts", name)
    for name in reversed(_NAMES):
        op.drop_column("levies", name)


def _reword(before: tuple[str, ...], after: str) -> None:
    levies = sa.table("levies", sa.column("state", sa.String()))
    op.execute(sa.update(levies).where(levies.c.state.in_(before)).values(state=after))


def _text(name: str, length: int = 40, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _fen(name: str = "fen") -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _sealed(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _levies() -> None:
    for name, length in (("treasury_on", 10), ("trace_number", 64), ("rules", 64)):
        op.add_column("levies", _text(name, length, nullable=True))
    op.add_column("levies", sa.Column("accounting_month", sa.Integer(), nullable=True))
    for name in ("changes", "reversals"):
        op.add_column("levies", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("levies", sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false()))
    where = sa.text("provisional")
    op.create_index("ix_levies_provisional", "levies", ["case"], postgresql_where=where, sqlite_where=where)


def _receipts() -> None:
    for name in ("first", "last", "accounting_month", "told_month"):
        op.add_column("receipts", sa.Column(name, sa.Integer(), nullable=True))
    for name in ("fen", "late_fee", "interest"):
        op.add_column("receipts", sa.Column(name, sa.BigInteger(), nullable=True))
    for name, length in (("insurance", 40), ("state", 40), ("trace_number", 64)):
        op.add_column("receipts", _text(name, length, nullable=True))
    for name in ("collected_on", "treasury_on"):
        op.add_column("receipts", _text(name, 10, nullable=True))
    op.create_index("ix_receipts_levy", "receipts", ["levy"], unique=False)


def _levy_changes() -> None:
    op.create_table(
        "levy_changes",
        _text("levy"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _text("case"),
        _fen("at"),
        *(_text(name) for name in ("before", "after", "message")),
        _text("party", 64),
        _sealed("details"),
        sa.ForeignKeyConstraint(["levy"], ["levies.id"], name=("fk_levy_changes_levy")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_levy_changes_case")),
        sa.PrimaryKeyConstraint("levy", "number", name=("pk_levy_changes")),
    )
    op.create_index(("ix_levy_changes_case"), "levy_changes", ["case"], unique=False)


def _payment_notices() -> None:
    op.create_table(
        "payment_notices",
        _text("party", 64),
        _text("natural_key", 128),
        _text("message"),
        _text("receipt", 128),
        sa.Column("content_blind", sa.LargeBinary(length=32), nullable=False),
        _sealed("sealed"),
        _fen("taken_at"),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("fen", sa.BigInteger(), nullable=True),
        _text("day", 10, nullable=True),
        sa.Column("told_month", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("party", "natural_key", name=("pk_payment_notices")),
    )
    where = sa.text("applied_at IS NULL")
    columns = ["party", "receipt"]
    op.create_index(
        "ix_payment_notices_waiting", "payment_notices", columns, postgresql_where=where, sqlite_where=where
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        *(_text(name) for name in ("id", "case", "origin_case")),
        _text("levy", nullable=True),
        _text("party", 64),
        _text("receipt", 128),
        *(_text(name) for name in ("part", "person", "insurance")),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        _fen(),
        _text("origin"),
        _text("route", nullable=True),
        _text("state"),
        _text("decided_by", 128, nullable=True),
        _text("refund_number", 64, nullable=True),
        _text("refunded_on", 10, nullable=True),
        _sealed("content"),
        _fen("created_at"),
        _fen("updated_at"),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_refunds_case")),
        sa.ForeignKeyConstraint(["origin_case"], ["cases.id"], name=("fk_refunds_origin_case")),
        sa.PrimaryKeyConstraint("id", name=("pk_refunds")),
        sa.UniqueConstraint("party", "receipt", "part", name=("uq_refunds_party_receipt_part")),
    )
    for name in ("case", "origin_case"):
        op.create_index((f"ix_refunds_{name}"), "refunds", [name], unique=False)


def _credits() -> None:
    op.create_table(
        "refund_credits",
        *(_text(name) for name in ("id", "refund", "person", "insurance")),
        _text("tax", 64),
        _fen(),
        _fen("used_fen"),
        _fen("created_at"),
        _fen("updated_at"),
        sa.ForeignKeyConstraint(["refund"], ["refunds.id"], name=("fk_refund_credits_refund")),
        sa.PrimaryKeyConstraint("id", name=("pk_refund_credits")),
        sa.UniqueConstraint("refund", name=("uq_refund_credits_refund")),
    )
    op.create_index("ix_refund_credits_person", "refund_credits", ["person", "insurance", "tax"], unique=False)


def _credit_uses() -> None:
    op.create_table(
        "credit_uses",
        _text("levy"),
        _text("credit"),
        _fen(),
        _fen("at"),
        sa.ForeignKeyConstraint(["levy"], ["levies.id"], name=("fk_credit_uses_levy")),
        sa.ForeignKeyConstraint(["credit"], ["refund_credits.id"], name=("fk_credit_uses_credit")),
        sa.PrimaryKeyConstraint("levy", "credit", name=("pk_credit_uses")),
    )


def _top_ups() -> None:
    op.create_table(
        "top_ups",
        _text("levy"),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        _text("rules", 64),
        _text("case"),
        _fen(),
        _fen("at"),
        sa.ForeignKeyConstraint(["levy"], ["levies.id"], name=("fk_top_ups_levy")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_top_ups_case")),
        sa.PrimaryKeyConstraint("levy", "month", "rules", name=("pk_top_ups")),
    )
