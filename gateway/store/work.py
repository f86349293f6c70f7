"""Engines and units of work: one transaction each, every commit at a named point."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError

from gateway.errors import GatewayError
from gateway.points import passing
from gateway.ports import Now
from gateway.security.vault import Keyring
from gateway.store.prepared import Prepared, by_handle, changing, inserting, of_cases, raising

Kept = TypeVar("Kept")
Statement = Executable | Prepared

LOCK_WAIT_SECONDS = 2
_SQLITE_BUSY_SECONDS = 10
# What a case needs is found by keys. A plan that PostgreSQL makes and keeps while a table is new and small reads it
# whole, and goes on doing so when it has grown.
_WHOLE_TABLES = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")


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

    def run(self, statement: Statement, /, **values: Any) -> int:
        """Execute one writing statement; how many rows it touched."""
        if isinstance(statement, Prepared):
            return statement.run(self.connection, values)
        return int(self.connection.execute(statement, values or None).rowcount)

    def first(self, statement: Statement, kind: type[Kept], /, **values: Any) -> Kept | None:
        """The first row, or None. `kind` (gateway.store.rows) says what it holds."""
        return next(iter(self.all(statement, kind, **values)), None)

    def all(self, statement: Statement, kind: type[Kept], /, **values: Any) -> Sequence[Kept]:  # noqa: ARG002 - types the rows
        """Every row. `kind` (gateway.store.rows) says what each holds."""
        if isinstance(statement, Prepared):
            return statement.rows(self.connection, values)
        return cast("Sequence[Kept]", self.connection.execute(statement, values or None).all())

    def value(self, statement: Statement, /, **values: Any) -> Any:
        """The first column of the first row, or None."""
        row: Any = self.first(statement, tuple, **values)
        return None if row is None else row[0]

    def values(self, statement: Statement, /, **values: Any) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.all(statement, tuple, **values)]

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert one row; ClashError (from `work`) where its key is taken."""
        inserting(table, tuple(row), self.connection.dialect.name, unless_taken=False).run(self.connection, row)

    def put_new(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert one row unless its key is taken."""
        self.insert_new(table, row)

    def insert_new(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert one row unless its key is taken; whether it was free."""
        insert = inserting(table, tuple(row), self.connection.dialect.name, unless_taken=True)
        return insert.run(self.connection, row) == 1

    def change(self, table: Table, values: Mapping[str, Any], **key: Any) -> int:
        """Write new values into the row with this key; how many rows there were."""
        changed = {**values, **{f"key_{name}": value for name, value in key.items()}}
        return changing(table, tuple(values), tuple(key)).run(self.connection, changed)

    def of_case(self, table: Table, kind: type[Kept], case: str) -> Sequence[Kept]:  # noqa: ARG002 - types the rows
        """Every row of `table` that belongs to a case, in no order."""
        return of_cases(table).rows(self.connection, [case])

    def by_handle(self, table: Table, kind: type[Kept], handle: str) -> Kept | None:
        """The row of `table` with this handle."""
        return self.first(by_handle(table), kind, key=handle)

    def raised(self, table: Table, column: str, handle: str, **values: Any) -> int:
        """Raise a counter in the row with this handle and write other values beside it; the counter's new value."""
        return int(self.value(raising(table, column, tuple(values)), key=handle, **values))

    def standing(self, statement: Statement, kind: type[Kept], /, **values: Any) -> Kept | None:
        """As `first`, of what the database holds by now: what waits to be written is not looked at."""
        return self.first(statement, kind, **values)

    @property
    def memory(self) -> dict[Any, Any]:
        """What holds until the transaction ends, by a key of whoever noted it; this one remembers nothing."""
        return {}

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
        with transaction(self.engine) as connection:
            yield Tx(connection, self.keyring, self.now())
            passing(f"commit.{name}.before")
        passing(f"commit.{name}.after")

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A transaction that only reads and takes no lock."""
        with transaction(self.engine, reading=True) as connection:
            yield Tx(connection, self.keyring, self.now())

    @contextmanager
    def looking(self) -> Iterator[Tx]:
        """As `reading`, for statements that need none around them: on PostgreSQL each is sent and answered alone."""
        with transaction(self.engine, reading=True, alone=self.engine.dialect.name == "postgresql") as connection:
            yield Tx(connection, self.keyring, self.now())


@contextmanager
def transaction(engine: Engine, *, reading: bool = False, alone: bool = False) -> Iterator[Connection]:
    """One transaction, whose errors have names of ours (ClashError, LockTimeoutError, GatewayError `unavailable`).

    Where statements are sent `alone`, each is one.
    """
    try:
        with engine.connect() as connection:
            if alone:
                connection.execution_options(isolation_level="AUTOCOMMIT")
            elif reading:
                connection.execution_options(reading=True)
            try:
                with connection.begin():
                    yield connection
            except engine.dialect.loaded_dbapi.Error as problem:
                _give_up(engine, connection, problem)
                raise
    except DBAPIError as problem:
        raise _name_of(problem.orig or problem, engine) from problem
    except engine.dialect.loaded_dbapi.Error as problem:
        raise _name_of(problem, engine) from problem


def _give_up(engine: Engine, connection: Connection, problem: Exception) -> None:
    """Where the database has gone, no connection to it is of any use."""
    held = None if connection.invalidated else connection.connection.dbapi_connection
    if engine.dialect.is_disconnect(problem, held, None):  # type: ignore[arg-type]  # what the dialect of the driver takes
        connection.invalidate()
        engine.dispose(close=False)


def _name_of(problem: BaseException, engine: Engine) -> BaseException:
    driver, text = engine.dialect.loaded_dbapi, str(problem)
    if isinstance(problem, driver.IntegrityError):
        return ClashError(text)
    # SQLite says with the plain DatabaseError that the file is none of its own.
    if not isinstance(problem, (driver.OperationalError, driver.ProgrammingError)) and (
        type(problem) is not driver.DatabaseError
    ):
        return problem
    if "lock" in text:
        return LockTimeoutError(text)
    # Of a database or a user that does not exist, an OperationalError tells: tables would not help.
    if "no such table" in text or (isinstance(problem, driver.ProgrammingError) and "does not exist" in text):
        return GatewayError("unavailable", reason="the database lacks tables; run `python app.py migrate`")
    return GatewayError("unavailable", reason="the database does not answer")


def told_by_driver(problem: BaseException) -> str:
    """What the driver said of a failure that has a name of ours, in one line; "" where it said nothing."""
    cause = problem.__cause__
    if isinstance(cause, DBAPIError):
        cause = cause.orig
    of_driver = type(cause).__module__.partition(".")[0] in ("sqlite3", "psycopg")
    return str(cause).strip().partition("\n")[0] if of_driver else ""


def connect(url: str) -> Engine:
    """An engine for `url`: SQLite in WAL mode with every commit synced, or PostgreSQL with a bounded wait for locks."""
    if not url.startswith("sqlite"):
        # Older servers take a plan that does without a setting for dear, and would compile it.
        by_key = "".join(f" -c {name}=off" for name in (*_WHOLE_TABLES, "jit"))
        options = f"-c lock_timeout={LOCK_WAIT_SECONDS * 1000}{by_key}"
        # None is closed because it is one too many: to connect anew costs more than a leg.
        return create_engine(url, connect_args={"options": options}, pool_size=32, max_overflow=0, pool_pre_ping=False)
    engine = create_engine(url, connect_args={"timeout": _SQLITE_BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def over_whole_tables(connection: Connection) -> None:
    """Let the rest of this transaction read tables whole: for what goes through a day, a book or a journal."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(*(func.set_config(name, "on", True) for name in _WHOLE_TABLES)))  # noqa: FBT003 - until the transaction ends


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: BEGIN IMMEDIATE decides who writes before anything is read.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
