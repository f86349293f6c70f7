"""The tables of the reconciliation are what their migration makes, on both databases, forward and back."""

from sqlalchemy import Table, inspect

from gateway.store import migrate, tables_reconciliation
from gateway.store.work import connect
from tests.gateway.store.migrated import back, differences

BEFORE = "0008"
MADE = {name for name, table in vars(tables_reconciliation).items() if isinstance(table, Table)}


def standing(url: str) -> set[str]:
    engine = connect(url)
    names = set(inspect(engine).get_table_names())
    taken = {index["name"] for index in inspect(engine).get_indexes("receipts")}
    engine.dispose()
    return (MADE & names) | ({"taken_at"} if "ix_receipts_party_taken_at" in taken else set())


def test_the_migration_makes_the_tables_of_the_code_and_takes_them_away_again(empty_database_url: str) -> None:
    migrate(empty_database_url)
    assert differences(empty_database_url, MADE) == []
    back(empty_database_url, BEFORE)
    assert standing(empty_database_url) == set()
    migrate(empty_database_url)
    assert standing(empty_database_url) == MADE | {"taken_at"}
