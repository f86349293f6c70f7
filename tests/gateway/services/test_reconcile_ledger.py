"""A ledger day is written from plain columns; rows older than those columns come out of their seals just the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import delete, update

from gateway.model.codes import Payer
from gateway.model.tax import Component, Receipt
from gateway.model.tax_payments import ReversePayment
from gateway.model.values import Money, Month
from gateway.services.receive import receive
from gateway.services.reconcile_ledger import ledger_day
from gateway.services.runtime import Runtime
from gateway.store import export, levies
from gateway.store.tables import receipts
from gateway.store.tables_levies import payment_notices
from gateway.store.tables_reconciliation import ledger_partitions
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at, owe, pay, receipt, take_back
from tests.gateway.services.reconciled import MONDAY, TUESDAY, reconciling


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return reconciling(world, tmp_path)


def every_kind() -> Iterator[Receipt]:
    """A plain one, one with late fee and interest, one for the year before, one whose voucher is hard to write."""
    parts = ("rate", 90000), ("late_fee", 300), ("late_fee", 200), ("interest", 45)
    yield receipt(1, MONDAY)
    yield receipt(2, MONDAY, 90545, components=tuple(Component(name, Payer.WORKER, Money(fen)) for name, fen in parts))
    yield receipt(3, MONDAY, accounting_month=Month.parse("2025-12"), first=Month.parse("2025-11"))
    yield receipt(4, MONDAY, voucher_number='甲/4, "4"\\N')


def entered(world: World, runtime: Runtime) -> None:
    """The day's payments, one of no levy among them, and what was taken back of them and of one that never came."""
    paid = list(every_kind())
    for number, each in enumerate(paid, 1):
        pay(world, runtime, each, owe(runtime, number) if number > 1 else None)
    for each in (replace(paid[0], amount=Money(1)), paid[1], paid[3], receipt(9, MONDAY)):
        take_back(world, runtime, each, MONDAY)
    with runtime.store.work("ledger") as tx:  # the treasury books it in another month: the day is what was told
        row = levies.receipt(tx, PARTY, "V00000002/pension/2026-10")
        assert row is not None
        levies.change_receipt(tx, row, accounting_month=Month.parse("2026-12").ordinal)


def exported(world: World, runtime: Runtime) -> list[tuple[Any, ...]]:
    world.clock.at = at(TUESDAY)
    rows: list[tuple[Any, ...]] = []
    for _, path in ledger_day(runtime, PARTY, MONDAY):
        with duckdb.connect() as connection:
            rows += connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    assert sorted(row[0] for row in rows) == list(range(1, len(rows) + 1))
    return sorted((row[1:] for row in rows), key=repr)


def older(runtime: Runtime, *keys: str) -> None:
    """Take the plain columns off some rows, of all where none are named, and what was exported."""
    with runtime.store.work("ledger") as tx:
        for table, among in ((receipts, receipts.c.natural_key), (payment_notices, payment_notices.c.receipt)):
            old = update(table).values(fen=None, told_month=None)
            tx.run(old.where(among.in_(keys)) if keys else old)
        tx.run(delete(ledger_partitions))
    for file in (runtime.settings.var / "reconciliation" / "ledger").rglob("*.parquet"):
        file.unlink()


def seals_opened(runtime: Runtime, day: date) -> int:
    with runtime.store.reading() as tx:
        return len(list(export.sealed(tx, PARTY, at(day, 0), at(day, 23))))


def test_plain_columns_and_seals_give_the_same_rows(world: World, runtime: Runtime) -> None:
    entered(world, runtime)
    assert seals_opened(runtime, MONDAY) == 0
    plain = exported(world, runtime)
    assert len(plain) == 4 + 4
    older(runtime)
    assert seals_opened(runtime, MONDAY) == len(plain)
    assert exported(world, runtime) == plain


def test_a_day_may_hold_rows_of_both_kinds(world: World, runtime: Runtime) -> None:
    entered(world, runtime)
    plain = exported(world, runtime)
    older(runtime, "V00000001/pension/2026-10", "V00000009/pension/2026-10")
    with runtime.store.work("ledger") as tx:  # the payment is older than the columns, its reversal is not
        tx.run(update(receipts).where(receipts.c.natural_key == "V00000002/pension/2026-10").values(told_month=None))
    assert seals_opened(runtime, MONDAY) == 2 + 1 + 2
    assert exported(world, runtime) == plain


def test_money_is_told_apart_by_component_and_taken_back_so_where_all_of_it_is(world: World, runtime: Runtime) -> None:
    entered(world, runtime)
    money = [
        (row[0], row[12:16]) for row in exported(world, runtime) if str(row[0]).startswith(("V00000001", "V00000002"))
    ]
    assert money == [
        ("V00000001 pension 2026-10 1", (90001, 0, 0, "booked")),
        ("V00000001 pension 2026-10 2", (-1, 0, 0, "reversed")),
        ("V00000002 pension 2026-10 1", (90000, 500, 45, "booked")),
        ("V00000002 pension 2026-10 2", (-90000, -500, -45, "reversed")),
    ]


def test_what_comes_late_is_written_without_what_stands_already(world: World, runtime: Runtime) -> None:
    entered(world, runtime)
    first = exported(world, runtime)
    late = receipt(7, MONDAY)
    pay(world, runtime, late, owe(runtime, 7))
    take_back(world, runtime, late, MONDAY)
    world.clock.at = at(TUESDAY)
    assert [row.count for row, _ in ledger_day(runtime, PARTY, MONDAY)] == [len(first), 2]


def test_a_further_row_of_a_voucher_has_a_key_of_its_own_and_so_has_what_takes_it_back(
    world: World, runtime: Runtime
) -> None:
    first, *_ = every_kind()
    fee = replace(first, sequence=2, amount=Money(350), components=(Component("late_fee", Payer.WORKER, Money(350)),))
    world.clock.at = at(MONDAY)
    back = ReversePayment(
        "R-fee",
        fee.voucher_number,
        fee.insurance,
        fee.first,
        fee.amount,
        fee.collected_on,
        fee.accounting_month,
        "误扣",
    )
    for said in (first, fee, replace(back, sequence=2)):
        receive(runtime, PARTY, said)
    rows = exported(world, runtime)
    voucher = f"{first.voucher_number} pension {first.first}"
    assert [(row[0], row[1]) for row in rows] == [(f"{voucher} {n}", first.voucher_number) for n in (1, 3, 4)]
    assert [row[12:16] for row in rows] == [
        (first.amount.fen, 0, 0, "booked"),
        (0, 350, 0, "booked"),
        (0, -350, 0, "reversed"),
    ]
    older(runtime)
    assert exported(world, runtime) == rows
