"""A statement proves a payment whose receipt never came: the receipt is rebuilt from it, and cover follows its rule.

The machine does this alone, because there is one possible cause: the levy is ours, the bureau states that it was paid,
and no receipt of that voucher is here. It does so at most RECOVER_A_MINUTE times a minute, as every receipt makes
legs. The next run proves it. Whatever is not that clear is left to a person, who is told why.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Layout, key_of
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.breaks import BreakAction, BreakState, Repair, Resolution
from gateway.model.codes import Payer
from gateway.model.reconciliation import Book
from gateway.model.statement import StatementRow
from gateway.model.tax import Component, Receipt
from gateway.model.values import ZERO, Money
from gateway.services import advance, pay
from gateway.services.reconcile_statements import layouts_for
from gateway.services.runtime import Runtime
from gateway.store import breaks, cases, levies, recoverable, statements
from gateway.store.breaks import MACHINE, BreakRow
from gateway.store.statements import StatementRowKept
from gateway.store.work import Tx

log = logging.getLogger(__name__)

Voucher = tuple[str, str]
"""Voucher number and insurance: what one receipt is about."""
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
    """The breaks of one day: its statements are read once for all of them."""
    with runtime.store.reading() as tx:
        vouchers = {row.id: {(each.voucher, each.fund) for each in breaks.rows_of(tx, row)} for row in some}
    last = max(date.fromisoformat(row.last_seen) for row in some)
    stated = _stated(runtime, party, (day, last), {each for wanted in vouchers.values() for each in wanted})
    return sum(_one(runtime, row, [stated.get(each, []) for each in vouchers[row.id]]) for row in some)


def _stated(
    runtime: Runtime, party: str, days: tuple[date, date], wanted: set[Voucher]
) -> Mapping[Voucher, list[StatementRow]]:
    """The rows about some vouchers in the statements of some days, the last included."""
    found: dict[Voucher, list[StatementRow]] = defaultdict(list)

    def take(_: Line, row: StatementRow) -> None:
        about = (row.voucher_number, row.insurance.value)
        if about in wanted and all(row.key != known.key for known in found[about]):
            found[about].append(row)

    for layout in layouts_for(runtime.statements, party, Book.RECEIPT):
        for number in range((days[1] - days[0]).days + 1):
            for kept in _kept(runtime, layout, days[0] + timedelta(days=number)):
                # Read as on the day on which it was kept: what was not in the future then is not now.
                terms = Terms(kept.created_at.astimezone(BEIJING).date(), key_of(layout, runtime.settings.parties))
                check_statement(statements.pieces(runtime.store, kept.id, kept.pieces), layout, terms, take)
    return found


def _kept(runtime: Runtime, layout: Layout, day: date) -> list[StatementRowKept]:
    with runtime.store.reading() as tx:
        rows = statements.of_day(tx, day.isoformat())
    return [row for row in rows if row.party == layout.party and row.state == statements.KEPT]


def _one(runtime: Runtime, row: BreakRow, stated: Sequence[Sequence[StatementRow]]) -> int:
    """One break: what goes wrong with it holds up no other."""
    try:
        return _recovered(runtime, row, stated)
    except GatewayError as problem:
        _left(runtime, row, problem.text("en"))
    except Exception:
        log.exception("the receipt of the break %s could not be rebuilt; it is tried again", row.id)
    return 0


def _recovered(runtime: Runtime, row: BreakRow, stated: Sequence[Sequence[StatementRow]]) -> int:
    if not stated or not all(stated):
        return _left(runtime, row, _NOT_STATED)
    receipts = [_receipt(rows) for rows in stated]
    with runtime.store.reading() as tx:
        owed = [_levy(tx, row.party, each) for each in receipts]
    if any(levy is None for levy in owed):
        return _left(runtime, row, _NO_LEVY)
    for each in receipts:
        pay.receipt(runtime, row.party, each)
    with runtime.store.work("receipt_rebuilt") as tx:
        said = f"rebuilt from the statement: voucher {', '.join(each.voucher_number for each in receipts)}"
        ended = {"state": BreakState.RESOLVED.value, "resolution": Resolution.REPAIRED.value, "resolved_by": MACHINE}
        if breaks.change(tx, row, BreakAction.RECOVERED, actor=MACHINE, comment=said, **ended):
            for each, levy in zip(receipts, owed, strict=True):
                _tell(runtime, tx, each, levy)
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
    return 0
