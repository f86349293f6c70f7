"""Books: entries with their lines, and what was closed and signed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _books()
    _book_entries()
    _book_lines()
    _book_closings()
    _book_balances()
    _book_signatures()


def downgrade() -> None:
    """Back."""
    for table in reversed(
        (
            "books",
            "book_entries",
            "book_lines",
            "book_closings",
            "book_balances",
            "book_signatures",
        )
    ):
        op.drop_table(table)


def _text(name: str, length: int = 40, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _flag(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), nullable=False)


def _books() -> None:
    op.create_table(
        "books",
        _text("fund"),
        _text("region", 6),
        _text("closed_through", 10, nullable=True),
        _number("closings"),
        _bytes("head"),
        sa.PrimaryKeyConstraint("fund", "region", name=("pk_books")),
    )


def _book_entries() -> None:
    op.create_table(
        "book_entries",
        _text("id"),
        _text("origin", 200),
        _text("event", 80),
        _text("fund"),
        _text("part"),
        _text("region", 6),
        _text("day", 10),
        _number("year"),
        _text("stated", 10),
        _flag("adjustment"),
        _bytes("content"),
        _text("reverses", nullable=True),
        _text("corrects", nullable=True),
        _bytes("note", nullable=True),
        _whole("created_at"),
        sa.ForeignKeyConstraint(["reverses"], ["book_entries.id"], name=("fk_book_entries_reverses")),
        sa.ForeignKeyConstraint(["corrects"], ["book_entries.id"], name=("fk_book_entries_corrects")),
        sa.PrimaryKeyConstraint("id", name=("pk_book_entries")),
        sa.UniqueConstraint("origin", "event", name=("uq_book_entries_origin")),
        sa.UniqueConstraint("reverses", name=("uq_book_entries_reverses")),
    )
    op.create_index("ix_book_entries_fund_region_day", "book_entries", ["fund", "region", "day"], unique=False)


def _book_lines() -> None:
    op.create_table(
        "book_lines",
        _text("entry"),
        _number("number"),
        _text("account"),
        _text("side", 6),
        _whole("fen"),
        _flag("memorandum"),
        sa.ForeignKeyConstraint(["entry"], ["book_entries.id"], name=("fk_book_lines_entry")),
        sa.PrimaryKeyConstraint("entry", "number", name=("pk_book_lines")),
    )


def _book_closings() -> None:
    op.create_table(
        "book_closings",
        _text("id"),
        _text("fund"),
        _text("region", 6),
        _number("number"),
        _text("kind", 5),
        _text("period", 10),
        _whole("entries"),
        sa.Column("evidence", sa.Text(), nullable=False),
        _bytes("previous"),
        _bytes("content"),
        _bytes("mac"),
        _text("closed_by", 64),
        _whole("closed_at"),
        sa.PrimaryKeyConstraint("id", name=("pk_book_closings")),
        sa.UniqueConstraint("fund", "region", "number", name=("uq_book_closings_fund_region_number")),
        sa.UniqueConstraint("fund", "region", "kind", "period", name=("uq_book_closings_fund_region_kind_period")),
    )


def _book_balances() -> None:
    op.create_table(
        "book_balances",
        _text("closing"),
        _number("year"),
        _text("part"),
        _text("account"),
        _whole("debit"),
        _whole("credit"),
        sa.ForeignKeyConstraint(["closing"], ["book_closings.id"], name=("fk_book_balances_closing")),
        sa.PrimaryKeyConstraint("closing", "year", "part", "account", name=("pk_book_balances")),
    )


def _book_signatures() -> None:
    op.create_table(
        "book_signatures",
        _text("closing"),
        _text("signer", 64),
        _bytes("mac"),
        _whole("signed_at"),
        sa.ForeignKeyConstraint(["closing"], ["book_closings.id"], name=("fk_book_signatures_closing")),
        sa.PrimaryKeyConstraint("closing", "signer", name=("pk_book_signatures")),
    )
