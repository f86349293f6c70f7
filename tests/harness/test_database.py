from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.harness.database import Databases
from tests.harness.session import Shared, given_postgresql


def write_one_row(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA journal_mode=WAL"))
        connection.execute(text("CREATE TABLE kept (value TEXT PRIMARY KEY)"))
        connection.execute(text("INSERT INTO kept VALUES ('migrated')"))
    engine.dispose()


def rows(url: str) -> list[str]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return list(connection.execute(text("SELECT value FROM kept ORDER BY value")).scalars())


def add(url: str, value: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text("INSERT INTO kept VALUES (:value)"), {"value": value})


@pytest.fixture
def made(shared: Shared) -> Databases:
    return Databases(shared, write_one_row, label="harness")


def test_a_fresh_sqlite_database_holds_what_the_migration_made_and_nothing_of_another_test(
    made: Databases, tmp_path: Path
) -> None:
    first, second = made.sqlite(tmp_path), made.sqlite(tmp_path)
    add(first, "of the first")
    assert rows(first) == ["migrated", "of the first"]
    assert rows(second) == ["migrated"]


def test_a_fresh_postgresql_database_holds_what_the_migration_made_and_nothing_of_another_test(made: Databases) -> None:
    with made.postgresql() as first, made.postgresql() as second:
        add(first, "of the first")
        assert rows(first) == ["migrated", "of the first"]
        assert rows(second) == ["migrated"]


def test_the_migration_runs_once_for_many_databases(shared: Shared, tmp_path: Path) -> None:
    migrated: list[str] = []

    def counting(url: str) -> None:
        migrated.append(url)
        write_one_row(url)

    made = Databases(shared, counting, label=f"counted_{tmp_path.name.replace('-', '_')[:20]}")
    for _ in range(3):
        made.sqlite(tmp_path)
        with made.postgresql():
            pass
    assert [make_url(url).get_backend_name() for url in migrated] == ["sqlite", "postgresql"]


def test_a_postgresql_database_is_gone_after_its_test_although_somebody_is_still_connected(
    made: Databases, shared: Shared
) -> None:
    with made.postgresql() as url:
        name = make_url(url).database
        forgotten = create_engine(url, poolclass=NullPool).connect()
    with create_engine(shared.server_url(), poolclass=NullPool).connect() as server:
        query = text("SELECT count(*) FROM pg_database WHERE datname = :name")
        assert server.execute(query, {"name": name}).scalar_one() == 0
    forgotten.invalidate()
    forgotten.close()


def test_a_database_that_is_used_again_has_the_schema_and_neither_the_rows_nor_the_users_of_the_test_before(
    made: Databases,
) -> None:
    with made.emptied() as first:
        add(first, "of the first")
        forgotten = create_engine(first).connect()
    with made.emptied() as second:
        assert rows(second) == []
        with pytest.raises(OperationalError):
            rows(first)
        with pytest.raises(OperationalError):
            forgotten.execute(text("SELECT 1"))
        add(second, "of the second")
    forgotten.invalidate()
    forgotten.close()
    made.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE kept ADD COLUMN more TEXT",
        "ALTER TABLE kept ALTER COLUMN value SET DEFAULT 'more'",
        "CREATE INDEX more ON kept (value)",
        "DROP TABLE kept",
    ],
)
def test_a_database_whose_schema_a_test_has_changed_is_not_used_again(made: Databases, change: str) -> None:
    with made.emptied() as first, create_engine(first, poolclass=NullPool).begin() as connection:
        connection.execute(text(change))
    with made.emptied() as second:
        columns = inspect(create_engine(second, poolclass=NullPool)).get_columns("kept")
        indexes = inspect(create_engine(second, poolclass=NullPool)).get_indexes("kept")
    assert [(column["name"], column["default"]) for column in columns] == [("value", None)]
    assert indexes == []
    made.close()


def test_an_empty_database_is_empty_on_both_kinds(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == []


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_a_given_postgresql_is_used_and_taken_out_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://somebody@127.0.0.1/database")
    assert given_postgresql() == "postgresql+psycopg://somebody@127.0.0.1/database"
    assert given_postgresql() is None


def test_a_given_sqlite_does_not_keep_the_tests_from_starting_a_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////somewhere.sqlite")
    assert given_postgresql() is None
