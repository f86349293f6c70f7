"""Numbers of our orders to a treasury, and what statements say of payments whose receipts are lacking."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "serials",
        sa.Column("scope", sa.String(length=96), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=("pk_serials")),
    )
    op.create_table(
        "stated_payments",
        sa.Column("statement", sa.String(length=40), nullable=False),
        sa.Column("voucher", sa.String(length=64), nullable=False),
        sa.Column("fund", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["statement"], ["statements.id"], name=("fk_stated_payments_statement")),
        sa.PrimaryKeyConstraint("statement", "voucher", "fund", name=("pk_stated_payments")),
    )
    op.create_index("ix_stated_payments_voucher", "stated_payments", ["voucher", "fund"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("stated_payments")
    op.drop_table("serials")
