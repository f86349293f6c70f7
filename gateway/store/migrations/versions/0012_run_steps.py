"""Steps of a run, files of statements' rows, whom a break waits for, files of differences and their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WAITS = (("waits_for", 64), ("waits_until", 10))
_MADE = ("run_steps", "statement_partitions", "difference_files", "difference_answers")


def upgrade() -> None:
    """Forward."""
    _run_steps()
    _statement_partitions()
    _difference_files()
    _difference_answers()
    for name, length in _WAITS:
        op.add_column("breaks", _text(name, length, nullable=True))


def downgrade() -> None:
    """Back."""
    for name, _ in reversed(_WAITS):
        op.drop_column("breaks", name)
    for table in reversed(_MADE):
        op.drop_table(table)


def _text(name: str, length: int = 40, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _sealed(name: str, *, nullable: bool = False) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _run_steps() -> None:
    op.create_table(
        "run_steps",
        _text("run"),
        _text("step"),
        _number("rows"),
        sa.Column("files", sa.Text(), nullable=False),
        _number("at"),
        sa.ForeignKeyConstraint(["run"], ["reconciliations.id"], name=("fk_run_steps_run")),
        sa.PrimaryKeyConstraint("run", "step", name=("pk_run_steps")),
    )


def _statement_partitions() -> None:
    op.create_table(
        "statement_partitions",
        _text("statement"),
        _text("book"),
        _number("count"),
        _number("fen"),
        _text("sha256", 64),
        _number("created_at"),
        sa.ForeignKeyConstraint(["statement"], ["statements.id"], name=("fk_statement_partitions_statement")),
        sa.PrimaryKeyConstraint("statement", "book", name=("pk_statement_partitions")),
    )


def _difference_files() -> None:
    op.create_table(
        "difference_files",
        _text("id"),
        _text("run"),
        _text("party", 64),
        _text("pairing"),
        _text("day", 10),
        sa.Column("sequence", sa.Integer(), nullable=False),
        _text("state"),
        _text("way"),
        _text("name", 128),
        _number("count"),
        _number("our_fen"),
        _number("their_fen"),
        _text("sha256", 64),
        _sealed("body"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _number("due_at", nullable=True),
        _text("error", 64, nullable=True),
        _sealed("acknowledgement", nullable=True),
        _number("created_at"),
        _number("sent_at", nullable=True),
        sa.ForeignKeyConstraint(["run"], ["reconciliations.id"], name=("fk_difference_files_run")),
        sa.PrimaryKeyConstraint("id", name=("pk_difference_files")),
    )
    op.create_index("uq_difference_files_run", "difference_files", ["run"], unique=True)
    op.create_index("ix_difference_files_party_day", "difference_files", ["party", "day"], unique=False)
    waiting = sa.text("state IN ('waiting', 'sending')")
    op.create_index(
        "ix_difference_files_waiting",
        "difference_files",
        ["due_at"],
        unique=False,
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def _difference_answers() -> None:
    op.create_table(
        "difference_answers",
        _text("id"),
        _text("party", 64),
        _text("sha256", 64),
        _text("file", nullable=True),
        _text("state"),
        _text("way"),
        _number("count"),
        _number("agreed"),
        _sealed("faults", nullable=True),
        _sealed("body"),
        _number("created_at"),
        sa.ForeignKeyConstraint(["file"], ["difference_files.id"], name=("fk_difference_answers_file")),
        sa.PrimaryKeyConstraint("id", name=("pk_difference_answers")),
    )
    op.create_index("uq_difference_answers_party_sha256", "difference_answers", ["party", "sha256"], unique=True)
