"""The tables of the books are what their migration makes, on both databases, forward and back."""

from sqlalchemy import inspect

from gateway.store import migrate, tables_books
from gateway.store.columns import metadata
from gateway.store.work import connect
from tests.gateway.store.migrated import back, differences

BEFORE = "0009"
OURS = {name for name, table in vars(tables_books).items() if name.startswith("book") and table.metadata is metadata}


def standing(url: str) -> set[str]:
    engine = connect(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return OURS & names


def test_the_migration_makes_the_tables_of_the_code_and_takes_them_away_again(empty_database_url: str) -> None:
    migrate(empty_database_url)
    assert differences(empty_database_url, OURS) == []
    back(empty_database_url, BEFORE)
    assert standing(empty_database_url) == set()
    migrate(empty_database_url)
    assert standing(empty_database_url) == OURS
