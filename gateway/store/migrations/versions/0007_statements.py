"""Statements: what came, in which state it is, and its bytes in pieces."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _statements()
    _statements_indexes()
    _statement_pieces()


def downgrade() -> None:
    """Back."""
    for table in reversed(
        (
            "statements",
            "statement_pieces",
        )
    ):
        op.drop_table(table)


def _statements() -> None:
    op.create_table(
        "statements",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("day", sa.String(length=10), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("supersedes", sa.String(length=40), nullable=True),
        sa.Column("superseded_by", sa.String(length=40), nullable=True),
        sa.Column("faults", sa.LargeBinary(), nullable=True),
        sa.Column("differences", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_statements")),
    )


def _statements_indexes() -> None:
    for name, columns, where in (
        ("uq_statements_party_sha256", ["party", "sha256"], "state <> 'arriving'"),
        ("uq_statements_party_day_part", ["party", "day", "part"], "state = 'kept'"),
    ):
        condition = sa.text(where)
        op.create_index(name, "statements", columns, unique=True, postgresql_where=condition, sqlite_where=condition)


def _statement_pieces() -> None:
    op.create_table(
        "statement_pieces",
        sa.Column("statement", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["statement"], ["statements.id"], name=("fk_statement_pieces_statement")),
        sa.PrimaryKeyConstraint("statement", "number", name=("pk_statement_pieces")),
    )
