"""The first shape: cases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _cases()
    _cases_indexes()
    _case_items()
    _case_items_indexes()
    _case_views()
    _case_views_indexes()
    _events()
    _reservations()
    _reservations_indexes()


def downgrade() -> None:
    """Back."""
    for table in reversed(
        (
            "cases",
            "case_items",
            "case_views",
            "events",
            "reservations",
        )
    ):
        op.drop_table(table)


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=40), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=("fk_cases_person")),
        sa.PrimaryKeyConstraint("id", name=("pk_cases")),
    )


def _cases_indexes() -> None:
    op.create_index(("ix_cases_person"), "cases", ["person"], unique=False)
    op.create_index("ix_cases_status_updated_at", "cases", ["status", "updated_at"], unique=False)


def _case_items() -> None:
    op.create_table(
        "case_items",
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("insurance", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=64), nullable=False),
        sa.Column("tax", sa.String(length=64), nullable=False),
        sa.Column("assessor", sa.String(length=40), nullable=False),
        sa.Column("determination", sa.Text(), nullable=False),
        sa.Column("hold_until", sa.BigInteger(), nullable=True),
        sa.Column("unverified", sa.Boolean(), nullable=False),
        sa.Column("withdrawing", sa.Boolean(), nullable=False),
        sa.Column("acceptance_number", sa.String(length=64), nullable=True),
        sa.Column("registration_number", sa.String(length=64), nullable=True),
        sa.Column("notice_number", sa.String(length=64), nullable=True),
        sa.Column("cover_from", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_case_items_case")),
        sa.PrimaryKeyConstraint("case", "insurance", name=("pk_case_items")),
    )


def _case_items_indexes() -> None:
    op.create_index(
        "ix_case_items_acceptance_number",
        "case_items",
        ["acceptance_number"],
        unique=False,
        postgresql_where=sa.text("acceptance_number IS NOT NULL"),
        sqlite_where=sa.text("acceptance_number IS NOT NULL"),
    )


def _case_views() -> None:
    op.create_table(
        "case_views",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_case_views_case")),
        sa.PrimaryKeyConstraint("id", name=("pk_case_views")),
        sa.UniqueConstraint("case", "client", name=("uq_case_views_case_client")),
    )


def _case_views_indexes() -> None:
    op.create_index(("ix_case_views_case"), "case_views", ["case"], unique=False)
    op.create_index("ix_case_views_client_id", "case_views", ["client", "id"], unique=False)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("params", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_events_case")),
        sa.PrimaryKeyConstraint("case", "number", name=("pk_events")),
    )


def _reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("insurance", sa.String(length=40), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=("fk_reservations_case")),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=("fk_reservations_person")),
        sa.PrimaryKeyConstraint("person", "insurance", "month", name=("pk_reservations")),
    )


def _reservations_indexes() -> None:
    op.create_index(("ix_reservations_case"), "reservations", ["case"], unique=False)
