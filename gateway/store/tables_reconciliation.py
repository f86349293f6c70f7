"""The tables of reconciliation: exported partitions, runs with their totals, what is in transit, breaks, their history.

Rows of breaks name people's payments and are sealed; what is counted, summed and looked for stands in the open.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from gateway.store.columns import code, handle, instant, metadata

_STANDING = "state = 'done'"
_LIVE = "state NOT IN ('resolved', 'closed_by_run')"


def _day(name: str, *, primary: bool = False, nullable: bool = False) -> Column[str]:
    """A column for a day, ISO."""
    return Column(name, String(10), primary_key=primary, nullable=nullable)


def _number(name: str) -> Column[int]:
    """A column for a count or an amount in fen."""
    return Column(name, BigInteger, nullable=False)


ledger_partitions = Table(
    "ledger_partitions",
    metadata,
    code("book", primary=True),
    code("party", 64, primary=True),
    _day("day", primary=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _number("count"),
    _number("fen"),
    Column("sha256", String(64), nullable=False),
    instant("created_at"),
)

reconciliations = Table(
    "reconciliations",
    metadata,
    handle("id", primary=True),
    code("party", 64),
    code("pairing"),
    _day("day"),
    _day("since"),
    Column("number", Integer, nullable=False),
    code("state"),
    Column("fingerprint", String(64), nullable=False),
    Column("previous", String(40), nullable=True),
    *(_number(f"{side}_{what}") for side in ("here", "there") for what in ("count", "fen")),
    Column("error", String(64), nullable=True),
    Column("reason", LargeBinary, nullable=True),
    instant("claimed_until", nullable=True),
    instant("created_at"),
    instant("done_at", nullable=True),
    Index("uq_reconciliations_number", "party", "pairing", "day", "number", unique=True),
    Index(
        "uq_reconciliations_standing",
        "party",
        "pairing",
        "day",
        unique=True,
        postgresql_where=text(_STANDING),
        sqlite_where=text(_STANDING),
    ),
)

_WHOLE = ("whole", "matched", "transit", "broken")

tallies = Table(
    "tallies",
    metadata,
    Column("run", String(40), ForeignKey("reconciliations.id"), primary_key=True),
    code("side", primary=True),
    _day("day", primary=True),
    code("region", 6, primary=True),
    code("fund", primary=True),
    Column("adjustment", Boolean, primary_key=True),
    *(_number(f"{part}_{what}") for part in _WHOLE for what in ("count", "fen")),
)

in_transit = Table(
    "in_transit",
    metadata,
    Column("run", String(40), ForeignKey("reconciliations.id"), primary_key=True),
    code("side", primary=True),
    _day("day", primary=True),
    _day("expected_on", primary=True),
    code("region", 6, primary=True),
    code("fund", primary=True),
    Column("adjustment", Boolean, primary_key=True),
    _number("count"),
    _number("fen"),
)

breaks = Table(
    "breaks",
    metadata,
    handle("id", primary=True),
    code("party", 64),
    code("pairing"),
    Column("group_blind", LargeBinary(32), nullable=False),
    code("kind"),
    code("flags", 256),
    code("state"),
    *(_number(f"{side}_{what}") for side in ("here", "there") for what in ("count", "fen")),
    code("region", 6),
    code("fund"),
    _day("day"),
    _day("first_seen"),
    _day("last_seen"),
    Column("first_run", String(40), ForeignKey("reconciliations.id"), nullable=False),
    Column("last_run", String(40), ForeignKey("reconciliations.id"), nullable=False, index=True),
    code("owner", 64),
    _day("due_on"),
    code("repair"),
    Column("claimed_by", String(128), nullable=True),
    Column("resolution", String(40), nullable=True),
    Column("resolved_by", String(128), nullable=True),
    Column("agreed_by", String(128), nullable=True),
    Column("waits_for", String(64), nullable=True),
    Column("waits_until", String(10), nullable=True),
    Column("entries", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    instant("created_at"),
    instant("updated_at"),
    Index("uq_breaks_group", "party", "pairing", "group_blind", unique=True),
    Index("ix_breaks_state_due_on", "state", "due_on"),
    Index("ix_breaks_live", "party", "pairing", postgresql_where=text(_LIVE), sqlite_where=text(_LIVE)),
)

break_entries = Table(
    "break_entries",
    metadata,
    Column("break_id", String(40), ForeignKey("breaks.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    instant("at"),
    code("action"),
    code("actor", 128),
    Column("run", String(40), nullable=True),
    Column("second", String(128), nullable=True),
    Column("sealed", LargeBinary, nullable=True),
)

_ACTIVE = "state IN ('awaiting_second', 'entered')"

break_repairs = Table(
    "break_repairs",
    metadata,
    handle("id", primary=True),
    Column("break_id", String(40), ForeignKey("breaks.id"), nullable=False, index=True),
    code("code"),
    code("state"),
    code("asked_by", 128),
    Column("agreed_by", String(128), nullable=True),
    _number("fen"),
    Column("reference", String(64), nullable=True),
    Column("run", String(40), nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    instant("created_at"),
    instant("updated_at"),
    Index(
        "uq_break_repairs_active",
        "break_id",
        unique=True,
        postgresql_where=text(_ACTIVE),
        sqlite_where=text(_ACTIVE),
    ),
)

run_repairs = Table(
    "run_repairs",
    metadata,
    Column("run", String(40), ForeignKey("reconciliations.id"), primary_key=True),
    Column("repair", String(40), ForeignKey("break_repairs.id"), primary_key=True),
)

run_steps = Table(
    "run_steps",
    metadata,
    Column("run", String(40), ForeignKey("reconciliations.id"), primary_key=True),
    code("step", primary=True),
    _number("rows"),
    Column("files", Text, nullable=False),
    instant("at"),
)

statement_partitions = Table(
    "statement_partitions",
    metadata,
    Column("statement", String(40), ForeignKey("statements.id"), primary_key=True),
    code("book", primary=True),
    _number("count"),
    _number("fen"),
    Column("sha256", String(64), nullable=False),
    instant("created_at"),
)
