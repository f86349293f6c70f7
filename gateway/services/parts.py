"""A payment that comes in parts: each is booked as it comes, and the levy waits until the last of them is there.

One voucher may be pushed month by month, or row by row with late fee and interest apart. What stands of it is shown on
the levy (`paid_fen`), whose state stays what it was: it is payable, and nobody is told that it was paid.
"""

import logging
from datetime import timedelta

from gateway.model.codes import CaseStatus, Insurance, LevyState
from gateway.model.levy import COLLECTED, RECEIPTED
from gateway.model.tax import Receipt
from gateway.model.tax_payments import CorrectPayment, ReversePayment
from gateway.model.values import Money
from gateway.rules import parts as rule
from gateway.rules.same_receipt import natural_key
from gateway.services import account, advance, paying, reopen, withdraw
from gateway.services.determine import local_day
from gateway.services.levy_words import cause
from gateway.services.runtime import Runtime
from gateway.store import cases, levies
from gateway.store.rows import CaseRow, ItemRow, LevyRow
from gateway.store.work import Tx

log = logging.getLogger(__name__)
_GONE = ("reversed", "corrected", paying.GIVEN_BACK)
_QUIET = timedelta(days=1)
"""How long nothing more came of a payment past its last day, before a person is called."""


def repeats(tx: Tx, levy: LevyRow, message: Receipt) -> bool:
    """Whether the voucher that pays a levy tells of a month once more, and says otherwise."""
    same = [each for each in paying.parts(tx, levy) if each.voucher_number == message.voucher_number]
    return rule.overlaps(same, message)


def is_excess(tx: Tx, levy: LevyRow, message: Receipt) -> bool:
    """Whether a payment is of another voucher than what stands on a levy, or of months that are paid for."""
    standing = paying.parts(tx, levy, natural_key(message))
    if not standing:
        return False
    if levy.state in RECEIPTED:
        return not rule.tops_up(standing, message, paying.owed(levy))
    return not rule.joins(standing, message, _open_again(tx, levy))


def _open_again(tx: Tx, levy: LevyRow) -> frozenset[int]:
    """The months of a levy that a payment was taken back of, or given back."""
    gone = [row for row in levies.receipts_of(tx, levy.id) if row.state in _GONE]
    return frozenset[int]().union(*(rule.months_of(paying.receipt(tx, row)) for row in gone))


def taken(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow, message: Receipt) -> Receipt | None:
    """Book a payment or a part of one; the whole of it once it is there, None while more is to come."""
    key = natural_key(message)
    account.collected(runtime, tx, item, levy, message)
    voucher, standing = levy.voucher_number or message.voucher_number, paying.parts(tx, levy, key)
    if voucher != message.voucher_number:
        mark(tx, levy, key, paying.PART)
    whole = rule.together([*standing, message], voucher) if standing else message
    if levy.state not in RECEIPTED and rule.is_whole([*standing, message], paying.owed(levy)):
        return whole
    levies.change(tx, levy.id, LevyState(levy.state), cause(message, levy.tax), **paying.stands(whole))
    withdraw.overtaken(runtime, tx, case, Insurance(item.insurance))
    event = "paid_on_top" if levy.state in RECEIPTED else "paid_in_part"
    advance.tell(runtime, tx, case.id, event, **_so_far(levy, whole), amount=str(message.amount))
    return None


def mark(tx: Tx, levy: LevyRow, key: str, state: str) -> None:
    """Write down what a receipt is of, where its voucher alone does not say it."""
    row = levies.receipt(tx, levy.tax, key)
    if row is not None:
        levies.change_receipt(tx, row, state=state)


def _so_far(levy: LevyRow, whole: Receipt | None) -> dict[str, str]:
    paid = Money(0) if whole is None else whole.amount
    owed = Money(paying.owed(levy).total)
    return {"insurance": levy.insurance, "party": levy.tax, "paid": str(paid), "owed": str(owed)}


def taken_back(
    runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, message: ReversePayment | CorrectPayment, event: str
) -> None:
    """A receipt that paid a levy is gone: so is that part of the payment, and no more. `levy`: as it was before."""
    if levy.state in COLLECTED:
        reopen.levy(runtime, tx, case, levy, message, event)
        return
    left = paying.whole(tx, levy)
    levies.change(tx, levy.id, LevyState(levy.state), cause(message, levy.tax), **paying.stands(left))
    about = {**_so_far(levy, left), "reason": message.reason}
    advance.tell(runtime, tx, case.id, "part_taken_back", **about)


# what is never completed


def unfinished(runtime: Runtime) -> int:
    """Call a person for each levy that was paid in part until its last day, and will not be whole; how many."""
    today = local_day(runtime.now()).isoformat()
    with runtime.store.reading() as tx:
        found = [(row.id, row.case) for row in levies.paid_in_part(tx, today, runtime.now() - _QUIET)]
    return sum(_one(runtime, levy, case) for levy, case in found)


def _one(runtime: Runtime, levy: str, case: str) -> int:
    """One levy: what goes wrong with it holds up no other."""
    try:
        return _to_person(runtime, levy, case)
    except Exception:
        log.exception("levy %s was paid in part, and no person could be called; the others go on", levy)
        return 0


def _to_person(runtime: Runtime, handle: str, case: str) -> int:
    with runtime.store.work("part_unfinished") as tx:
        cases.lock(tx, case)
        levy = levies.get(tx, handle)
        insurance = Insurance(levy.insurance)
        item = cases.item(tx, case, insurance)
        if not paying.waits(levy) or item.status == CaseStatus.NEEDS_PERSON.value:
            return 0
        about = {"paid": str(Money(levy.paid_fen or 0)), "owed": str(Money(paying.owed(levy).total))}
        to, until = CaseStatus.NEEDS_PERSON, levy.payable_until
        advance.move(runtime, tx, case, insurance, to, "part_unfinished", party=levy.tax, until=until, **about)
        return 1
