"""A journal to write, seal, spoil and verify in tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, Table, select

from gateway.ports import Crossing
from gateway.security.vault import Keyring, create_keys
from gateway.store.columns import metadata
from gateway.store.journal import JournalWriter
from gateway.store.journal_findings import Report
from gateway.store.journal_sealer import Sealer
from gateway.store.journal_tables import JOURNAL_TABLES, journal_seal_heads, journal_seals
from gateway.store.journal_verify import verify
from gateway.store.work import connect

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A `Now` that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def crossing(body: bytes = b"<EnrolWorker/>", **changes: Any) -> Crossing:
    """An ordinary crossing with `changes`."""
    ordinary: dict[str, Any] = {
        "direction": "out",
        "party": "zhejiang",
        "message": "EnrolWorker",
        "media_type": "text/xml; charset=utf-8",
        "body": body,
        "at": START,
        "about": "leg_1",
        "person": "wrk_1",
    }
    return Crossing(**ordinary | changes)


@dataclass
class JournalUnderTest:
    """A database with the journal's tables, its keys, and the file for seals outside of it."""

    url: str
    directory: Path
    clock: Clock = field(default_factory=Clock)
    signing_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    engine: Engine = field(init=False)
    keys: Keyring = field(init=False)

    def __post_init__(self) -> None:
        self.engine = connect(self.url)
        metadata.create_all(self.engine, tables=JOURNAL_TABLES)
        create_keys(self.key_file)
        self.keys = Keyring.load(self.key_file)

    @property
    def key_file(self) -> Path:
        return self.directory / "keys" / "keys.json"

    @property
    def outside(self) -> Path:
        return self.directory / "seals.log"

    def writer(self, process: str = "gateway") -> JournalWriter:
        return JournalWriter(self.engine, self.keys, self.clock, process)

    def write(self, *bodies: bytes, process: str = "gateway", person: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Record in a new stream; the ids. `person`: whom each body is about, where it is not everybody's "wrk_1"."""
        writer = self.writer(process)
        whom = person or ("wrk_1",) * len(bodies)
        ids = tuple(writer.record(crossing(body, person=one)) for body, one in zip(bodies, whom, strict=True))
        writer.close()
        return ids

    def sealer(self, outside: Path | None = None) -> Sealer:
        return Sealer(self.engine, self.signing_key, self.clock, outside or self.outside)

    def seal(self) -> int | None:
        return self.sealer().seal()

    def verify(self) -> Report:
        return verify(self.engine, self.signing_key.public_key(), self.outside)

    def kinds(self) -> set[str]:
        """The kinds of problem that verification finds."""
        return {problem.kind for problem in self.verify().problems}

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [row._asdict() for row in connection.execute(select(table).order_by(*table.primary_key))]

    def change(self, table: Table, row: Mapping[str, Any], **values: Any) -> None:
        """Do what no code of ours does: change one row in place."""
        with self.engine.connect() as connection, connection.begin():
            done = connection.execute(table.update().where(*_key(table, row)).values(**values))
            assert done.rowcount == 1

    def delete(self, table: Table, *rows: Mapping[str, Any]) -> None:
        with self.engine.connect() as connection, connection.begin():
            for row in rows:
                assert connection.execute(table.delete().where(*_key(table, row))).rowcount == 1

    def insert(self, table: Table, *rows: Mapping[str, Any]) -> None:
        with self.engine.connect() as connection, connection.begin():
            connection.execute(table.insert(), [dict(row) for row in rows])

    def copy(self) -> dict[Table, list[dict[str, Any]]]:
        return {table: self.rows(table) for table in JOURNAL_TABLES}

    def put_back(self, copy: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
        """Make the whole database what it was when `copy` was taken."""
        with self.engine.connect() as connection, connection.begin():
            for table in reversed(JOURNAL_TABLES):
                connection.execute(table.delete())
            for table in JOURNAL_TABLES:
                if copy[table]:
                    connection.execute(table.insert(), [dict(row) for row in copy[table]])


@contextmanager
def journal_at(url: str, directory: Path) -> Iterator[JournalUnderTest]:
    """A journal whose connections are closed in the end."""
    journal = JournalUnderTest(url, directory)
    try:
        yield journal
    finally:
        journal.engine.dispose()


@contextmanager
def sealed_journal_at(url: str, directory: Path) -> Iterator[JournalUnderTest]:
    """A journal of two streams with five records each, all sealed, by three seals."""
    with journal_at(url, directory) as journal:
        first, second = journal.writer(), journal.writer("worker")
        for number in range(1, 6):
            first.record(crossing(b"first %d" % number))
            second.record(crossing(b"second %d" % number))
            if number not in {2, 4}:
                journal.seal()
        first.close()
        second.close()
        yield journal


@contextmanager
def put_back(journal: JournalUnderTest) -> Iterator[None]:
    """Undo what the block did to the database; cheaper than a new database for each of many cases."""
    before = journal.copy()
    try:
        yield
    finally:
        journal.put_back(before)


def remove_seals(journal: JournalUnderTest, keep: Callable[[int], bool]) -> None:
    """Remove the seals whose numbers `keep` does not want, with their heads."""
    journal.delete(journal_seal_heads, *(row for row in journal.rows(journal_seal_heads) if not keep(row["seal"])))
    journal.delete(journal_seals, *(row for row in journal.rows(journal_seals) if not keep(row["number"])))


def _key(table: Table, row: Mapping[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]
