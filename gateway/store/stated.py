"""What statements say of payments whose receipts are lacking: read once for them, by whichever worker."""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, delete, select

from gateway.store.prepared import Prepared
from gateway.store.rows import StatedRow
from gateway.store.tables_levies import stated_payments
from gateway.store.work import Tx

Voucher = tuple[str, str]
"""Voucher number and fund: what one receipt is about."""

_ONE = Prepared(
    select(stated_payments).where(
        (stated_payments.c.statement == bindparam("of_statement"))
        & (stated_payments.c.voucher == bindparam("of_voucher"))
        & (stated_payments.c.fund == bindparam("of_fund"))
    )
)
_GONE = Prepared(
    delete(stated_payments).where(
        (stated_payments.c.voucher == bindparam("of_voucher")) & (stated_payments.c.fund == bindparam("of_fund"))
    )
)


def known(tx: Tx, statement: str, wanted: Collection[Voucher]) -> Mapping[Voucher, bytes]:
    """What a statement says of payments, for those that it was read for; empty bytes where it says nothing."""
    found = {}
    for voucher, fund in wanted:
        row = tx.first(_ONE, StatedRow, of_statement=statement, of_voucher=voucher, of_fund=fund)
        if row is not None:
            found[voucher, fund] = tx.open(row.sealed, _sealed_as(statement, voucher, fund))
    return found


def keep(tx: Tx, statement: str, said: Mapping[Voucher, bytes]) -> None:
    """Keep what a statement says of payments; what was kept before stays."""
    for (voucher, fund), content in said.items():
        sealed = tx.seal(content, _sealed_as(statement, voucher, fund))
        row = StatedRow(statement=statement, voucher=voucher, fund=fund, sealed=sealed, read_at=tx.now)
        tx.put_new(stated_payments, {name: getattr(row, name) for name in StatedRow.__slots__})


def forget(tx: Tx, wanted: Collection[Voucher]) -> None:
    """Remove what was said of payments that nobody asks about any more."""
    for voucher, fund in wanted:
        tx.run(_GONE, of_voucher=voucher, of_fund=fund)


def _sealed_as(statement: str, voucher: str, fund: str) -> str:
    return f"stated:{statement}:{voucher}:{fund}"
