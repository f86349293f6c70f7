"""Refunds, and the credits that an offset leaves: no part of a receipt is given back twice, and none beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from gateway.model.codes import RefundRoute, RefundState
from gateway.store.prepared import Prepared
from gateway.store.rows import CreditRow, RefundRow
from gateway.store.tables_levies import credit_uses, refund_credits, refunds
from gateway.store.work import Tx


@dataclass(kw_only=True, slots=True)
class CreditUseRow:
    """What a levy uses of a credit, in fen, of `used_fen` in all. `refund`: whose offset left the credit."""

    levy: str
    credit: str
    refund: str
    fen: int
    used_fen: int


_OF_RECEIPT = Prepared(
    select(refunds)
    .where((refunds.c.party == bindparam("party")) & (refunds.c.receipt == bindparam("receipt")))
    .order_by(refunds.c.id)
)
_PAID_BACK = Prepared(
    select(refunds)
    .where(
        (refunds.c.party == bindparam("party"))
        & (refunds.c.receipt >= bindparam("least"))
        & (refunds.c.receipt < bindparam("beyond"))
        & (refunds.c.state == RefundState.PAID.value)
        & (refunds.c.route == RefundRoute.TREASURY.value)
        & (refunds.c.refunded_on <= bindparam("until"))
    )
    .order_by(refunds.c.id)
)
_OF_ORIGIN = Prepared(select(refunds).where(refunds.c.origin_case == bindparam("case")).order_by(refunds.c.id))
_CREDITS = Prepared(
    select(refund_credits)
    .where(
        (refund_credits.c.person == bindparam("person"))
        & (refund_credits.c.insurance == bindparam("insurance"))
        & (refund_credits.c.tax == bindparam("tax"))
        & (refund_credits.c.used_fen < refund_credits.c.fen)
    )
    .order_by(refund_credits.c.id)
    .with_for_update()
)
_USES = Prepared(
    select(
        credit_uses.c.levy, credit_uses.c.credit, refund_credits.c.refund, credit_uses.c.fen, refund_credits.c.used_fen
    )
    .where(
        (credit_uses.c.levy == bindparam("levy"))
        & (credit_uses.c.fen > 0)
        & (credit_uses.c.credit == refund_credits.c.id)
    )
    .order_by(credit_uses.c.credit)
    .with_for_update()
)


def add(tx: Tx, row: RefundRow, content: bytes) -> None:
    """Enter a refund; ClashError where this part of the receipt is given back already."""
    names = [name for name in RefundRow.__slots__ if name != "content"]
    values = {name: getattr(row, name) for name in names}
    tx.put(refunds, {**values, "content": tx.seal(content, f"refund:{row.id}")})


def get(tx: Tx, refund: str) -> RefundRow:
    """One refund; LookupError where there is none."""
    row = tx.by_handle(refunds, RefundRow, refund)
    if row is None:
        raise LookupError(refund)
    return row


def content(tx: Tx, row: RefundRow) -> bytes:
    """Its components and what it was opened for, as JSON."""
    return tx.open(row.content, f"refund:{row.id}")


def keep_content(tx: Tx, row: RefundRow, content: bytes) -> None:
    """Write what `content` gives from now on."""
    change(tx, row.id, content=tx.seal(content, f"refund:{row.id}"))


def find(tx: Tx, party: str, refund: str) -> RefundRow | None:
    """The refund of this handle, where it is one that `party` was asked for."""
    row = tx.by_handle(refunds, RefundRow, refund)
    return row if row is not None and row.party == party else None


def of_case(tx: Tx, case: str) -> RefundRow | None:
    """The refund that a case is about."""
    return next(iter(tx.of_case(refunds, RefundRow, case)), None)


def of_receipt(tx: Tx, party: str, receipt: str) -> Sequence[RefundRow]:
    """What was opened for a receipt, oldest first."""
    return tx.all(_OF_RECEIPT, RefundRow, party=party, receipt=receipt)


def paid_back(tx: Tx, party: str, voucher: str, until: str) -> Sequence[RefundRow]:
    """What the treasury paid back of a voucher of `party` by the day `until`, oldest first."""
    # Receipts are named voucher/insurance/month: all of a voucher lie between these two, for "/" comes before "0" in C,
    # in ICU and in glibc since 2.28.
    return tx.all(_PAID_BACK, RefundRow, party=party, least=f"{voucher}/", beyond=f"{voucher}0", until=until)


def of_origin(tx: Tx, case: str) -> Sequence[RefundRow]:
    """The refunds that a case led to, oldest first."""
    return tx.all(_OF_ORIGIN, RefundRow, case=case)


def change(tx: Tx, refund: str, **values: Any) -> None:
    """Write new values into a refund."""
    tx.change(refunds, {"updated_at": tx.now, **values}, id=refund)


def add_credit(tx: Tx, handle: str, row: RefundRow) -> None:
    """Leave what an offset gives to the next levy; ClashError where it was left before."""
    about = {"person": row.person, "insurance": row.insurance, "tax": row.party, "fen": row.fen}
    instants = {"created_at": tx.now, "updated_at": tx.now}
    tx.put(refund_credits, {"id": handle, "refund": row.id, **about, "used_fen": 0, **instants})


def open_credits(tx: Tx, person: str, insurance: str, tax: str) -> Sequence[CreditRow]:
    """What is left of a person's credits, oldest first; locked."""
    return tx.all(_CREDITS, CreditRow, person=person, insurance=insurance, tax=tax)


def use(tx: Tx, credit: CreditRow, levy: str, fen: int) -> None:
    """Set a part of a credit off against a levy; ClashError where this was done before."""
    tx.put(credit_uses, {"levy": levy, "credit": credit.id, "fen": fen, "at": tx.now})
    tx.change(refund_credits, {"used_fen": credit.used_fen + fen, "updated_at": tx.now}, id=credit.id)


def uses(tx: Tx, levy: str) -> Sequence[CreditUseRow]:
    """What a levy uses of credits, by credit; locked."""
    return tx.all(_USES, CreditUseRow, levy=levy)


def unuse(tx: Tx, use: CreditUseRow) -> None:
    """Let what a levy used of a credit be there again."""
    tx.change(credit_uses, {"fen": 0}, levy=use.levy, credit=use.credit)
    tx.change(refund_credits, {"used_fen": use.used_fen - use.fen, "updated_at": tx.now}, id=use.credit)
