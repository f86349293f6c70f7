"""What bureaus tell of a payment after its receipt: postings, reversals, corrections; kept once each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from gateway.store.prepared import Prepared
from gateway.store.rows import NoticeRow, values
from gateway.store.tables_levies import payment_notices
from gateway.store.work import Tx

_ONE = Prepared(
    select(payment_notices).where(
        (payment_notices.c.party == bindparam("party")) & (payment_notices.c.natural_key == bindparam("natural_key"))
    )
)
_WAITING = Prepared(
    select(payment_notices)
    .where(
        (payment_notices.c.party == bindparam("party"))
        & (payment_notices.c.receipt == bindparam("receipt"))
        & payment_notices.c.applied_at.is_(None)
    )
    .order_by(payment_notices.c.taken_at, payment_notices.c.natural_key)
)


def notice(tx: Tx, party: str, natural_key: str) -> NoticeRow | None:
    """The notice that came under this natural key."""
    return tx.first(_ONE, NoticeRow, party=party, natural_key=natural_key)


def waiting(tx: Tx, party: str, receipt: str) -> Sequence[NoticeRow]:
    """What was told of a payment and has not taken effect, oldest first: its receipt was not there, or had no levy."""
    return tx.all(_WAITING, NoticeRow, party=party, receipt=receipt)


def add(tx: Tx, party: str, natural_key: str, message: str, receipt: str, content: bytes, **columns: Any) -> NoticeRow:
    """Keep a notice; ClashError where it came before. `columns`: what the ledger's export reads of it."""
    row = NoticeRow(
        party=party,
        natural_key=natural_key,
        message=message,
        receipt=receipt,
        content_blind=tx.keyring.blind("payment_notice", content.decode()),
        sealed=tx.seal(content, _sealed_as(party, natural_key)),
        taken_at=tx.now,
        applied_at=None,
        **columns,
    )
    tx.put(payment_notices, values(row))
    return row


def content(tx: Tx, row: NoticeRow) -> bytes:
    """A notice as canonical JSON."""
    return tx.open(row.sealed, _sealed_as(row.party, row.natural_key))


def applied(tx: Tx, row: NoticeRow) -> None:
    """Write down that a notice has taken effect."""
    tx.change(payment_notices, {"applied_at": tx.now}, party=row.party, natural_key=row.natural_key)


def _sealed_as(party: str, natural_key: str) -> str:
    return f"payment_notice:{party}:{natural_key}"
