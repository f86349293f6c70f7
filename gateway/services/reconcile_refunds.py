"""Refunds that the treasury paid back, as the ledger's side of what a bureau states as taken back.

A bureau may state a refund or not: where it takes a payment back of which we know such a refund, that is what it means.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from gateway.batch.row_files import Row, write_rows
from gateway.batch.row_sides import UNKNOWN_REGION, enter, reversed_here
from gateway.model.reconciliation import RowState
from gateway.model.values import Money, Month
from gateway.services.runtime import Runtime
from gateway.store import refunds
from gateway.store.reconciliation import RunRow
from gateway.store.rows import RefundRow
from gateway.store.work import Tx

_APART = ("late_fee", "interest")


def with_refunds_paid(runtime: Runtime, run: RunRow, key: tuple[str, ...], here: Path, there: Path) -> Path:
    """Our side with refunds of payments of which the other takes something back; `here` where there is none."""
    vouchers = reversed_here(there)
    with runtime.store.reading() as tx:
        rows = [row for voucher in vouchers for row in _rows(tx, run, voucher)]
    if not rows:
        return here
    entered, into = here.with_name("here-paid-back.parquet"), here.with_name("here-with-refunds.parquet")
    write_rows(rows, entered)
    enter(here, entered, key, into)
    return into


def _rows(tx: Tx, run: RunRow, voucher: str) -> Iterator[Row]:
    for refund in refunds.paid_back(tx, run.party, voucher, run.day):
        yield _row(refund, voucher, json.loads(refunds.content(tx, refund))["shares"])


def _row(refund: RefundRow, voucher: str, shares: list[dict[str, str]]) -> Row:
    """Whose money it is and where it belongs, the other side says (`row_sides.know`)."""
    day, first = date.fromisoformat(refund.refunded_on or ""), Month(refund.first)
    apart = [sum(Money.parse(each["amount"]).fen for each in shares if each["name"] == name) for name in _APART]
    return (
        *(0, f"{voucher} {refund.insurance} {first} 2", voucher, None, refund.id, refund.receipt),
        *(None, UNKNOWN_REGION, refund.insurance, first.ordinal, Month.of(day).ordinal, day, False),
        *(sum(apart) - refund.fen, *(-fen for fen in apart), RowState.REVERSED.value),
    )
