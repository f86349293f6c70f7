"""PostgreSQL databases for one test after the other: a copy of the template costs twenty times what emptying one does.

Between two tests everybody else is thrown out, the database gets another name, so that nobody of the test before finds
it again, and every row goes. One whose schema a test has changed is not given to another.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

# Deleted rows still take room; after so many tests a new copy is the better bargain.
MOST_USES = 40
_KEPT_ROWS = "alembic_version"
_THROW_OUT = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s ORDER BY tablename"
# Whatever is defined: where it was written last. Rows, their order and what is known of them do not count.
_SHAPE = """
    SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM (
        SELECT concat('class ', oid, relname) FROM pg_class WHERE oid >= 16384 AND relkind <> 't'
        UNION ALL SELECT concat('column ', attrelid, attname, xmin) FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT concat('trigger ', oid, tgenabled) FROM pg_trigger
        UNION ALL SELECT concat('constraint ', oid, conname) FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT concat('routine ', oid, xmin) FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT concat('setting ', setconfig) FROM pg_db_role_setting AS made
            JOIN pg_database ON pg_database.oid = made.setdatabase WHERE datname = current_database()
    ) AS lines (line)
"""


def plain(url: URL) -> str:
    """The URL as libpq reads it, secrets included."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@dataclass(frozen=True)
class Copy:
    """A database with the schema of the template. `uses`: by how many tests."""

    name: str
    uses: int = 0


class Copies:
    """The copies of one template that one process has in use. `make` and `drop` a database by its name."""

    def __init__(
        self, server: URL, names: Iterator[str], make: Callable[[str], None], drop: Callable[[str], None]
    ) -> None:
        self._server = server
        self._names = names
        self._make = make
        self._drop = drop
        self._idle: list[Copy] = []
        self._shape = ""

    @contextmanager
    def one(self) -> Iterator[URL]:
        """A copy without a row, until the block ends."""
        copy = self._idle.pop() if self._idle else self._made()
        try:
            yield self._server.set(database=copy.name)
        finally:
            self._take_back(copy)

    def close(self) -> None:
        """Drop what is kept for later tests."""
        while self._idle:
            self._drop(self._idle.pop().name)

    def _made(self) -> Copy:
        copy = Copy(next(self._names))
        self._make(copy.name)
        with self._connected(copy) as connection:
            self._shape = self._shape or shape(connection)
        return copy

    def _take_back(self, copy: Copy) -> None:
        again = Copy(next(self._names), copy.uses + 1)
        if again.uses == MOST_USES:
            self._drop(copy.name)
            return
        rename(self._server, copy.name, again.name)
        with self._connected(again) as connection:
            unchanged = shape(connection) == self._shape
            if unchanged:
                empty(connection)
        if unchanged:
            self._idle.append(again)
        else:
            self._drop(again.name)

    def _connected(self, copy: Copy) -> "psycopg.Connection[Any]":
        return psycopg.connect(plain(self._server.set(database=copy.name)))


def shape(connection: "psycopg.Connection[Any]") -> str:
    """What tells a schema from one that has been changed."""
    ((found,),) = connection.execute(_SHAPE).fetchall()
    return str(found)


def rename(server: URL, name: str, again: str) -> None:
    """Throw everybody out of a database, and call it something else."""
    new_name = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(again))
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(_THROW_OUT, [name])
        connection.execute(new_name)


def empty(connection: "psycopg.Connection[Any]") -> None:
    """Delete every row, in one statement: foreign keys are checked at its end, so no order of tables is needed."""
    tables = [sql.Identifier(name) for (name,) in connection.execute(_TABLES, [_KEPT_ROWS])]
    deletes = [sql.SQL("d{} AS (DELETE FROM {})").format(sql.Literal(n), table) for n, table in enumerate(tables)]
    connection.execute(sql.SQL("WITH {} SELECT").format(sql.SQL(", ").join(deletes)))
