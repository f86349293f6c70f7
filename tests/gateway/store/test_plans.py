"""Rows are found by key from the first one on; only what goes through whole tables reads them whole."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from gateway.store.work import connect, over_whole_tables

OF_A_LEVY = "SELECT * FROM receipts WHERE party = 'tax-hunan' AND natural_key = 'V1/pension/2026-03'"
GIVEN = """UPDATE cases SET status = given.status FROM json_to_recordset('[{"id": "c", "status": "active"}]')
    AS given (id varchar, status varchar) WHERE cases.id = given.id"""
WHOLE = "SELECT fund, sum(fen) FROM book_entries JOIN book_lines ON entry = book_entries.id GROUP BY fund"


@pytest.fixture
def connection(postgresql_url: str) -> Iterator[Connection]:
    engine = connect(postgresql_url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def plan(connection: Connection, statement: str) -> str:
    return "\n".join(connection.execute(text(f"EXPLAIN {statement}")).scalars())


@pytest.mark.parametrize("statement", [OF_A_LEVY, GIVEN], ids=["a lookup", "an update of given rows"])
def test_a_row_of_a_new_table_is_looked_up_in_its_index(connection: Connection, statement: str) -> None:
    found = plan(connection, statement)
    assert "Index" in found or "Bitmap" in found
    assert "Seq Scan" not in found
    assert "Hash" not in found


def test_what_goes_through_whole_tables_may_read_them_whole_until_its_transaction_ends(connection: Connection) -> None:
    assert "Hash Join" not in plan(connection, WHOLE)
    over_whole_tables(connection)
    assert "Hash Join" in plan(connection, WHOLE)
    connection.commit()
    assert "Hash Join" not in plan(connection, WHOLE)
