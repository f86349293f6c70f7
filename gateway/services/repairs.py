"""Repairs of breaks: compensating entries, never an edit. What a repair enters, and what follows when it takes effect.

An entry is a row of our side with amounts of its own: one that takes back (`reverses` names the original, amounts
turned) or one that enters anew. The next run sees our side with them and so proves the repair, or finds the break
again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.pairings import compared_on
from gateway.model.books import BookEvent, EventKind, Reversal
from gateway.model.breaks import BreakAction, BreakState
from gateway.model.codes import Insurance, RefundOrigin
from gateway.model.reconciliation import Book
from gateway.model.repair import REPAIRS, RepairCode, RepairState
from gateway.model.tax import Receipt
from gateway.model.values import Money, Month, Region
from gateway.services import books, refunds
from gateway.services.records import decode
from gateway.services.refunds import Claim
from gateway.services.runtime import Runtime
from gateway.store import break_repairs, breaks, cases, levies
from gateway.store.break_repairs import RepairContent, RepairRow
from gateway.store.breaks import BreakRow, EntryRow, SideRow
from gateway.store.rows import LevyRow, ReceiptRow
from gateway.store.work import Tx

OURS, THEIRS = "here", "there"
_BOOKED_AS: Mapping[Book, EventKind] = {
    Book.ASSESSMENT: EventKind.LEVIED,
    Book.LEVY: EventKind.COLLECTED,
    Book.RECEIPT: EventKind.COLLECTED,
    Book.TREASURY: EventKind.TREASURY_POSTED,
    Book.TRANSFER: EventKind.TRANSFER_RECEIVED,
    Book.AGENCY: EventKind.INCOME_RECEIVED,
}
"""What an entry on a side is in the books of the fund; the province's record is no book of a fund."""


def compensating(runtime: Runtime, tx: Tx, row: BreakRow, code: RepairCode, reason: str) -> RepairContent:
    """What a repair enters on our side; GatewayError `repair_not_fitting` for a class that it does not fit.

    `accept_theirs` leaves alone what stands on both sides alike; `reverse_and_reenter` takes everything of ours back.
    """
    fitting = runtime.repairs.fitting.get(row.kind, ())
    if code not in fitting:
        raise _unfit(row, code, f"choose one of {', '.join(fitting)}")
    rows = breaks.rows_of(tx, row)
    if REPAIRS[code].refunds:
        _payments(tx, row, rows)
    return _entries(row, rows, code, reason) if REPAIRS[code].enters else RepairContent(reason)


def _entries(row: BreakRow, rows: Sequence[SideRow], code: RepairCode, reason: str) -> RepairContent:
    if len(rows) < row.here_count + row.there_count:
        raise _unfit(row, code, "it has more rows than are kept with it")
    ours = [each for each in rows if each.side == OURS]
    theirs = [each for each in rows if each.side == THEIRS]
    if code is RepairCode.ACCEPT_THEIRS:
        ours, theirs = _unlike(ours, theirs), _unlike(theirs, ours)
    if not ours and not theirs:
        raise _unfit(row, code, "both sides are alike in everything that can be entered")
    return RepairContent(reason, tuple(map(taken_back, ours)), tuple(map(entered, theirs)))


def _unlike(some: Sequence[SideRow], others: Sequence[SideRow]) -> list[SideRow]:
    """The rows that have no counterpart of equal content among the others, each counterpart counting once."""
    left = Counter(content_of(each) for each in others)
    found = []
    for each in some:
        mark = content_of(each)
        if left[mark]:
            left[mark] -= 1
        else:
            found.append(each)
    return found


def _unfit(row: BreakRow, code: RepairCode, reason: str) -> GatewayError:
    return GatewayError("repair_not_fitting", repair=code.value, kind=row.kind, reason=reason)


def taken_back(row: SideRow) -> SideRow:
    """The entry that takes a row of ours back: it names the original and turns its amounts."""
    return replace(_turned(row), side=OURS, trace=None, reverses=row.trace or row.voucher)


def entered(row: SideRow) -> SideRow:
    """The entry that takes a row of theirs over."""
    return replace(row, side=OURS)


def _turned(row: SideRow) -> SideRow:
    return replace(row, amount=-row.amount, late_fee=-row.late_fee, interest=-row.interest)


def total_of(entries: Iterable[SideRow]) -> int:
    """What entries change our side by, in fen."""
    return sum(each.amount + each.late_fee + each.interest for each in entries)


def content_of(row: SideRow) -> tuple[Any, ...]:
    """What makes two rows alike to an accountant: key, place, months, day, amounts, state."""
    place = (row.key, row.region, row.fund, row.month, row.accounting_month, row.day, row.adjustment)
    return (*place, row.amount, row.late_fee, row.interest, row.state)


