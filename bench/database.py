"""The databases that are measured: an SQLite file, a PostgreSQL given by DATABASE_URL or started here, synced."""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.harness.postgres import running_cluster


@dataclass(frozen=True, slots=True)
class Server:
    """A database server. `database()` gives the address of a new, empty database; `pid` 0: not ours to look at."""

    name: str
    database: Callable[[], str]
    pid: int = 0


def sqlite(folder: Path) -> Server:
    """A new file in `folder` each time; the file's work is done in the gateway's own process."""
    return Server("SQLite", lambda: f"sqlite:///{folder / f'bench-{uuid.uuid4().hex}.db'}")


@contextmanager
def postgresql() -> Iterator[Server]:
    """The server of DATABASE_URL, or one of our own that syncs every commit as a real one does."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgresql"):
        with _databases(given) as new:
            yield Server("PostgreSQL", new)
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as parent:
        folder = Path(parent)
        folder.chmod(0o711)  # the server runs as another user where we are root
        with running_cluster(folder / "postgresql", durable=True) as cluster:
            pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
            with _databases(cluster.url()) as new:
                yield Server("PostgreSQL", new, pid)


@contextmanager
def _databases(server: str) -> Iterator[Callable[[], str]]:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def new() -> str:
        made.append(f"bench_{uuid.uuid4().hex}")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {made[-1]}"))
        return make_url(server).set(database=made[-1]).render_as_string(hide_password=False)

    try:
        yield new
    finally:
        with engine.connect() as connection:
            for name in made:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()


def written(database: str) -> int:
    """Transactions that wrote, ever: PostgreSQL numbers those and no others, and says so at once. SQLite: 0."""
    return _number(database, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text")


def committed(database: str) -> int:
    """pg_stat_database.xact_commit, reading ones included; up to ten seconds behind. SQLite: 0."""
    return _number(database, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")


def _number(database: str, question: str) -> int:
    if not database.startswith("postgresql"):
        return 0
    engine = create_engine(database)
    with engine.connect() as connection:
        answer = int(connection.execute(text(question)).scalar_one())
    engine.dispose()
    return answer
