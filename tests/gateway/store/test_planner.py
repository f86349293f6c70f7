"""Tables that grow quickly are planned for what they hold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.security.vault import Keyring, create_keys
from gateway.store.bulk import insert
from gateway.store.planner import count_outgrown
from gateway.store.tables import replays
from gateway.store.work import Store, Tx, connect

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Store:
    create_keys(tmp_path / "vault.json")
    return Store(connect(database_url), Keyring.load(tmp_path / "vault.json"), lambda: NOW)


def grow(store: Store, first: int, last: int) -> None:
    with store.work("test") as tx:
        insert(tx.connection, {replays: [{"key": f"k-{number}", "until": NOW} for number in range(first, last)]})
        if tx.is_postgresql:
            tx.connection.execute(text("SELECT pg_stat_force_next_flush()"))


def known(tx: Tx) -> int:
    return int(tx.connection.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'replays'")).scalar_one())


def test_a_table_is_counted_again_when_it_has_doubled(store: Store) -> None:
    counts = []
    for first, last in [(0, 40), (40, 60), (60, 100), (100, 130)]:
        grow(store, first, last)
        with store.reading() as tx:
            counted = count_outgrown(tx)
            counts.append((counted, known(tx) if tx.is_postgresql else 0))
    store.engine.dispose()
    assert counts == ([(0, -1), (1, 60), (0, 60), (1, 130)] if "postgresql" in store.engine.name else [(0, 0)] * 4)
