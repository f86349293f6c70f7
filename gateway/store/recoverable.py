"""Breaks that the machine repairs by itself: those with one possible cause, and the mark of what it tried."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from gateway.model.breaks import BreakState, Repair
from gateway.model.reconciliation import BreakClass
from gateway.store.breaks import BreakRow
from gateway.store.prepared import Prepared
from gateway.store.tables_reconciliation import breaks
from gateway.store.work import Tx

_OPEN = (BreakState.OPEN.value, BreakState.REOPENED.value)
_RECEIPTS = Prepared(
    select(breaks)
    .where(
        (breaks.c.repair == Repair.FETCH_RECEIPT.value)
        & (breaks.c.kind == BreakClass.ONLY_THERE.value)
        & (breaks.c.flags == "")
        & ((breaks.c.state == _OPEN[0]) | (breaks.c.state == _OPEN[1]))
    )
    .order_by(breaks.c.created_at, breaks.c.id)
    .limit(bindparam("most"))
)


def receipts_to_rebuild(tx: Tx, most: int) -> Sequence[BreakRow]:
    """Breaks that nobody has claimed and that say one thing only: a payment is stated whose receipt we lack."""
    return tx.all(_RECEIPTS, BreakRow, most=most)
