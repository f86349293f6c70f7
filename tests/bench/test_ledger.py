"""The ledger's benchmark: what it fills in is exported whole, and what the statement lacks is found, and no more."""

from bench.database import postgresql
from bench.inside.ledger import ledger
from bench.options import Options


def test_a_ledger_day_stands_beside_its_floor_and_every_lacking_row_is_found() -> None:
    with postgresql() as server:
        wrong, exported, whole, memory = ledger(server, Options(rows=301))
    assert wrong.value == 0
    assert any(label.startswith("floor: COPY") for label in exported.beside)
    assert exported.value > whole.value > 0
    assert memory.value > 0
