"""The fixtures every test may ask for."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness import network
from tests.harness.database import Databases, drop_templates
from tests.harness.ports import Ports, reserved_ports
from tests.harness.session import KEY, Shared

if TYPE_CHECKING:
    from gateway.rules.law import Law

network.install()

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    from gateway.store import migrate as newest

    newest(url)


@pytest.fixture(autouse=True)
def only_loopback() -> Iterator[None]:
    """Fail a test that wanted to leave the machine, also where the code under test swallowed the refusal."""
    before = len(network.refused)
    yield
    assert network.refused[before:] == []


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Shared:
    """The directory and the server of this test run."""
    return request.config.stash[KEY]


@pytest.fixture(scope="session")
def databases(shared: Shared) -> Iterator[Databases]:
    """The maker of databases, for tests that need several."""
    made = Databases(shared, migrate)
    yield made
    made.close()


@pytest.fixture
def sqlite_folder(shared: Shared) -> Iterator[Path]:
    """Where the SQLite databases of a test lie: with those of PostgreSQL, in memory where there is room."""
    with shared.folder("sqlite") as folder:
        yield folder


@pytest.fixture
def sqlite_url(databases: Databases, sqlite_folder: Path) -> str:
    """A fresh, migrated SQLite database."""
    return databases.sqlite(sqlite_folder)


@pytest.fixture
def postgresql_url(databases: Databases) -> Iterator[str]:
    """A migrated PostgreSQL database with nothing in it."""
    with databases.emptied() as url:
        yield url


@pytest.fixture
def empty_sqlite_url(databases: Databases, sqlite_folder: Path) -> str:
    """A fresh SQLite database with nothing in it, for tests of the migrations."""
    return databases.sqlite(sqlite_folder, migrated=False)


@pytest.fixture
def empty_postgresql_url(databases: Databases) -> Iterator[str]:
    """A fresh PostgreSQL database with nothing in it."""
    with databases.postgresql(migrated=False) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, empty database; the test runs once on each kind."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture(scope="session")
def demo_law() -> "Law":
    """The law of the demonstration: frozen, read once for each process of a run."""
    from gateway.mapping.rulebook import load_law

    return load_law(MAPPINGS, MAPPINGS / "demo-rules")


@pytest.fixture(scope="session")
def law(demo_law: "Law") -> "Law":
    """The law that a test goes by, where it has none of its own under this name."""
    return demo_law


@pytest.fixture(scope="module")
def one_engine() -> Iterator[None]:
    """One batch engine for what the tests of a module ask of it, as within a run: each would take 20 ms to start."""
    from gateway.batch.engine import standing

    with standing(Path(tempfile.gettempdir())):
        yield


@pytest.fixture
def free_ports() -> Iterator[Ports]:
    """Free loopback ports: `free_ports.take()`, as many as needed, nobody else's until the test ends."""
    with reserved_ports() as ports:
        yield ports


@pytest.fixture
def free_port(free_ports: Ports) -> int:
    """One free loopback port."""
    return free_ports.take()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave a given server as it was found."""
    if not hasattr(config, "workerinput"):
        drop_templates(config.stash[KEY])
