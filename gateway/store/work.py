"""Engines and units of work: one transaction each, every commit at a named point."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from gateway.errors import GatewayError
from gateway.points import passing
from gateway.ports import Now
from gateway.security.vault import Keyring

Kept = TypeVar("Kept")
Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

LOCK_WAIT_SECONDS = 2
_SQLITE_BUSY_SECONDS = 10


class ClashError(Exception):
    """Two writers wanted the same unique row, and the other one has it."""


class LockTimeoutError(Exception):
    """Another transaction held a row for longer than LOCK_WAIT_SECONDS."""


@dataclass(frozen=True, slots=True)
class Tx:
    """One open transaction: what the verbs of the store are given."""

    connection: Connection
    keyring: Keyring
    now: datetime

    def run(self, statement: Executable, rows: Rows = None) -> int:
        """Execute one writing statement (many rows: one round trip where the driver can); how many rows it touched."""
        return int(self.connection.execute(statement, rows).rowcount)

    def first(self, statement: Executable, kind: type[Kept]) -> Kept | None:  # noqa: ARG002 - types the row
        """The first row, or None. `kind` (gateway.store.rows) says what it holds."""
        return cast("Kept | None", self.connection.execute(statement).first())

    def all(self, statement: Executable, kind: type[Kept]) -> Sequence[Kept]:  # noqa: ARG002 - types the rows
        """Every row. `kind` (gateway.store.rows) says what each holds."""
        return cast("Sequence[Kept]", self.connection.execute(statement).all())

    def value(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return self.connection.execute(statement).scalar()

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert one row; ClashError (from `work`) where its key is taken."""
        self.connection.execute(table.insert(), row)

    def put_new(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert one row unless its key is taken."""
        self.insert_new(table, [row])

    def insert_new(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert the rows whose keys are free; how many were."""
        insert = postgresql.insert if self.is_postgresql else sqlite.insert
        # Without the option the count of an INSERT is not kept.
        statement = insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return self.run(statement, rows)

    @property
    def is_postgresql(self) -> bool:
        """Whether rows can be locked one by one."""
        return self.connection.dialect.name == "postgresql"

    def seal(self, plain: bytes | str, context: str) -> bytes:
        """Encrypt for a `sealed` column; `context` binds the value to its place."""
        return self.keyring.seal(plain.encode() if isinstance(plain, str) else plain, context)

    def open(self, blob: bytes, context: str) -> bytes:
        """What `seal` encrypted."""
        return self.keyring.open(blob, context)


@dataclass(frozen=True, slots=True)
class Store:
    """The database with the keys to what is sealed in it."""

    engine: Engine
    keyring: Keyring
    now: Now

    @contextmanager
    def work(self, name: str) -> Iterator[Tx]:
        """A writing transaction between the points `commit.<name>.before` and `.after`; ClashError: a key is taken."""
        try:
            with self.engine.connect() as connection, connection.begin():
                yield Tx(connection, self.keyring, self.now())
                passing(f"commit.{name}.before")
        except IntegrityError as problem:
            raise ClashError(str(problem.orig)) from problem
        except (OperationalError, ProgrammingError) as problem:
            raise _operational(problem) from problem
        passing(f"commit.{name}.after")

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A transaction that only reads and takes no lock."""
        try:
            with self.engine.connect().execution_options(reading=True) as connection, connection.begin():
                yield Tx(connection, self.keyring, self.now())
        except (OperationalError, ProgrammingError) as problem:
            raise _operational(problem) from problem


def _operational(problem: DBAPIError) -> Exception:
    text = str(problem.orig)
    if "lock" in text:
        return LockTimeoutError(text)
    if "no such table" in text or "does not exist" in text:
        return GatewayError("unavailable", reason="the database lacks tables; run `python app.py migrate`")
    return GatewayError("unavailable", reason="the database does not answer")


def connect(url: str) -> Engine:
    """An engine for `url`: SQLite in WAL mode with every commit synced, or PostgreSQL with a bounded wait for locks."""
    if not url.startswith("sqlite"):
        options = f"-c lock_timeout={LOCK_WAIT_SECONDS * 1000}"
        return create_engine(url, connect_args={"options": options}, pool_size=16, max_overflow=16, pool_pre_ping=False)
    engine = create_engine(url, connect_args={"timeout": _SQLITE_BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: BEGIN IMMEDIATE decides who writes before anything is read.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
