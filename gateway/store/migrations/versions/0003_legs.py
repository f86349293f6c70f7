"""The first shape: legs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _legs()
    _legs_indexes()
    _leg_memory()


def downgrade() -> None:
    """Back."""
    for table in reversed(
        (
            "legs",
            "leg_memory",
        )
    ):
        op.drop_table(table)


def _legs() -> None:
    op.create_table(
        "legs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(length=40), nullable=False),
        sa.Column("insurance", sa.String(length=40), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("inquiries", sa.Integer(), nullable=False),
        sa.Column("fencing", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_legs_case")),
        sa.PrimaryKeyConstraint("id", name=("pk_legs")),
        sa.UniqueConstraint(
            "case",
            "party",
            "message",
            "insurance",
            "occurrence",
            name=("uq_legs_case_party_message_insurance_occurrence"),
        ),
    )


def _legs_indexes() -> None:
    op.create_index(
        "ix_legs_party_due_at",
        "legs",
        ["party", "due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_legs_stuck",
        "legs",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state IN ('held', 'uncertain', 'needs_person')"),
        sqlite_where=sa.text("state IN ('held', 'uncertain', 'needs_person')"),
    )


def _leg_memory() -> None:
    op.create_table(
        "leg_memory",
        sa.Column("leg", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["leg"], ["legs.id"], name=("fk_leg_memory_leg")),
        sa.PrimaryKeyConstraint("leg", "key", name=("pk_leg_memory")),
    )
