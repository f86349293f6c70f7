"""Reconciliation: partitions of the ledger, runs, totals, what is in transit, breaks and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TAKEN = ("receipts", "payment_notices")
_SIDES = ("here_count", "here_fen", "there_count", "there_fen")
_PARTS = tuple(f"{part}_{what}" for part in ("whole", "matched", "transit", "broken") for what in ("count", "fen"))


def upgrade() -> None:
    """Forward."""
    _ledger_partitions()
    _reconciliations()
    _reconciliations_indexes()
    _tallies()
    _in_transit()
    _breaks()
    _breaks_indexes()
    _break_entries()
    _break_repairs()
    _run_repairs()
    for table in _TAKEN:
        op.create_index(f"ix_{table}_party_taken_at", table, ["party", "taken_at"], unique=False)


def downgrade() -> None:
    """Back."""
    for table in _TAKEN:
        op.drop_index(f"ix_{table}_party_taken_at", table)
    for table in reversed(
        (
            "ledger_partitions",
            "reconciliations",
            "tallies",
            "in_transit",
            "breaks",
            "break_entries",
            "break_repairs",
            "run_repairs",
        )
    ):
        op.drop_table(table)


def _text(name: str, length: int = 40, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _ledger_partitions() -> None:
    op.create_table(
        "ledger_partitions",
        _text("book"),
        _text("party", 64),
        _text("day", 10),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _number("count"),
        _number("fen"),
        _text("sha256", 64),
        _number("created_at"),
        sa.PrimaryKeyConstraint("book", "party", "day", "number", name=("pk_ledger_partitions")),
    )


def _reconciliations() -> None:
    op.create_table(
        "reconciliations",
        _text("id"),
        _text("party", 64),
        _text("pairing"),
        _text("day", 10),
        _text("since", 10),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("state"),
        _text("fingerprint", 64),
        _text("previous", nullable=True),
        *(_number(name) for name in _SIDES),
        _text("error", 64, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_reconciliations")),
    )


def _reconciliations_indexes() -> None:
    day = ["party", "pairing", "day"]
    op.create_index("uq_reconciliations_number", "reconciliations", [*day, "number"], unique=True)
    standing = sa.text("state = 'done'")
    op.create_index(
        "uq_reconciliations_standing",
        "reconciliations",
        day,
        unique=True,
        postgresql_where=standing,
        sqlite_where=standing,
    )


def _tallies() -> None:
    op.create_table(
        "tallies",
        _text("run"),
        _text("side"),
        _text("day", 10),
        _text("region", 6),
        _text("fund"),
        sa.Column("adjustment", sa.Boolean(), nullable=False),
        *(_number(name) for name in _PARTS),
        sa.ForeignKeyConstraint(["run"], ["reconciliations.id"], name=("fk_tallies_run")),
        sa.PrimaryKeyConstraint("run", "side", "day", "region", "fund", "adjustment", name=("pk_tallies")),
    )


def _in_transit() -> None:
    op.create_table(
        "in_transit",
        _text("run"),
        _text("side"),
        _text("day", 10),
        _text("expected_on", 10),
        _text("region", 6),
        _text("fund"),
        sa.Column("adjustment", sa.Boolean(), nullable=False),
        _number("count"),
        _number("fen"),
        sa.ForeignKeyConstraint(["run"], ["reconciliations.id"], name=("fk_in_transit_run")),
        sa.PrimaryKeyConstraint(
            "run", "side", "day", "expected_on", "region", "fund", "adjustment", name=("pk_in_transit")
        ),
    )


def _breaks() -> None:
    op.create_table(
        "breaks",
        _text("id"),
        _text("party", 64),
        _text("pairing"),
        sa.Column("group_blind", sa.LargeBinary(length=32), nullable=False),
        _text("kind"),
        _text("flags", 256),
        _text("state"),
        *(_number(name) for name in _SIDES),
        _text("region", 6),
        _text("fund"),
        *(_text(name, 10) for name in ("day", "first_seen", "last_seen")),
        _text("first_run"),
        _text("last_run"),
        _text("owner", 64),
        _text("due_on", 10),
        _text("repair"),
        _text("claimed_by", 128, nullable=True),
        _text("resolution", nullable=True),
        _text("resolved_by", 128, nullable=True),
        _text("agreed_by", 128, nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["first_run"], ["reconciliations.id"], name=("fk_breaks_first_run")),
        sa.ForeignKeyConstraint(["last_run"], ["reconciliations.id"], name=("fk_breaks_last_run")),
        sa.PrimaryKeyConstraint("id", name=("pk_breaks")),
    )


def _breaks_indexes() -> None:
    op.create_index(("ix_breaks_last_run"), "breaks", ["last_run"], unique=False)
    op.create_index("uq_breaks_group", "breaks", ["party", "pairing", "group_blind"], unique=True)
    op.create_index("ix_breaks_state_due_on", "breaks", ["state", "due_on"], unique=False)
    live = sa.text("state NOT IN ('resolved', 'closed_by_run')")
    op.create_index("ix_breaks_live", "breaks", ["party", "pairing"], postgresql_where=live, sqlite_where=live)


def _break_entries() -> None:
    op.create_table(
        "break_entries",
        _text("break_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _number("at"),
        _text("action"),
        _text("actor", 128),
        _text("run", nullable=True),
        _text("second", 128, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["break_id"], ["breaks.id"], name=("fk_break_entries_break_id")),
        sa.PrimaryKeyConstraint("break_id", "number", name=("pk_break_entries")),
    )


def _break_repairs() -> None:
    op.create_table(
        "break_repairs",
        _text("id"),
        _text("break_id"),
        _text("code"),
        _text("state"),
        _text("asked_by", 128),
        _text("agreed_by", 128, nullable=True),
        _number("fen"),
        _text("reference", 64, nullable=True),
        _text("run", nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["break_id"], ["breaks.id"], name=("fk_break_repairs_break_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_break_repairs")),
    )
    op.create_index(("ix_break_repairs_break_id"), "break_repairs", ["break_id"], unique=False)
    active = sa.text("state IN ('awaiting_second', 'entered')")
    op.create_index(
        "uq_break_repairs_active",
        "break_repairs",
        ["break_id"],
        unique=True,
        postgresql_where=active,
        sqlite_where=active,
    )


def _run_repairs() -> None:
    op.create_table(
        "run_repairs",
        _text("run"),
        _text("repair"),
        sa.ForeignKeyConstraint(["run"], ["reconciliations.id"], name=("fk_run_repairs_run")),
        sa.ForeignKeyConstraint(["repair"], ["break_repairs.id"], name=("fk_run_repairs_repair")),
        sa.PrimaryKeyConstraint("run", "repair", name=("pk_run_repairs")),
    )
