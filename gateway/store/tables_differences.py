"""The tables of what bureaus are told of differences, and of what they answer; bytes and words of both are sealed."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from gateway.store.columns import code, handle, index_where, instant, metadata

_WAITING = "state IN ('waiting', 'sending')"

difference_files = Table(
    "difference_files",
    metadata,
    handle("id", primary=True),
    Column("run", String(40), ForeignKey("reconciliations.id"), nullable=False),
    code("party", 64),
    code("pairing"),
    Column("day", String(10), nullable=False),
    Column("sequence", Integer, nullable=False),
    code("state"),
    code("way"),
    code("name", 128),
    Column("count", BigInteger, nullable=False),
    Column("our_fen", BigInteger, nullable=False),
    Column("their_fen", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("due_at", nullable=True),
    Column("error", String(64), nullable=True),
    Column("acknowledgement", LargeBinary, nullable=True),
    instant("created_at"),
    instant("sent_at", nullable=True),
    Index("uq_difference_files_run", "run", unique=True),
    Index("ix_difference_files_party_day", "party", "day"),
    index_where("ix_difference_files_waiting", "due_at", where=_WAITING),
)

difference_answers = Table(
    "difference_answers",
    metadata,
    handle("id", primary=True),
    code("party", 64),
    Column("sha256", String(64), nullable=False),
    Column("file", String(40), ForeignKey("difference_files.id"), nullable=True),
    code("state"),
    code("way"),
    Column("count", BigInteger, nullable=False),
    Column("agreed", BigInteger, nullable=False),
    Column("faults", LargeBinary, nullable=True),
    Column("body", LargeBinary, nullable=False),
    instant("created_at"),
    Index("uq_difference_answers_party_sha256", "party", "sha256", unique=True),
)
