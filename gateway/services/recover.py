"""A statement proves a payment whose receipt never came: the receipt is rebuilt from it, and cover follows its rule.

The machine does this alone, because there is one possible cause: the levy is ours, the bureau states that it was paid,
and no receipt of that voucher is here. It does so at most RECOVER_A_MINUTE times a minute, as every receipt makes
legs. The next run proves it. Whatever is not that clear is left to a person, who is told why.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from gateway.errors import GatewayError
from gateway.model.breaks import BreakAction, BreakState, Repair, Resolution
from gateway.model.codes import Payer
from gateway.model.statement import StatementRow
from gateway.model.tax import Component, Receipt
from gateway.model.values import ZERO, Money
from gateway.services import advance, pay, stated_payments
from gateway.services.runtime import Runtime
from gateway.store import breaks, cases, levies, recoverable, stated
from gateway.store.breaks import MACHINE, BreakRow
from gateway.store.work import Tx

log = logging.getLogger(__name__)

_NO_LEVY = "no levy of ours bears the numbers that the statement gives"
_NOT_STATED = "the statements of its days do not hold the payment any more"


def recover_receipts(runtime: Runtime) -> int:
    """Rebuild what is proved and lacking, as far as the limit goes; how many receipts are now there."""
    with runtime.store.reading() as tx:
        found = list(recoverable.receipts_to_rebuild(tx, runtime.settings.recover_a_minute))
    found.sort(key=attrgetter("party", "day"))
    return sum(
        _of_day(runtime, party, date.fromisoformat(day), list(some))
        for (party, day), some in groupby(found, key=attrgetter("party", "day"))
    )


def _of_day(runtime: Runtime, party: str, day: date, some: Sequence[BreakRow]) -> int:
    """The breaks of one day."""
    with runtime.store.reading() as tx:
        vouchers = {row.id: {(each.voucher, each.fund) for each in breaks.rows_of(tx, row)} for row in some}
    last = max(date.fromisoformat(row.last_seen) for row in some)
    found = stated_payments.of_days(runtime, party, (day, last), set().union(*vouchers.values()))
    return sum(_one(runtime, row, [found.get(each, []) for each in vouchers[row.id]]) for row in some)


def _one(runtime: Runtime, row: BreakRow, said: Sequence[Sequence[StatementRow]]) -> int:
    """One break: what goes wrong with it holds up no other."""
    try:
        return _recovered(runtime, row, said)
    except GatewayError as problem:
        _left(runtime, row, problem.text("en"))
    except Exception:
        log.exception("the receipt of the break %s could not be rebuilt; it is tried again", row.id)
    return 0


def _recovered(runtime: Runtime, row: BreakRow, said: Sequence[Sequence[StatementRow]]) -> int:
    if not said or not all(said):
        return _left(runtime, row, _NOT_STATED)
    receipts = [_receipt(rows) for rows in said]
    with runtime.store.reading() as tx:
        owed = [_levy(tx, row.party, each) for each in receipts]
    if any(levy is None for levy in owed):
        return _left(runtime, row, _NO_LEVY)
    for each in receipts:
        pay.receipt(runtime, row.party, each)
    with runtime.store.work("receipt_rebuilt") as tx:
        comment = f"rebuilt from the statement: voucher {', '.join(each.voucher_number for each in receipts)}"
        ended = {"state": BreakState.RESOLVED.value, "resolution": Resolution.REPAIRED.value, "resolved_by": MACHINE}
        if breaks.change(tx, row, BreakAction.RECOVERED, actor=MACHINE, comment=comment, **ended):
            for each, levy in zip(receipts, owed, strict=True):
                _tell(runtime, tx, each, levy)
        stated.forget(tx, [(each.voucher, each.fund) for each in breaks.rows_of(tx, row)])
    return len(receipts)


def _levy(tx: Tx, party: str, receipt: Receipt) -> str | None:
    numbers = {"levy_number": receipt.levy_number, "notice_number": receipt.notice_number}
    found = levies.by_numbers(tx, party, reference=None, **numbers)
    return found.id if found and found.insurance == receipt.insurance.value else None


def _tell(runtime: Runtime, tx: Tx, receipt: Receipt, levy: str | None) -> None:
    case = levies.get(tx, levy or "").case
    cases.lock(tx, case)
    about = {"insurance": receipt.insurance.value, "voucher": receipt.voucher_number}
    advance.tell(runtime, tx, case, "receipt_rebuilt", **about)


def _receipt(rows: Sequence[StatementRow]) -> Receipt:
    """One receipt of all rows of a voucher that are about one insurance; its amount is that of all components."""
    first = min(rows, key=lambda row: row.month.ordinal)
    apart = {name: _sum(getattr(row, name) for row in rows) for name in ("late_fee", "interest")}
    parts = {"rate": _sum(row.amount for row in rows), **apart}
    components = tuple(Component(name, Payer.WORKER, part) for name, part in parts.items() if part != ZERO)
    return Receipt(
        voucher_number=first.voucher_number,
        amount=_sum(row.total for row in rows),
        insurance=first.insurance,
        first=first.month,
        last=max((row.month for row in rows), key=attrgetter("ordinal")),
        accounting_month=first.accounting_month,
        collected_on=first.collected_on,
        levy_number=first.levy_number,
        notice_number=first.notice_number,
        treasury_on=first.treasury_on,
        components=components if len(components) > 1 else (),
    )


def _sum(amounts: Iterable[Money]) -> Money:
    return Money(sum(amount.fen for amount in amounts))


def _left(runtime: Runtime, row: BreakRow, reason: str) -> int:
    """A person has to look: the repair proposed is another one, with the reason."""
    with runtime.store.work("receipt_not_rebuilt") as tx:
        breaks.change(tx, row, BreakAction.CHANGED, actor=MACHINE, comment=reason, repair=Repair.ASK_PARTY.value)
        stated.forget(tx, [(each.voucher, each.fund) for each in breaks.rows_of(tx, row)])
    return 0
