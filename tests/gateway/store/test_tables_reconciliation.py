"""The tables of the reconciliation are what their migration makes, on both databases, forward and back."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Table, inspect

from gateway.store import migrate, tables_reconciliation
from gateway.store.columns import metadata
from gateway.store.migrations import run
from gateway.store.work import connect

BEFORE = "0008"
MADE = {name for name, table in vars(tables_reconciliation).items() if isinstance(table, Table)}


def differences(url: str) -> list[Any]:
    """Where our tables differ from what stands in the database."""
    engine = connect(url)
    with engine.connect() as connection, connection.begin():
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    return [each for each in found if any(f"'{name}'" in repr(each) for name in MADE)]


def standing(url: str) -> set[str]:
    engine = connect(url)
    names = set(inspect(engine).get_table_names())
    taken = {index["name"] for index in inspect(engine).get_indexes("receipts")}
    engine.dispose()
    return (MADE & names) | ({"taken_at"} if "ix_receipts_party_taken_at" in taken else set())


def back(url: str) -> None:
    engine, config = connect(url), Config()
    config.set_main_option("script_location", run.__file__.removesuffix("/run.py"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
    engine.dispose()


def test_the_migration_makes_the_tables_of_the_code_and_takes_them_away_again(empty_database_url: str) -> None:
    migrate(empty_database_url)
    assert differences(empty_database_url) == []
    back(empty_database_url)
    assert standing(empty_database_url) == set()
    migrate(empty_database_url)
    assert standing(empty_database_url) == MADE | {"taken_at"}
