"""The first shape: persons."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _persons()
    _local_numbers()
    _person_identifiers()
    _person_identifiers_indexes()
    _person_names()


def downgrade() -> None:
    """Back."""
    for table in reversed(
        (
            "persons",
            "local_numbers",
            "person_identifiers",
            "person_names",
        )
    ):
        op.drop_table(table)


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_persons")),
    )


def _local_numbers() -> None:
    op.create_table(
        "local_numbers",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("learned_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=("fk_local_numbers_person")),
        sa.PrimaryKeyConstraint("person", "party", name=("pk_local_numbers")),
    )


def _person_identifiers() -> None:
    op.create_table(
        "person_identifiers",
        sa.Column("blind", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("id_type", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=("fk_person_identifiers_person")),
        sa.PrimaryKeyConstraint("blind", name=("pk_person_identifiers")),
    )


def _person_identifiers_indexes() -> None:
    op.create_index(("ix_person_identifiers_person"), "person_identifiers", ["person"], unique=False)


def _person_names() -> None:
    op.create_table(
        "person_names",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("blind", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=("fk_person_names_person")),
        sa.PrimaryKeyConstraint("person", "blind", name=("pk_person_names")),
    )
