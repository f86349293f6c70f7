"""The tables, except the journal's own. Personal content is sealed, and so is every free text: parties quote people."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.store.columns import code, handle, index_where, instant, metadata

persons = Table("persons", metadata, handle("id", primary=True), instant("created_at"))

person_identifiers = Table(
    "person_identifiers",
    metadata,
    Column("blind", LargeBinary(32), primary_key=True),
    Column("person", String(40), ForeignKey("persons.id"), nullable=False, index=True),
    code("id_type"),
    Column("sealed", LargeBinary, nullable=False),
    instant("valid_from"),
    instant("valid_to", nullable=True),
)

person_names = Table(
    "person_names",
    metadata,
    Column("person", String(40), ForeignKey("persons.id"), primary_key=True),
    Column("blind", LargeBinary(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    instant("valid_from"),
)

local_numbers = Table(
    "local_numbers",
    metadata,
    Column("person", String(40), ForeignKey("persons.id"), primary_key=True),
    code("party", 64, primary=True),
    Column("sealed", LargeBinary, nullable=False),
    instant("learned_at"),
)

cases = Table(
    "cases",
    metadata,
    handle("id", primary=True),
    code("kind"),
    code("client", 64),
    Column("person", String(40), ForeignKey("persons.id"), nullable=False, index=True),
    code("status"),
    Column("sealed", LargeBinary, nullable=False),
    code("rules", 64),
    Column("origin", String(40), nullable=True),
    Column("events", Integer, nullable=False, default=0),
    instant("created_at"),
    instant("updated_at"),
    Index("ix_cases_status_updated_at", "status", "updated_at"),
)

case_views = Table(
    "case_views",
    metadata,
    handle("id", primary=True),
    Column("case", String(40), ForeignKey("cases.id"), nullable=False, index=True),
    code("client", 64),
    instant("created_at"),
    UniqueConstraint("case", "client"),
    Index("ix_case_views_client_id", "client", "id"),
)

case_items = Table(
    "case_items",
    metadata,
    Column("case", String(40), ForeignKey("cases.id"), primary_key=True),
    code("insurance", primary=True),
    code("status"),
    Column("start", Integer, nullable=False),
    code("province", 64),
    code("tax", 64),
    code("assessor"),
    Column("determination", Text, nullable=False),
    instant("hold_until", nullable=True),
    Column("unverified", Boolean, nullable=False, default=False),
    Column("withdrawing", Boolean, nullable=False, default=False),
    Column("acceptance_number", String(64), nullable=True),
    Column("registration_number", String(64), nullable=True),
    Column("notice_number", String(64), nullable=True),
    Column("cover_from", String(10), nullable=True),
    Column("reason", LargeBinary, nullable=True),
    index_where("ix_case_items_acceptance_number", "acceptance_number", where="acceptance_number IS NOT NULL"),
)

reservations = Table(
    "reservations",
    metadata,
    Column("person", String(40), ForeignKey("persons.id"), primary_key=True),
    code("insurance", primary=True),
    Column("month", Integer, primary_key=True),
    Column("case", String(40), ForeignKey("cases.id"), nullable=False, index=True),
)

legs = Table(
    "legs",
    metadata,
    handle("id", primary=True),
    Column("case", String(40), ForeignKey("cases.id"), nullable=False),
    code("party", 64),
    code("message"),
    code("insurance"),
    Column("occurrence", Integer, nullable=False),
    code("state"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("inquiries", Integer, nullable=False, default=0),
    Column("fencing", Integer, nullable=False, default=0),
    instant("due_at", nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("reply", LargeBinary, nullable=True),
    Column("reason", LargeBinary, nullable=True),
    instant("created_at"),
    instant("updated_at"),
    UniqueConstraint("case", "party", "message", "insurance", "occurrence"),
    index_where("ix_legs_party_due_at", "party", "due_at", where="due_at IS NOT NULL"),
    index_where("ix_legs_stuck", "state", where="state IN ('held', 'uncertain', 'needs_person')"),
)

leg_memory = Table(
    "leg_memory",
    metadata,
    Column("leg", String(40), ForeignKey("legs.id"), primary_key=True),
    code("key", 64, primary=True),
    Column("sealed", LargeBinary, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("case", String(40), ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    instant("at"),
    code("code", 64),
    Column("params", LargeBinary, nullable=False),
)

levies = Table(
    "levies",
    metadata,
    handle("id", primary=True),
    Column("case", String(40), ForeignKey("cases.id"), nullable=False, index=True),
    code("insurance"),
    code("tax", 64),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("fen", BigInteger, nullable=False),
    code("due", 10),
    code("payable_until", 10),
    code("state"),
    Column("content", Text, nullable=False),
    Column("levy_number", String(64), nullable=True),
    Column("notice_number", String(64), nullable=True),
    Column("tax_person_number", String(64), nullable=True),
    Column("assessed_fen", BigInteger, nullable=True),
    Column("voucher_number", String(64), nullable=True),
    Column("paid_fen", BigInteger, nullable=True),
    Column("paid_on", String(10), nullable=True),
    Column("treasury_on", String(10), nullable=True),
    Column("accounting_month", Integer, nullable=True),
    Column("trace_number", String(64), nullable=True),
    Column("changes", Integer, nullable=False, default=0),
    Column("reversals", Integer, nullable=False, default=0),
    Column("provisional", Boolean, nullable=False, default=False),
    Column("rules", String(64), nullable=True),
    instant("updated_at"),
    index_where("ix_levies_provisional", "case", where="provisional"),
    index_where("ix_levies_tax_levy_number", "tax", "levy_number", where="levy_number IS NOT NULL"),
    index_where("ix_levies_tax_notice_number", "tax", "notice_number", where="notice_number IS NOT NULL"),
    Index("ix_levies_state_due", "state", "due"),
)

receipts = Table(
    "receipts",
    metadata,
    code("party", 64, primary=True),
    code("natural_key", 128, primary=True),
    Column("levy", String(40), nullable=True),
    Column("levy_number", String(64), nullable=True),
    Column("notice_number", String(64), nullable=True),
    Column("content_blind", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("insurance", String(40), nullable=True),
    Column("first", Integer, nullable=True),
    Column("last", Integer, nullable=True),
    Column("fen", BigInteger, nullable=True),
    Column("late_fee", BigInteger, nullable=True),
    Column("interest", BigInteger, nullable=True),
    Column("told_month", Integer, nullable=True),
    Column("accounting_month", Integer, nullable=True),
    Column("collected_on", String(10), nullable=True),
    Column("treasury_on", String(10), nullable=True),
    Column("trace_number", String(64), nullable=True),
    Column("state", String(40), nullable=True),
    instant("taken_at"),
    Index("ix_receipts_levy", "levy"),
    Index("ix_receipts_party_taken_at", "party", "taken_at"),
    Index("ix_receipts_party_notice_number", "party", "notice_number"),
    Index("ix_receipts_party_levy_number", "party", "levy_number"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("blind", LargeBinary(32), primary_key=True),
    code("client", 64),
    Column("sealed_request", LargeBinary, nullable=False),
    Column("sealed_answer", LargeBinary, nullable=True),
    Column("status", Integer, nullable=True),
    instant("created_at"),
    instant("expires_at"),
    Index("ix_idempotency_expires_at", "expires_at"),
)

parties = Table(
    "parties", metadata, code("id", 64, primary=True), Column("paused", Boolean, nullable=False), instant("at")
)

sessions = Table(
    "sessions",
    metadata,
    code("party", 64, primary=True),
    code("key", 64, primary=True),
    Column("sealed", LargeBinary, nullable=False),
    instant("expires_at"),
)

firings = Table(
    "firings",
    metadata,
    code("job", 64, primary=True),
    Column("due", BigInteger, primary_key=True),
    instant("claimed_until", nullable=True),
    instant("done_at", nullable=True),
)

replays = Table("replays", metadata, code("key", 128, primary=True), instant("until"))
