"""The first shape: journal."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _journal_keys()
    _journal_keys_indexes()
    _journal_links()
    _journal_links_indexes()
    _journal_records()
    _journal_seals()
    _journal_seal_heads()


def downgrade() -> None:
    """Back."""
    for table in reversed(
        (
            "journal_keys",
            "journal_links",
            "journal_records",
            "journal_seals",
            "journal_seal_heads",
        )
    ):
        op.drop_table(table)


def _journal_keys() -> None:
    op.create_table(
        "journal_keys",
        sa.Column("stream", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(length=40), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("stream", "number", name=("pk_journal_keys")),
        sqlite_with_rowid=False,
    )


def _journal_keys_indexes() -> None:
    op.create_index(
        "ix_journal_keys_person",
        "journal_keys",
        ["person"],
        unique=False,
        postgresql_where=sa.text("person IS NOT NULL"),
        sqlite_where=sa.text("person IS NOT NULL"),
    )


def _journal_links() -> None:
    op.create_table(
        "journal_links",
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("leg", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("record", "case", "leg", name=("pk_journal_links")),
    )


def _journal_links_indexes() -> None:
    op.create_index("ix_journal_links_case", "journal_links", ["case"], unique=False)
    op.create_index(("ix_journal_links_person"), "journal_links", ["person"], unique=False)


def _journal_records() -> None:
    op.create_table(
        "journal_records",
        sa.Column("stream", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("stream", "number", name=("pk_journal_records")),
    )


def _journal_seals() -> None:
    op.create_table(
        "journal_seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("heads", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=("pk_journal_seals")),
    )


def _journal_seal_heads() -> None:
    op.create_table(
        "journal_seal_heads",
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["seal"], ["journal_seals.number"], name=("fk_journal_seal_heads_seal")),
        sa.PrimaryKeyConstraint("seal", "stream", name=("pk_journal_seal_heads")),
        sa.UniqueConstraint("stream", "number", name=("uq_journal_seal_heads_stream_number")),
    )
