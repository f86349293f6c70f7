"""A day of our own ledger in PostgreSQL, and one statement file of it: a row in ten thousand is only here.

The tables are filled by the server itself (`bench/ledger.sql`). It imports nothing of the gateway.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from bench.statements import Payment, Statement

ONE_IN = 10_000
"""Of which one is lacking in the statement."""
_SEED = 1  # as in the file of SQL
_FILL = Path(__file__).with_name("ledger.sql")
COPY = (
    "COPY (SELECT r.natural_key, NULL, l.tax_person_number, i.determination::json ->> 'region', r.told_month, "
    "r.collected_on, r.fen, r.late_fee, r.interest FROM receipts r LEFT JOIN levies l ON l.id = r.levy "
    'LEFT JOIN case_items i ON i."case" = l."case" AND i.insurance = l.insurance) TO {} (FORMAT csv)'
)
"""The floor: the same columns, as the server alone writes them."""


def fill(database: str, rows: int) -> None:
    """Fill the tables of a database that has them and nothing in them."""
    with _connected(database) as connection:
        for statement in _FILL.read_text().split(";\n"):
            connection.execute(text(statement), {"rows": rows} if ":rows" in statement else None)


def state(file: Path, rows: int) -> int:
    """Write the bureau's statement of the same payments; how many of them it lacks."""
    with file.open("wb") as opened:
        statement = Statement(opened, "1|1")
        for index in range(rows):
            if index % ONE_IN:
                payment = Payment(index, _SEED)
                statement.row(payment.plain(), payment.fen)
        statement.end()
    return -(-rows // ONE_IN)


def copy_out(database: str) -> None:
    """The floor through the driver, which hands over row by row; nothing is made of them."""
    with _connected(database) as connection:
        driver: Any = connection.connection
        with driver.cursor() as cursor, cursor.copy(COPY.format("STDOUT")) as out:
            for _ in out:
                pass


def copy_nowhere(database: str) -> None:
    """The floor inside the server, for which the server has to be our own."""
    with _connected(database) as connection:
        connection.exec_driver_sql(COPY.format("'/dev/null'"))


@contextmanager
def _connected(database: str) -> Iterator[Any]:
    engine = create_engine(database)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
