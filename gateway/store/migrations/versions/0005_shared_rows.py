"""The first shape: shared rows."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _firings()
    _idempotency()
    _idempotency_indexes()
    _parties()
    _replays()
    _sessions()


def downgrade() -> None:
    """Back."""
    for table in reversed(
        (
            "firings",
            "idempotency",
            "parties",
            "replays",
            "sessions",
        )
    ):
        op.drop_table(table)


def _firings() -> None:
    op.create_table(
        "firings",
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("job", "due", name=("pk_firings")),
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("blind", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("sealed_request", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("blind", name=("pk_idempotency")),
    )


def _idempotency_indexes() -> None:
    op.create_index("ix_idempotency_expires_at", "idempotency", ["expires_at"], unique=False)


def _parties() -> None:
    op.create_table(
        "parties",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_parties")),
    )


def _replays() -> None:
    op.create_table(
        "replays",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=("pk_replays")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "key", name=("pk_sessions")),
    )
