"""Which receipts pay a levy: all parts of one payment, and no other that came for it."""

from dataclasses import replace
from datetime import date
from typing import Any

from gateway.model.levy import RECEIPTED
from gateway.model.tax import Receipt
from gateway.model.values import Money, Month
from gateway.rules.parts import Owed, contributed, together
from gateway.services.records import content_of, decode
from gateway.store import levies
from gateway.store.rows import LevyRow, ReceiptRow
from gateway.store.work import Tx

STANDING, PART, EXCESS, GIVEN_BACK = "standing", "part", "excess", "given_back"
"""What a receipt is: there; of a payment that another voucher began; of none, to be refunded; a part given back."""
THERE = (None, STANDING, PART, EXCESS, GIVEN_BACK)
"""States of a receipt whose money is there."""
_APART = ("late_fee", "interest")


def pays(levy: LevyRow, row: ReceiptRow) -> bool:
    """Whether a receipt is of the payment that stands on a levy."""
    if row.levy != levy.id:
        return False
    return row.state == PART or (row.state in (None, STANDING) and voucher(row) == levy.voucher_number)


def voucher(row: ReceiptRow) -> str:
    """The voucher that a receipt is of; its number may hold a slash itself."""
    return row.natural_key.rsplit("/", 2)[0]


def rows(tx: Tx, levy: LevyRow, but: str = "") -> list[ReceiptRow]:
    """The receipts that pay a levy, oldest first; none where nothing does. `but`: the key of one that is left out."""
    if levy.voucher_number is None:
        return []
    return [row for row in levies.receipts_of(tx, levy.id) if pays(levy, row) and row.natural_key != but]


def receipt(tx: Tx, row: ReceiptRow) -> Receipt:
    """A receipt as it is booked by now."""
    came = decode(Receipt, levies.receipt_content(tx, row))
    booked = came.accounting_month if row.accounting_month is None else Month(row.accounting_month)
    posted = came.treasury_on if row.treasury_on is None else date.fromisoformat(row.treasury_on)
    return replace(came, accounting_month=booked, treasury_on=posted)


def parts(tx: Tx, levy: LevyRow, but: str = "") -> list[Receipt]:
    """As `rows`, decoded."""
    return [receipt(tx, row) for row in rows(tx, levy, but)]


def whole(tx: Tx, levy: LevyRow) -> Receipt | None:
    """All that was paid for a levy as one receipt, under its voucher or else that of the oldest part left."""
    found = [receipt(tx, row) for row in levies.receipts_of(tx, levy.id) if pays(levy, row)]
    vouchers = [each.voucher_number for each in found]
    named = levy.voucher_number if levy.voucher_number in vouchers else next(iter(vouchers), "")
    return together(found, str(named)) if found else None


def stands(paid: Receipt | None) -> dict[str, Any]:
    """The columns of a levy for what of a payment is there while it is not whole."""
    if paid is None:
        return {"voucher_number": None, "paid_fen": None}
    return {"voucher_number": paid.voucher_number, "paid_fen": paid.amount.fen}


def contribution(tx: Tx, levy: LevyRow) -> Money:
    """What of a payment, whole or not, is contribution."""
    return Money(contributed(parts(tx, levy)))


def owed(levy: LevyRow) -> Owed:
    """What a levy asks for: by its bureau where that has said it."""
    total = levy.fen if levy.assessed_fen is None else levy.assessed_fen
    levied = content_of(levy.content).get("components", ())
    apart = sum(Money.parse(each["amount"]).fen for each in levied if each["name"] in _APART)
    return Owed(total - apart, total, frozenset(range(levy.first, levy.last + 1)))


def waits(levy: LevyRow) -> bool:
    """Whether some of a levy was paid, and more is to come."""
    return levy.paid_fen is not None and levy.state not in RECEIPTED
