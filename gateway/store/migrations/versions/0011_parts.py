"""Parts: packages of checks that come as messages, and their parts until they are whole."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _packages()
    _packages_indexes()
    op.create_table(
        "check_parts",
        sa.Column("package", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_blind", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["package"], ["check_packages.id"], name=("fk_check_parts_package")),
        sa.PrimaryKeyConstraint("package", "number", name=("pk_check_parts")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("check_parts")
    op.drop_table("check_packages")


def _packages() -> None:
    op.create_table(
        "check_packages",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("ask_at", sa.BigInteger(), nullable=False),
        sa.Column("ask_until", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_check_packages")),
    )


def _packages_indexes() -> None:
    for last in ("number", "sequence"):
        columns = ["party", "kind", "day", last]
        op.create_index(f"uq_check_packages_party_kind_day_{last}", "check_packages", columns, unique=True)
    open_ones = sa.text("state IN ('open', 'whole')")
    op.create_index(
        "ix_check_packages_state",
        "check_packages",
        ["state"],
        unique=False,
        postgresql_where=open_ones,
        sqlite_where=open_ones,
    )
