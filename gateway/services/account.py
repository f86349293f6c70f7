"""What happens to levies, payments and refunds, posted to the fund's books as it happens (docs/protocols/books.md)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.model.books import BookEvent, EventKind, Reversal
from gateway.model.codes import Insurance, LevyState
from gateway.model.levy import RECEIPTED
from gateway.model.tax import Receipt
from gateway.model.tax_payments import CorrectPayment, PostPayment, ReversePayment
from gateway.model.values import Money, Month, Region
from gateway.rules.same_receipt import natural_key
from gateway.services import books, paying
from gateway.services.determine import local_day
from gateway.services.records import content_of, decode
from gateway.services.runtime import Runtime
from gateway.store import levies, refunds
from gateway.store.rows import ItemRow, LevyRow, ReceiptRow, RefundRow
from gateway.store.work import Tx

# What stands as levied in the memorandum accounts: the others were never entered there, or have left them.
_LEVIED = frozenset(
    state.value
    for state in (
        *(LevyState.ASSESSED, LevyState.ACCEPTED, LevyState.UNPAID, LevyState.LOCKED),
        *(LevyState.PAID, LevyState.REVERSED),
    )
)
_APART = {"late_fee": "late_fee", "interest": "interest"}


def levied(runtime: Runtime, tx: Tx, item: ItemRow, levy: LevyRow, amount: Money) -> bool:
    """A levy stands at the bureau from now on, or stood there before and is posted already (False)."""
    if levy.state in _LEVIED | RECEIPTED:
        return False
    # What came of it before it stood was posted as collected without a levy.
    said = {"day": local_day(tx.now), "amount": amount - paying.contribution(tx, levy), "sequence": _nth(levy)}
    _post(runtime, tx, item, EventKind.LEVIED, levy.id, **said)
    return True


def cancelled(runtime: Runtime, tx: Tx, item: ItemRow, levy: LevyRow, set_off: int) -> bool:
    """A levy that stood at the bureau (else False) is cancelled, with the `set_off` fen that it did not ask for."""
    if levy.state not in _LEVIED:
        return False
    amount = Money((levy.fen if levy.assessed_fen is None else levy.assessed_fen) + set_off)
    amount -= paying.contribution(tx, levy)
    said = {"day": local_day(tx.now), "amount": amount, "sequence": _nth(levy)}
    _post(runtime, tx, item, EventKind.LEVY_CANCELLED, levy.id, **said)
    return True


def collected(
    runtime: Runtime, tx: Tx, item: ItemRow, levy: LevyRow, receipt: Receipt, *, excess: bool = False
) -> None:
    """A receipt came, and pays the levy, or is to be refunded; where the treasury has it already, that too.

    `excess`: another payment stands on what the levy asks for.
    """
    # What comes for a levy that is paid, and is not to go back, is a row of the same payment.
    pays, key = levy.state in _LEVIED | RECEIPTED and not excess, natural_key(receipt)
    kind = EventKind.COLLECTED if pays else EventKind.COLLECTED_UNLEVIED
    day, origin = receipt.collected_on, f"{levy.tax}/{key}"
    late = _late(receipt.accounting_month, day)
    _post(runtime, tx, item, kind, origin, day=day, adjustment=late, **_parts(receipt))
    if receipt.treasury_on is not None and receipt.treasury_on <= local_day(tx.now):
        _treasury(runtime, tx, item, origin, receipt, receipt.treasury_on)


def posted(runtime: Runtime, tx: Tx, item: ItemRow, row: ReceiptRow, message: PostPayment) -> None:
    """The treasury has posted a payment, unless its receipt had said so."""
    receipt = decode(Receipt, levies.receipt_content(tx, row))
    said, taken = receipt.treasury_on, row.taken_at
    if said is None or taken is None or said > local_day(taken):
        _treasury(runtime, tx, item, _origin(row), receipt, message.treasury_on)


def reversed_payment(runtime: Runtime, tx: Tx, row: ReceiptRow, message: ReversePayment) -> None:
    """All that was posted of a payment is taken back."""
    origin = f"{row.party}/reversal/{message.reversal_number}"
    books.reverse(runtime, tx, Reversal(origin=origin, of=_origin(row), day=message.reversed_on))


def moved_payment(runtime: Runtime, tx: Tx, row: ReceiptRow, message: CorrectPayment) -> None:
    """As `reversed_payment`; what the payment is for by now is posted as its own receipt."""
    origin = f"{row.party}/correction/{message.correction_number}"
    books.reverse(runtime, tx, Reversal(origin=origin, of=_origin(row), day=message.corrected_on))


@dataclass(frozen=True, slots=True)
class Act:
    """What happens to a refund on a day. `fen`: of an offset, what the levy `sequence` used."""

    kind: EventKind
    day: date
    fen: int
    sequence: str = ""


def refund(runtime: Runtime, tx: Tx, item: ItemRow, row: RefundRow, act: Act) -> None:
    """A refund is decided, cancelled, or goes back by one of its routes: late fee and interest from where they are."""
    apart = {} if act.kind is EventKind.REFUND_OFFSET else _apart(json.loads(refunds.content(tx, row))["shares"])
    amount = Money(act.fen) - _sum(apart.values())
    _post(runtime, tx, item, act.kind, row.id, day=act.day, amount=amount, sequence=act.sequence, **apart)


def _apart(shares: Iterable[Mapping[str, str]]) -> dict[str, Money]:
    """What of a refund is late fee, and what interest."""
    parts = [(each["name"], Money.parse(each["amount"])) for each in shares]
    return {name: _sum(amount for part, amount in parts if part == said) for name, said in _APART.items()}


def _treasury(runtime: Runtime, tx: Tx, item: ItemRow, origin: str, receipt: Receipt, day: date) -> None:
    late = _late(receipt.accounting_month, day)
    _post(runtime, tx, item, EventKind.TREASURY_POSTED, origin, day=day, adjustment=late, **_parts(receipt))


def _post(runtime: Runtime, tx: Tx, item: ItemRow, kind: EventKind, origin: str, **said: Any) -> None:
    region, insurance = Region(content_of(item.determination)["region"]), Insurance(item.insurance)
    books.post(runtime, tx, BookEvent(kind=kind, origin=origin, insurance=insurance, region=region, **said))


def _parts(receipt: Receipt) -> dict[str, Money]:
    """The amount of a receipt with late fee and interest apart."""
    apart = {
        name: _sum(part.amount for part in receipt.components if part.name == said) for name, said in _APART.items()
    }
    return {"amount": receipt.amount - _sum(apart.values()), **apart}


def _sum(amounts: Iterable[Money]) -> Money:
    return Money(sum(amount.fen for amount in amounts))


def _late(month: Month, day: date) -> bool:
    """Whether it belongs to the year before: booked in the adjustment period (整理期)."""
    return month.year < day.year


def _origin(row: ReceiptRow) -> str:
    return f"{row.party}/{row.natural_key}"


def _nth(levy: LevyRow) -> str:
    return str(levy.changes) if levy.state not in ("preview", "declared") and levy.changes else ""
