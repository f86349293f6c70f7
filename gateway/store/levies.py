"""Levies, what changed them, and the receipts that pay them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select

from gateway.errors import GatewayError
from gateway.model.codes import LevyState
from gateway.model.levy import RECEIPTED, Cause, ForbiddenLevyStepError, levy_step
from gateway.store.casefile import CaseFile
from gateway.store.prepared import Prepared
from gateway.store.rows import LevyChangeRow, LevyRow, ReceiptRow, values
from gateway.store.tables import levies, receipts
from gateway.store.tables_levies import levy_changes
from gateway.store.work import Tx

_BY_NUMBER = {
    column: Prepared(
        select(levies).where((levies.c.tax == bindparam("tax")) & (levies.c[column] == bindparam("number")))
    )
    for column in ("id", "levy_number", "notice_number")
}
_RECEIPT = Prepared(
    select(receipts).where(
        (receipts.c.party == bindparam("party")) & (receipts.c.natural_key == bindparam("natural_key"))
    )
)
_WAITING = Prepared(
    select(receipts)
    .where(
        (receipts.c.party == bindparam("tax"))
        & receipts.c.levy.is_(None)
        & or_(
            receipts.c.levy_number == bindparam("levy_number"),
            receipts.c.notice_number == bindparam("notice_number"),
        )
    )
    .order_by(receipts.c.taken_at)
)
_OF_LEVY = Prepared(
    select(receipts).where(receipts.c.levy == bindparam("levy")).order_by(receipts.c.taken_at, receipts.c.natural_key)
)


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
    return sorted(tx.of_case(levies, LevyRow, case), key=attrgetter("insurance", "first"))


def of_item(tx: Tx, case: str, insurance: str) -> Sequence[LevyRow]:
    """The levies of one insurance of a case, earliest first."""
    return [row for row in of_case(tx, case) if row.insurance == insurance]


def read_ahead(file: CaseFile, cases: Collection[str]) -> None:
    """Read the levies of several cases in one go."""
    file.read_ahead(levies, cases)


def get(tx: Tx, levy: str) -> LevyRow:
    """One levy; LookupError where there is none (handles come from our own rows)."""
    row = tx.by_handle(levies, LevyRow, levy)
    if row is None:
        raise LookupError(levy)
    return row


def change(tx: Tx, levy: str, state: LevyState, cause: Cause, **values: Any) -> None:
    """Write a state that may follow the present one, and what came with it; the history keeps what caused it.

    GatewayError `levy_step_forbidden` for any other state. The caller has locked the case.
    """
    row = get(tx, levy)
    before = LevyState(row.state)
    try:
        levy_step(before, state)
    except ForbiddenLevyStepError:
        raise GatewayError("levy_step_forbidden", levy=levy, before=before.value, after=state.value) from None
    number = tx.raised(levies, "changes", levy, state=state.value, updated_at=tx.now, **values)
    tx.put(
        levy_changes,
        {
            "levy": levy,
            "number": number,
            "case": row.case,
            "at": tx.now,
            "before": before.value,
            "after": state.value,
            "message": cause.message,
            "party": cause.party,
            "details": tx.seal(msgspec.json.encode(dict(cause.details)), _change(levy, number)),
        },
    )


def history(tx: Tx, case: str) -> Mapping[str, Sequence[LevyChangeRow]]:
    """What changed the levies of a case, by levy, oldest first."""
    found: dict[str, list[LevyChangeRow]] = {}
    for row in sorted(tx.of_case(levy_changes, LevyChangeRow, case), key=attrgetter("levy", "number")):
        found.setdefault(row.levy, []).append(row)
    return found


def details(tx: Tx, row: LevyChangeRow) -> Mapping[str, str]:
    """What was said when a levy changed."""
    said: Mapping[str, str] = msgspec.json.decode(tx.open(row.details, _change(row.levy, row.number)))
    return said


def _change(levy: str, number: int) -> str:
    return f"levy_change:{levy}:{number}"


def by_numbers(
    tx: Tx, tax: str, *, reference: str | None, levy_number: str | None, notice_number: str | None
) -> LevyRow | None:
    """The levy that a tax party names by any of its numbers; our reference is the levy's handle."""
    for column, number in (("id", reference), ("levy_number", levy_number), ("notice_number", notice_number)):
        if number and (found := tx.first(_BY_NUMBER[column], LevyRow, tax=tax, number=number)):
            return found
    return None


def overdue(tx: Tx, state: LevyState, on: str, *, column: str = "due") -> Sequence[LevyRow]:
    """Levies in `state` whose date in `column` lies before `on` (ISO date)."""
    return tx.all(select(levies).where((levies.c.state == state.value) & (levies.c[column] < on)), LevyRow)


def paid_in_part(tx: Tx, on: str, before: datetime) -> Sequence[LevyRow]:
    """Levies of which only a part was paid by their last day, before `on` (ISO), unchanged since `before`."""
    late = (levies.c.payable_until < on) & (levies.c.due < on) & (levies.c.updated_at < before)
    not_whole = levies.c.paid_fen.is_not(None) & levies.c.state.not_in(sorted(RECEIPTED))
    return tx.all(select(levies).where(late & not_whole), LevyRow)


def receipt(tx: Tx, party: str, natural_key: str) -> ReceiptRow | None:
    """The receipt that came under this natural key."""
    return tx.first(_RECEIPT, ReceiptRow, party=party, natural_key=natural_key)


def waiting_receipts(tx: Tx, levy: LevyRow) -> Sequence[ReceiptRow]:
    """The receipts that came before the levy had the number they name, oldest first."""
    if not (levy.levy_number or levy.notice_number):
        return ()
    numbers = {"levy_number": levy.levy_number, "notice_number": levy.notice_number}
    return tx.all(_WAITING, ReceiptRow, tax=levy.tax, **numbers)


def receipt_content(tx: Tx, row: ReceiptRow) -> bytes:
    """A receipt as canonical JSON."""
    return tx.open(row.sealed, f"receipt:{row.party}:{row.natural_key}")


def give_to(tx: Tx, row: ReceiptRow, levy: str) -> None:
    """Write down which levy a waiting receipt pays."""
    tx.change(receipts, {"levy": levy}, party=row.party, natural_key=row.natural_key)


def change_receipt(tx: Tx, row: ReceiptRow, **values: Any) -> None:
    """Write what became of a receipt: its state, or the day and month of its posting."""
    if values:
        tx.change(receipts, values, party=row.party, natural_key=row.natural_key)


def receipts_of(tx: Tx, levy: str) -> Sequence[ReceiptRow]:
    """The receipts that were given to a levy, oldest first."""
    return tx.all(_OF_LEVY, ReceiptRow, levy=levy)


def add_receipt(tx: Tx, key: ReceiptKey, *, levy: str | None, content: bytes, **columns: Any) -> None:
    """Keep a receipt; ClashError where it came before. `columns`: what it is found and summed up by."""
    tx.put(
        receipts,
        {
            "party": key.party,
            "natural_key": key.natural,
            "levy": levy,
            "content_blind": tx.keyring.blind("receipt", content.decode()),
            "sealed": tx.seal(content, f"receipt:{key.party}:{key.natural}"),
            "taken_at": tx.now,
            **columns,
        },
    )
