"""Levies and the receipts that pay them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update

from gateway.model.codes import LevyState
from gateway.store.rows import LevyRow, ReceiptRow, values
from gateway.store.tables import levies, receipts
from gateway.store.work import Tx


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """What makes a receipt the same one: who sent it, and the voucher with its item."""

    party: str
    natural: str


def add(tx: Tx, levy: LevyRow) -> None:
    """Enter a levy."""
    tx.put(levies, {**values(levy), "updated_at": tx.now})


def of_case(tx: Tx, case: str) -> Sequence[LevyRow]:
    """The levies of a case."""
    return tx.all(select(levies).where(levies.c.case == case).order_by(levies.c.insurance, levies.c.first), LevyRow)


def of_item(tx: Tx, case: str, insurance: str) -> Sequence[LevyRow]:
    """The levies of one insurance of a case, earliest first."""
    where = (levies.c.case == case) & (levies.c.insurance == insurance)
    return tx.all(select(levies).where(where).order_by(levies.c.first), LevyRow)


def get(tx: Tx, levy: str) -> LevyRow:
    """One levy; LookupError where there is none (handles come from our own rows)."""
    row = tx.first(select(levies).where(levies.c.id == levy), LevyRow)
    if row is None:
        raise LookupError(levy)
    return row


def change(tx: Tx, levy: str, state: LevyState, **values: Any) -> None:
    """Write a new state and what came with it."""
    tx.run(update(levies).where(levies.c.id == levy).values(state=state.value, updated_at=tx.now, **values))


def by_numbers(
    tx: Tx, tax: str, *, reference: str | None, levy_number: str | None, notice_number: str | None
) -> LevyRow | None:
    """The levy that a tax party names by any of its numbers; our reference is the levy's handle."""
    wanted = [
        column == value
        for column, value in (
            (levies.c.id, reference),
            (levies.c.levy_number, levy_number),
            (levies.c.notice_number, notice_number),
        )
        if value
    ]
    return tx.first(select(levies).where((levies.c.tax == tax) & or_(*wanted)), LevyRow) if wanted else None


def overdue(tx: Tx, state: LevyState, on: str, *, column: str = "due") -> Sequence[LevyRow]:
    """Levies in `state` whose date in `column` lies before `on` (ISO date)."""
    return tx.all(select(levies).where((levies.c.state == state.value) & (levies.c[column] < on)), LevyRow)


def receipt(tx: Tx, party: str, natural_key: str) -> ReceiptRow | None:
    """The receipt that came under this natural key."""
    return tx.first(
        select(receipts).where((receipts.c.party == party) & (receipts.c.natural_key == natural_key)), ReceiptRow
    )


def waiting_receipts(tx: Tx, levy: LevyRow) -> Sequence[ReceiptRow]:
    """The receipts that came before the levy had the number they name, oldest first."""
    named = [
        column == number
        for column, number in (
            (receipts.c.levy_number, levy.levy_number),
            (receipts.c.notice_number, levy.notice_number),
        )
        if number
    ]
    if not named:
        return ()
    where = (receipts.c.party == levy.tax) & receipts.c.levy.is_(None) & or_(*named)
    return tx.all(select(receipts).where(where).order_by(receipts.c.taken_at), ReceiptRow)


def receipt_content(tx: Tx, row: ReceiptRow) -> bytes:
    """A receipt as canonical JSON."""
    return tx.open(row.sealed, f"receipt:{row.party}:{row.natural_key}")


def give_to(tx: Tx, row: ReceiptRow, levy: str) -> None:
    """Write down which levy a waiting receipt pays."""
    where = (receipts.c.party == row.party) & (receipts.c.natural_key == row.natural_key)
    tx.run(update(receipts).where(where).values(levy=levy))


def add_receipt(
    tx: Tx, key: ReceiptKey, *, levy: str | None, levy_number: str | None, notice_number: str | None, content: bytes
) -> None:
    """Keep a receipt; ClashError where it came before."""
    tx.put(
        receipts,
        {
            "party": key.party,
            "natural_key": key.natural,
            "levy": levy,
            "levy_number": levy_number,
            "notice_number": notice_number,
            "content_blind": tx.keyring.blind("receipt", content.decode()),
            "sealed": tx.seal(content, f"receipt:{key.party}:{key.natural}"),
            "taken_at": tx.now,
        },
    )
