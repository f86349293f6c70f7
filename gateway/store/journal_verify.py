"""Verification of the whole journal: streams and seals, as rows pass by, without holding them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, Row, Select, Table, func, select, union_all

from gateway.store.journal_chain import START, record_hash, sha256
from gateway.store.journal_findings import UNREADABLE, Findings, ProblemKind, Report
from gateway.store.journal_outside import OutsideSeals
from gateway.store.journal_signers import Signers
from gateway.store.journal_tables import journal_records, journal_seal_heads
from gateway.store.journal_verify_seals import SealsCheck

_ROWS_AT_ONCE = 500


def verify(engine: Engine, key: Ed25519PublicKey, outside: Path, earlier: Sequence[Ed25519PublicKey] = ()) -> Report:
    """Check every record against its chain, every chain against the seals, the seals against the one kept in `outside`.

    `earlier`: the keys that signed before `key`, the latest first; each may sign until the next one has begun to.

    Finds change, removal (of the tail, of whole streams, of seals, by an older copy of everything), insertion and
    reordering. Needs no data key. Reads one snapshot, in memory that does not grow with the journal. What was written
    after the last seal is counted as `unsealed`; only its chain can be checked.
    """
    findings = Findings()
    # Outside first: the database may go on meanwhile, so it must have all that the file has, and not the reverse.
    seals = SealsCheck(Signers((key, *earlier)), OutsideSeals(outside), findings)
    with _snapshot(engine) as connection:
        seals.run(connection)
        for stream in _streams(connection):
            findings.streams += 1
            _StreamCheck(stream, findings).run(connection)
    return findings.report()


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    options: dict[str, Any] = {"reading": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _streams(connection: Connection) -> Iterator[str]:
    # Each name by itself, through the index; also those that only seals know any more.
    stream = None
    while True:
        names = (_names_after(table, stream) for table in (journal_records, journal_seal_heads))
        stream = connection.execute(select(func.min(union_all(*names).subquery().c.name))).scalar_one()
        if stream is None:
            return
        yield stream


def _names_after(table: Table, stream: str | None) -> Select[str]:
    least = select(func.min(table.c.stream).label("name"))
    return least if stream is None else least.where(table.c.stream > stream)


class _StreamCheck:
    """Walks along one stream; `_number` and `_hash` are those of the record before."""

    def __init__(self, stream: str, findings: Findings) -> None:
        self._stream = stream
        self._findings = findings
        self._number = 0
        self._hash = START

    def run(self, connection: Connection) -> None:
        """Check every record, and every sealed head where its record passes by."""
        try:
            self._walk(
                _rows(connection, journal_records, self._stream), _rows(connection, journal_seal_heads, self._stream)
            )
        except UNREADABLE as problem:
            self._add(
                "changed", self._number + 1, f"a value that cannot be read stands here ({type(problem).__name__})"
            )

    def _walk(self, records: Iterator[Row[Any]], heads: Iterator[Row[Any]]) -> None:
        head = next(heads, None)
        for record in records:
            while head is not None and head.number < record.number:
                head = next(heads, None)  # its record is missing, which is reported as a gap
            self._check(record)
            if head is None:
                self._findings.unsealed += 1
            elif head.number == record.number and head.hash != record.hash:
                self._add("changed", record.number, "the chain up to this record is not the one that was sealed")
        last = max((left.number for left in (head, *heads) if left is not None), default=0)
        if last > self._number:
            self._add(
                "removed", self._number + 1, f"the end of the stream is missing: records {self._number + 1} to {last}"
            )

    def _check(self, record: Row[Any]) -> None:
        self._findings.records += 1
        expected = self._number + 1
        if record.number < expected:
            self._add("inserted", record.number, "a stream begins with 1; this record was put before it")
            return
        if record.number > expected:
            self._add("removed", expected, f"records {expected} to {record.number - 1} are missing")
        elif record_hash(self._hash, (self._stream, record.number), record, sha256(record.ciphertext)) != record.hash:
            self._add(
                "changed", record.number, "this record or the one before was changed, exchanged or put in between"
            )
        self._number, self._hash = record.number, record.hash

    def _add(self, kind: ProblemKind, number: int, text: str) -> None:
        self._findings.add(kind, self._stream, number, text)


def _rows(connection: Connection, table: Table, stream: str) -> Iterator[Row[Any]]:
    mine = select(table).where(table.c.stream == stream).order_by(table.c.number)
    return iter(connection.execute(mine, execution_options={"yield_per": _ROWS_AT_ONCE}))
