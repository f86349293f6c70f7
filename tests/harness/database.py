"""Fresh databases, migrated once per run and copied for each test: a file on SQLite, a template on PostgreSQL."""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.harness.locks import held
from tests.harness.reuse import Copies, plain
from tests.harness.session import Shared

Migrate = Callable[[str], None]
FIRST_WITH_STRATEGIES = 15_00_00


def sqlite_url_of(path: Path) -> str:
    """The SQLAlchemy URL of an SQLite file."""
    return f"sqlite:///{path.absolute()}"


class Databases:
    """Makes databases for one process of a test run.

    `migrate` brings the database at a URL to the newest schema and closes its connections. `label` tells apart the
    templates of different migrations within one run.
    """

    def __init__(self, shared: Shared, migrate: Migrate, label: str = "schema") -> None:
        self._shared = shared
        self._migrate = migrate
        self._label = label
        self._numbers = itertools.count()
        self._copies: Copies | None = None

    def sqlite(self, directory: Path, *, migrated: bool = True) -> str:
        """The URL of a new SQLite file in `directory`."""
        path = directory / f"gateway-{next(self._numbers)}.sqlite"
        if migrated:
            shutil.copyfile(self._sqlite_template(), path)
        return sqlite_url_of(path)

    @contextmanager
    def postgresql(self, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a new database on the shared server; it is dropped afterwards, whoever is still connected."""
        server = make_url(self._shared.server_url())
        template = self._postgresql_template(server) if migrated else "template0"
        name = next(self._names())
        _copy(server, template, name)
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            _drop(server, name)

    @contextmanager
    def emptied(self) -> Iterator[str]:
        """The URL of a migrated database without a row, which another test may have used under another name."""
        if self._copies is None:
            server = make_url(self._shared.server_url())
            template = self._postgresql_template(server)
            self._copies = Copies(server, self._names(), partial(_copy, server, template), partial(_drop, server))
        with self._copies.one() as url:
            yield url.render_as_string(hide_password=False)

    def close(self) -> None:
        """Drop what was kept for later tests."""
        if self._copies is not None:
            self._copies.close()

    def _names(self) -> Iterator[str]:
        while True:
            yield f"t_{self._shared.name}_{self._label}_{os.getpid()}_{next(self._numbers)}"

    def _sqlite_template(self) -> Path:
        template = self._shared.root / f"{self._label}.sqlite"
        with held(template.with_suffix(".lock")):
            if not template.exists():
                made = template.with_suffix(".new")
                self._migrate(sqlite_url_of(made))
                _into_one_file(made, template)
        return template

    def _postgresql_template(self, server: URL) -> str:
        name = f"t_{self._shared.name}_{self._label}"
        done = self._shared.root / f"{self._label}.postgresql"
        with held(done.with_suffix(".postgresql.lock")):
            if not done.exists():
                _execute(server, "DROP DATABASE IF EXISTS {}", name)
                _execute(server, "CREATE DATABASE {} TEMPLATE template0", name)
                self._migrate(server.set(database=name).render_as_string(hide_password=False))
                _execute(server, "ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", name)
                done.touch()
        return name


def _into_one_file(source: Path, target: Path) -> None:
    """Copy a database that may have its newest pages in a write-ahead log into one file without a log."""
    partial = target.with_suffix(".partial")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(partial)) as new:
        old.backup(new)
    partial.replace(target)


def _copy(server: URL, template: str, name: str) -> None:
    # Copying files takes a quarter of the time of copying through the log, the default where there is a choice.
    with psycopg.connect(plain(server), autocommit=True) as connection:
        strategy = "STRATEGY FILE_COPY" if connection.info.server_version >= FIRST_WITH_STRATEGIES else ""
    _execute(server, f"CREATE DATABASE {{}} TEMPLATE {{}} {strategy}", name, template)


def _execute(server: URL, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _drop(server: URL, name: str) -> None:
    _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def drop_templates(shared: Shared) -> None:
    """Take the templates of this run off a server that stands longer than the run."""
    if shared.given is None:
        return
    server = make_url(shared.given)
    for done in shared.root.glob("*.postgresql"):
        _drop(server, f"t_{shared.name}_{done.stem}")