def outcome(row: BreakRow, repair: RepairRow, history: Sequence[EntryRow]) -> RepairState:
    """What has become of a repair: a run that proves or disproves one writes into the break, not into the repair."""
    if repair.state == RepairState.AWAITING_SECOND.value and row.state != BreakState.AWAITING_SECOND.value:
        return RepairState.WITHDRAWN
    if repair.state == RepairState.ENTERED.value:
        proofs = [entry for entry in history if entry.action == BreakAction.PROVED.value]
        if any(entry.at >= repair.updated_at for entry in proofs):
            return RepairState.PROVED
        if row.state not in {BreakState.RESOLVED.value, BreakState.WAITING.value}:
            return RepairState.DISPROVED
    return RepairState(repair.state)


def settle_former(runtime: Runtime, tx: Tx, row: BreakRow) -> None:
    """Write down what became of the repair that a break had; one that no run has seen yet is withdrawn.

    What a withdrawn repair had entered is taken back in the books by new entries.
    """
    former = break_repairs.active(tx, row.id)
    if former is None:
        return
    became = outcome(row, former, breaks.entries_of(tx, row.id))
    if became.value in break_repairs.ACTIVE:
        became = RepairState.WITHDRAWN
    break_repairs.change(tx, former, became)
    if former.state == RepairState.ENTERED.value and became is RepairState.WITHDRAWN:
        books.reverse(
            runtime, tx, Reversal(origin=f"withdrawn/{former.id}", of=_origin(former.id), day=books.today(tx))
        )


def take_effect(runtime: Runtime, tx: Tx, row: BreakRow, repair: str, code: RepairCode, content: RepairContent) -> None:
    """Do what a repair does once it is agreed: post its entries in the books, or open the refund case."""
    reference = None
    if content.entries:
        reference = _posted(runtime, tx, row, repair, content)
    elif REPAIRS[code].refunds:
        reference = _refunded(runtime, tx, row, repair)
    if reference is not None:
        break_repairs.refer(tx, repair, reference)


def _posted(runtime: Runtime, tx: Tx, row: BreakRow, repair: str, content: RepairContent) -> str | None:
    """Post every entry of a repair; the handle of the first. A day that is closed is booked today, by the books."""
    side = compared_on(runtime.pairings, date.fromisoformat(row.day), row.pairing).pairing.here
    kind = _BOOKED_AS.get(side)
    if kind is None:
        return None
    posted = [
        books.post(runtime, tx, _event(kind, entry, f"{number}", _origin(repair), content.reason))
        for number, entry in enumerate(content.entries, 1)
    ]
    return next((handle for handle in posted if handle), None)


def _event(kind: EventKind, entry: SideRow, sequence: str, origin: str, reason: str) -> BookEvent:
    return BookEvent(
        kind=kind,
        origin=origin,
        insurance=Insurance(entry.fund),
        region=Region(entry.region),
        day=entry.day,
        amount=Money(entry.amount),
        late_fee=Money(entry.late_fee),
        interest=Money(entry.interest),
        adjustment=entry.adjustment,
        sequence=sequence,
        note=reason,
    )


def _origin(repair: str) -> str:
    return f"repair/{repair}"


def _refunded(runtime: Runtime, tx: Tx, row: BreakRow, repair: str) -> str:
    """Open a refund case for every payment of a break that we know the levy of; the handle of the first."""
    excess = abs(row.here_fen - row.there_fen)
    opened = []
    for levy, kept in _payments(tx, row, breaks.rows_of(tx, row)):
        receipt = decode(Receipt, levies.receipt_content(tx, kept))
        amount = Money(min(excess or receipt.amount.fen, receipt.amount.fen))
        whose = Claim(
            levy, kept.natural_key, receipt, RefundOrigin.CLEARING, amount, receipt.first, receipt.last, part=repair
        )
        opened.append(refunds.open_refund(runtime, tx, cases.lock(tx, levy.case), whose))
        if excess:
            # The rest of the payment is not in question.
            break
    return opened[0]


def _payments(tx: Tx, row: BreakRow, rows: Sequence[SideRow]) -> list[tuple[LevyRow, ReceiptRow]]:
    """The payments that rows of a break are about; GatewayError `repair_not_fitting` where we have none."""
    keys = {key for each in rows for key in (each.trace, _natural_key(each)) if key}
    found = [kept for key in sorted(keys) if (kept := levies.receipt(tx, row.party, key)) and kept.levy]
    if not found:
        raise _unfit(row, RepairCode.REFUND, "no receipt of ours with a levy stands under its vouchers")
    return [(levies.get(tx, str(kept.levy)), kept) for kept in found]


def _natural_key(row: SideRow) -> str:
    return f"{row.voucher}/{row.fund}/{Month(row.month)}"
