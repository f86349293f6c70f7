"""The first shape: money."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _receipts()
    _receipts_indexes()
    _levies()
    _levies_indexes()


def downgrade() -> None:
    """Back."""
    for table in reversed(
        (
            "receipts",
            "levies",
        )
    ):
        op.drop_table(table)


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("natural_key", sa.String(length=128), nullable=False),
        sa.Column("levy", sa.String(length=40), nullable=True),
        sa.Column("levy_number", sa.String(length=64), nullable=True),
        sa.Column("notice_number", sa.String(length=64), nullable=True),
        sa.Column("content_blind", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "natural_key", name=("pk_receipts")),
    )


def _receipts_indexes() -> None:
    op.create_index("ix_receipts_party_levy_number", "receipts", ["party", "levy_number"], unique=False)
    op.create_index("ix_receipts_party_notice_number", "receipts", ["party", "notice_number"], unique=False)


def _levies() -> None:
    op.create_table(
        "levies",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("insurance", sa.String(length=40), nullable=False),
        sa.Column("tax", sa.String(length=64), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("payable_until", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("levy_number", sa.String(length=64), nullable=True),
        sa.Column("notice_number", sa.String(length=64), nullable=True),
        sa.Column("tax_person_number", sa.String(length=64), nullable=True),
        sa.Column("assessed_fen", sa.BigInteger(), nullable=True),
        sa.Column("voucher_number", sa.String(length=64), nullable=True),
        sa.Column("paid_fen", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.String(length=10), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_levies_case")),
        sa.PrimaryKeyConstraint("id", name=("pk_levies")),
    )


def _levies_indexes() -> None:
    op.create_index(("ix_levies_case"), "levies", ["case"], unique=False)
    op.create_index("ix_levies_state_due", "levies", ["state", "due"], unique=False)
    op.create_index(
        "ix_levies_tax_levy_number",
        "levies",
        ["tax", "levy_number"],
        unique=False,
        postgresql_where=sa.text("levy_number IS NOT NULL"),
        sqlite_where=sa.text("levy_number IS NOT NULL"),
    )
    op.create_index(
        "ix_levies_tax_notice_number",
        "levies",
        ["tax", "notice_number"],
        unique=False,
        postgresql_where=sa.text("notice_number IS NOT NULL"),
        sqlite_where=sa.text("notice_number IS NOT NULL"),
    )
