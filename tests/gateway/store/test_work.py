"""Transactions and statements: what a writer is told, and that nothing of a failed one stays."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, select, text

from gateway.errors import GatewayError
from gateway.model.codes import IdType
from gateway.model.person import Identity
from gateway.security.vault import Keyring, create_keys
from gateway.store import persons
from gateway.store.bulk import insert
from gateway.store.prepared import BySize, Prepared
from gateway.store.sheet import Sheet
from gateway.store.tables import parties, replays
from gateway.store.work import ClashError, Store, Tx, connect

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_ALL = Prepared(select(replays).order_by(replays.c.key))
_AMONG = BySize(
    lambda among: select(replays.c.key).where(replays.c.key.in_(among) & (replays.c.until == bindparam("at")))
)


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    create_keys(tmp_path / "vault.json")
    made = Store(connect(database_url), Keyring.load(tmp_path / "vault.json"), lambda: NOW)
    yield made
    made.engine.dispose()


def row(number: int) -> dict[str, Any]:
    return {"key": f"k-{number:04}", "until": NOW}


def keys(store: Store) -> list[str]:
    with store.reading() as tx:
        return tx.values(_ALL)


@pytest.mark.parametrize("count", [1, 2, 3, 900])
def test_any_number_of_rows_is_inserted_as_it_was_given(store: Store, count: int) -> None:
    with store.work("test") as tx:
        insert(tx.connection, {replays: [row(number) for number in range(count)]})
    with store.reading() as tx:
        found = tx.all(_ALL, tuple)
    assert [tuple(each) for each in found] == [(row(number)["key"], NOW) for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 900])
def test_one_taken_key_among_many_rows_is_a_clash_and_nothing_stays(store: Store, count: int) -> None:
    with store.work("test") as tx:
        tx.put(replays, row(count - 1))
    with pytest.raises(ClashError), store.work("test") as tx:
        insert(tx.connection, {replays: [row(number) for number in range(count)]})
    assert keys(store) == [row(count - 1)["key"]]


@pytest.mark.parametrize("count", [1, 2, 900])
def test_rows_whose_keys_are_free_go_in_beside_those_that_are_there(store: Store, count: int) -> None:
    with store.work("test") as tx:
        assert tx.insert_new(replays, row(0))
        assert not tx.insert_new(replays, row(0))
        insert(tx.connection, {}, {replays: [row(number) for number in range(count)]})
    assert keys(store) == [row(number)["key"] for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 64, 256, 257, 600])
def test_a_statement_about_many_values_finds_each_of_them_once(store: Store, count: int) -> None:
    with store.work("test") as tx:
        insert(tx.connection, {replays: [row(number) for number in range(700)]})
    with store.reading() as tx:
        found = [each.key for each in _AMONG.rows(tx.connection, [row(n)["key"] for n in range(count)], at=NOW)]
    assert sorted(found) == [row(number)["key"] for number in range(count)]


def test_a_sheet_writes_parents_before_what_refers_to_them(store: Store) -> None:
    with store.work("test") as tx:
        sheet = Sheet.on(tx)
        person = persons.add(sheet, Identity(IdType.RESIDENT_ID, "430102199605140049", "陈小川"))
        persons.keep_name(sheet, person, "陈晓川")
        persons.learn_local_number(sheet, person, "hunan", "4301")
        assert persons.find(tx, "430102199605140049") is None
        sheet.write()
        assert persons.find(tx, "430102199605140049") == person
        assert persons.local_number(tx, person, "hunan") == "4301"


def test_an_error_of_ours_inside_a_transaction_undoes_it_and_keeps_its_name(store: Store) -> None:
    with pytest.raises(GatewayError, match="There is no such case"):
        _put_and_fail(store)
    assert keys(store) == []


def test_new_values_reach_only_the_row_with_the_key(store: Store) -> None:
    with store.work("test") as tx:
        for name in ("hunan", "beijing"):
            tx.put(parties, {"id": name, "paused": False, "at": NOW})
        assert tx.change(parties, {"paused": True}, id="hunan") == 1
        assert tx.change(parties, {"paused": True}, id="nobody") == 0
        assert tx.values(select(parties.c.id).where(parties.c.paused)) == ["hunan"]


def test_a_database_without_tables_says_what_to_do(empty_database_url: str, tmp_path: Path) -> None:
    create_keys(tmp_path / "keys.json")
    bare = Store(connect(empty_database_url), Keyring.load(tmp_path / "keys.json"), lambda: NOW)
    with pytest.raises(GatewayError, match="migrate"), bare.reading() as tx:
        tx.all(_ALL, tuple)
    bare.engine.dispose()


def test_connections_that_the_server_has_closed_are_replaced(postgresql_url: str, tmp_path: Path) -> None:
    create_keys(tmp_path / "keys.json")
    store = Store(connect(postgresql_url), Keyring.load(tmp_path / "keys.json"), lambda: NOW)
    with suppress(GatewayError), store.work("test") as tx:
        _end_every_connection(tx)
        tx.put(replays, row(1))
    with store.work("test") as tx:
        tx.put(replays, row(2))
    assert keys(store) == [row(2)["key"]]
    store.engine.dispose()


def _put_and_fail(store: Store) -> None:
    with store.work("test") as tx:
        tx.put(replays, row(1))
        raise GatewayError("not_found", thing="case")


def _end_every_connection(tx: Tx) -> None:
    tx.value(text("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"))
