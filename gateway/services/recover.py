"""A statement proves a payment whose receipt never came: the receipt is rebuilt from it, and cover follows its rule.

The machine does this alone, because there is one possible cause: the levy is ours, the bureau states that it was paid,
and no receipt of that voucher is here. It does so at most RECOVER_A_MINUTE times a minute, as every receipt makes
legs. The next run proves it. Whatever is not that clear is left to a person, who is told why.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from gateway.errors import GatewayError
from gateway.model.breaks import BreakAction, BreakState, Repair, Resolution
from gateway.model.statement import StatementRow
from gateway.model.tax import Component, Receipt
from gateway.model.values import ZERO, Money
from gateway.rules.parts import contribution, months_of
from gateway.rules.same_receipt import natural_key
from gateway.services import advance, pay, paying, refund_shares, stated_payments
from gateway.services.records import content_of
from gateway.services.runtime import Runtime
from gateway.store import breaks, cases, levies, recoverable, stated
from gateway.store.breaks import MACHINE, BreakRow
from gateway.store.rows import LevyRow
from gateway.store.work import Tx

log = logging.getLogger(__name__)

_NO_LEVY = "no levy of ours bears the numbers that the statement gives"
_TAKEN_BACK = "the statements take the payment back, too: what stands of it is for a person to say"
_NOT_THEIRS = "the statement names another person than the levy whose number it gives"
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
    if any(each.reverses is not None for rows in said for each in rows):
        return _left(runtime, row, _TAKEN_BACK)
    with runtime.store.reading() as tx:
        owed = [_levy(tx, row.party, rows[0]) for rows in said]
    levied = [levy for levy in owed if levy is not None]
    if len(levied) < len(owed):
        return _left(runtime, row, _NO_LEVY)
    if any(_of_another(each, levy) for rows, levy in zip(said, levied, strict=True) for each in rows):
        return _left(runtime, row, _NOT_THEIRS)
    with runtime.store.reading() as tx:
        lacking = [
            (each, levy)
            for rows, levy in zip(said, levied, strict=True)
            for each in _lacking(tx, row.party, rows, levy)
        ]
    return _taken(runtime, row, lacking, [rows[0].voucher_number for rows in said])


def _taken(runtime: Runtime, row: BreakRow, lacking: Sequence[tuple[Receipt, LevyRow]], vouchers: Sequence[str]) -> int:
    with runtime.store.reading() as tx:
        new = [(each, levy) for each, levy in lacking if levies.receipt(tx, row.party, natural_key(each)) is None]
    for each, _ in lacking:
        pay.receipt(runtime, row.party, each)
    with runtime.store.work("receipt_rebuilt") as tx:
        came = "rebuilt from the statement" if new else "came after all"
        comment = f"{came}: voucher {', '.join(vouchers)}"
        ended = {"state": BreakState.RESOLVED.value, "resolution": Resolution.REPAIRED.value, "resolved_by": MACHINE}
        if breaks.change(tx, row, BreakAction.RECOVERED, actor=MACHINE, comment=comment, **ended):
            for each, levy in new:
                _tell(runtime, tx, each, levy)
        stated.forget(tx, [(each.voucher, each.fund) for each in breaks.rows_of(tx, row)])
    return len(vouchers)


def _lacking(tx: Tx, party: str, rows: Sequence[StatementRow], levy: LevyRow) -> list[Receipt]:
    """The receipts to rebuild of a voucher: one of all its rows, or of the months that no part of it came for.

    GatewayError `duplicate_receipt` where every month came, and not to the amount that is stated.
    """
    whole = _receipt(rows, levy)
    came = [
        paying.receipt(tx, row)
        for row in levies.receipts_of(tx, levy.id)
        if paying.voucher(row) == whole.voucher_number
    ]
    if not came or any(months_of(whole) <= months_of(each) for each in came):
        return [whole]
    there = frozenset[int]().union(*(months_of(each) for each in came if contribution(each)))
    left = [row for row in rows if row.month.ordinal not in there]
    if not left and sum(each.amount.fen for each in came) != whole.amount.fen:
        raise GatewayError("duplicate_receipt", party=party, receipt=whole.voucher_number)
    by_month = groupby(sorted(left, key=lambda row: row.month.ordinal), key=lambda row: row.month)
    return [_receipt(list(some), levy) for _, some in by_month]


def _levy(tx: Tx, party: str, row: StatementRow) -> LevyRow | None:
    numbers = {"levy_number": row.levy_number, "notice_number": row.notice_number}
    found = levies.by_numbers(tx, party, reference=None, **numbers)
    return found if found and found.insurance == row.insurance.value else None


def _of_another(row: StatementRow, levy: LevyRow) -> bool:
    return levy.tax_person_number is not None and row.tax_person_number != levy.tax_person_number


def _tell(runtime: Runtime, tx: Tx, receipt: Receipt, levy: LevyRow) -> None:
    cases.lock(tx, levy.case)
    about = {"insurance": receipt.insurance.value, "voucher": receipt.voucher_number}
    advance.tell(runtime, tx, levy.case, "receipt_rebuilt", **about)


def _components(levy: LevyRow, rate: Money, apart: Mapping[str, Money]) -> tuple[Component, ...]:
    """What a payment is made of, as far as the statement says it: paid by whom the levy names, late fees by the first.

    Nothing where there is no more to say than the levy says.
    """
    levied = refund_shares.levied(content_of(levy.content))
    late = [(name, part) for name, part in apart.items() if part != ZERO]
    if not late or not levied:
        return ()
    fens = refund_shares.scaled([each.amount.fen for each in levied], rate.fen)
    shares = [Component(each.name, each.payer, Money(fen)) for each, fen in zip(levied, fens, strict=True) if fen]
    return (*shares, *(Component(name, levied[0].payer, part) for name, part in late))


def _receipt(rows: Sequence[StatementRow], levy: LevyRow) -> Receipt:
    """One receipt of all rows of a voucher that are about one insurance; its amount is that of all components."""
    first = min(rows, key=lambda row: row.month.ordinal)
    apart = {name: _sum(getattr(row, name) for row in rows) for name in ("late_fee", "interest")}
    components = _components(levy, _sum(row.amount for row in rows), apart)
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
        components=components,
    )


def _sum(amounts: Iterable[Money]) -> Money:
    return Money(sum(amount.fen for amount in amounts))


def _left(runtime: Runtime, row: BreakRow, reason: str) -> int:
    """A person has to look: the repair proposed is another one, with the reason."""
    with runtime.store.work("receipt_not_rebuilt") as tx:
        breaks.change(tx, row, BreakAction.CHANGED, actor=MACHINE, comment=reason, repair=Repair.ASK_PARTY.value)
        stated.forget(tx, [(each.voucher, each.fund) for each in breaks.rows_of(tx, row)])
    return 0
