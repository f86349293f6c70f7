"""A base that was provisional is published: one top-up or refund for each month that it changes, exactly once.

A base that is corrected after that is one more publication: what it differs by from all that was settled before.
"""

import json
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.model.codes import CaseStatus, LevyState, RefundOrigin
from gateway.model.handles import new_handle
from gateway.model.levy import COLLECTED, OWED
from gateway.model.tax import Receipt
from gateway.model.values import Money, Month
from gateway.rules.amounts import MonthAmount, month_amount
from gateway.rules.cover import payable_until
from gateway.rules.parts import contribution as contributed_by
from gateway.rules.refunds import top_up_due
from gateway.services import advance, offsets, paying, plans, refund_record, refund_shares, refunds, top_up_notices
from gateway.services.determine import both, local_day, question_of
from gateway.services.levy_words import ours
from gateway.services.records import content_of, decode
from gateway.services.registrations import TOP_UP, copied
from gateway.services.renew import enrolment_of
from gateway.services.runtime import Runtime
from gateway.store import cases, levies, top_ups
from gateway.store.rows import CaseRow, ItemRow, LevyRow, ReceiptRow, TopUpRow
from gateway.store.work import Tx

log = logging.getLogger(__name__)
_AT_ONCE = 200
_PREFIX = 56
"""So much of a fingerprint tells rules apart, where a number stands behind it."""


@dataclass(frozen=True, slots=True)
class _Matter:
    """A levy whose base was provisional, with its case and insurance."""

    case: CaseRow
    item: ItemRow
    levy: LevyRow


@dataclass(frozen=True, slots=True)
class _Difference:
    """What a month costs by now; what it was settled at, and what of that was paid or is owed, in fen.

    `rows`: the differences that it was settled by; `owed`: a top-up of it is still to be paid.
    """

    month: Month
    now: MonthAmount
    settled: int
    there: int
    rows: Sequence[TopUpRow]
    owed: bool

    @property
    def fen(self) -> int:
        """What is still owed; below 0 it goes back."""
        return self.now.amount.fen - self.settled

    @property
    def back(self) -> int:
        """What goes back: not what was never paid, because a top-up was cancelled or refused."""
        return max(0, min(-self.fen, self.there - self.now.amount.fen))

    def rules(self, fingerprint: str) -> str:
        """What its row is entered under: the rules, numbered where they come back after others."""
        before = sum(row.rules.startswith(fingerprint[:_PREFIX]) for row in self.rows)
        return f"{fingerprint[:_PREFIX]}~{before}" if before else fingerprint


def adjust_months(runtime: Runtime) -> int:
    """Settle the months of every levy by what has been published since; how many differences there were."""
    return sum(_all(runtime, of) for of in (top_ups.waiting, top_ups.settled))


def _all(runtime: Runtime, of: Callable[[Tx, str, str, int], Sequence[LevyRow]]) -> int:
    found, after = 0, ""
    while True:
        with runtime.store.reading() as tx:
            rows = [(row.id, row.case) for row in of(tx, runtime.law.fingerprint, after, _AT_ONCE)]
        if not rows:
            return found
        found += sum(_one(runtime, levy, case) for levy, case in rows)
        after = rows[-1][0]


def _one(runtime: Runtime, levy: str, case: str) -> int:
    """One levy, all its months in one transaction: what goes wrong with it holds up no other."""
    try:
        with runtime.store.work("top_up") as tx:
            return _adjusted(runtime, tx, cases.lock(tx, case), levy)
    except Exception:
        log.exception("the months of levy %s were not settled; the others go on", levy)
        return 0


def _adjusted(runtime: Runtime, tx: Tx, case: CaseRow, handle: str) -> int:
    levy = levies.get(tx, handle)
    if levy.rules == runtime.law.fingerprint or levy.state == LevyState.PREVIEW.value:
        # Of a preview nobody was told: it is determined anew before anybody is.
        return 0
    if levy.state not in OWED:
        return _settle(runtime, tx, levy, 0, provisional=False)
    matter = _Matter(case, cases.item(tx, case.id, levy.insurance), levy)
    months, still = _differences(runtime, tx, matter)
    changed = [each for each in months if each.fen]
    undecided = refund_record.months(runtime, tx, matter.item, levy, "contribution", refund_record.UNDECIDED)
    if levy.state == LevyState.LOCKED.value or any(_waits(levy, each, undecided) for each in changed):
        return 0
    for each in months:
        if each.fen or not each.rows:
            _enter(runtime, tx, matter, each)
    return _settle(runtime, tx, levy, len(changed), provisional=still)


def _enter(runtime: Runtime, tx: Tx, matter: _Matter, each: _Difference) -> None:
    """The difference of a month with the case that it opens; also that there is none: a correction may bring one."""
    opened, rules = matter.case.id, each.rules(runtime.law.fingerprint)
    if each.fen > 0:
        opened = _owed(runtime, tx, matter, each)
    elif each.back:
        opened = _given_back(runtime, tx, matter, each, rules)
    row = TopUpRow(levy=matter.levy.id, month=each.month.ordinal, rules=rules, case=opened, fen=each.fen)
    top_ups.add(tx, row)


def _waits(levy: LevyRow, each: _Difference, undecided: Collection[int]) -> bool:
    """What goes back has to be there first, and a month that may be given back as a whole waits for that decision."""
    if each.month.ordinal in undecided:
        return True
    return each.fen < 0 and (levy.state not in COLLECTED or levy.voucher_number is None or each.owed)


def _settle(runtime: Runtime, tx: Tx, levy: LevyRow, changed: int, *, provisional: bool) -> int:
    said, rules = ours("base_published"), runtime.law.fingerprint
    if changed or levy.provisional:
        levies.change(tx, levy.id, LevyState(levy.state), said, provisional=provisional, rules=rules)
    else:
        top_ups.nothing_changed(tx, levy.id, rules)
    return changed


def _differences(runtime: Runtime, tx: Tx, matter: _Matter) -> tuple[list[_Difference], bool]:
    """Each month whose base is published by now, and whether one is still provisional.

    A month whose contribution was given back is not paid for, and nothing of it is settled any more.
    """
    contribution = enrolment_of(tx, matter.case).contribution
    topped = top_ups.of_levy(tx, matter.levy.id)
    gone = refund_record.months(runtime, tx, matter.item, matter.levy, "contribution")
    found, still = [], False
    for kept in content_of(matter.levy.content).get("months", ()):
        month = Month.parse(kept["month"])
        if not kept["provisional"] or month.ordinal in gone:
            continue
        now = month_amount(question_of(runtime.law, matter.item, month.first_day), month, contribution)
        if any(each.provisional for each in (*now.base.founds, now.found)):
            still = True
            continue
        rows = [row for row in topped if row.month == month.ordinal]
        found.append(_difference(tx, matter, now, Money.parse(kept["amount"]).fen, rows))
    return found, still


def _difference(tx: Tx, matter: _Matter, now: MonthAmount, paid: int, rows: Sequence[TopUpRow]) -> _Difference:
    states = {row.case: levy.state for row in rows if row.fen > 0 for levy in levies.of_case(tx, row.case)}
    opened = [row for row in rows if row.case != matter.case.id]
    there = paid + sum(row.fen for row in opened if row.fen < 0 or states.get(row.case) in COLLECTED)
    owed = any(state in OWED - COLLECTED for state in states.values())
    return _Difference(now.month, now, paid + sum(row.fen for row in rows), there, rows, owed)


# more is owed


def _owed(runtime: Runtime, tx: Tx, matter: _Matter, each: _Difference) -> str:
    """The case of a top-up, with its levy; declared where we declare, else the agency issues it."""
    handle, today = new_handle("case", tx.now), local_day(tx.now)
    question = question_of(runtime.law, matter.item, today)
    due, rule = top_up_due(question, today)
    item = _item(matter.item, handle, each.month)
    event = "top_up_opened_with_fee" if rule.content.late_fee else "top_up_opened"
    said = {"month": str(each.month), "amount": str(Money(each.fen)), "due": due.isoformat()}
    about = {"insurance": item.insurance, "citation": rule.value.instrument, **said}
    limit = max(payable_until(question, each.month), due)
    cases.add(tx, _case(runtime, tx, matter.case, handle), [item], event, **about)
    levy = _levy(runtime, tx, matter, each, (handle, due, limit))
    levies.add(tx, levy)
    row = cases.get(tx, handle)
    if item.assessor in plans.DECLARED_BY_US:
        levy = offsets.use_credits(tx, row, levies.get(tx, levy.id))
        plans.declare_as_it_is(runtime, tx, row, item, levy)
    elif item.assessor == "agency":
        top_up_notices.wait_for_notice(runtime, tx, row, item, levies.get(tx, levy.id))
    about = {"month": said["month"], "amount": said["amount"], "top_up": handle}
    advance.tell(runtime, tx, matter.case.id, "top_up_found", insurance=item.insurance, **about)
    return handle


def _case(runtime: Runtime, tx: Tx, origin: CaseRow, handle: str) -> cases.NewCase:
    return cases.NewCase(
        id=handle,
        kind=TOP_UP,
        client=origin.client,
        person=origin.person,
        status=CaseStatus.REGISTERING.value,
        rules=runtime.law.fingerprint,
        payload=cases.payload(tx, origin),
        origin=origin.id,
    )


def _item(item: ItemRow, case: str, month: Month) -> ItemRow:
    numberless = {"acceptance_number": None, "notice_number": None, "reason": None, "cover_from": None}
    status = CaseStatus.REGISTERING.value
    start = month.ordinal
    return copied(item, case=case, status=status, start=start, hold_until=None, withdrawing=False, **numberless)


def _levy(runtime: Runtime, tx: Tx, matter: _Matter, each: _Difference, where: tuple[str, date, date]) -> LevyRow:
    case, due, limit = where
    shares = each.now.shares
    fens = refund_shares.scaled([share.amount.fen for share in shares], each.fen)
    parts = [
        {"name": share.name, "payer": share.payer.value, "amount": str(Money(fen))}
        for share, fen in zip(shares, fens, strict=True)
        if fen
    ]
    said = {"month": str(each.month), "base": str(each.now.base.amount), "amount": str(Money(each.fen))}
    content: dict[str, Any] = {
        "components": parts,
        "months": [{**said, "provisional": False}],
        "explanation": both(each.now.base.explanation),
    }
    return LevyRow(
        id=new_handle("levy", tx.now),
        case=case,
        insurance=matter.levy.insurance,
        tax=matter.levy.tax,
        first=each.month.ordinal,
        last=each.month.ordinal,
        fen=each.fen,
        due=due.isoformat(),
        payable_until=limit.isoformat(),
        state=LevyState.PREVIEW.value,
        content=json.dumps(content, ensure_ascii=False),
        tax_person_number=matter.levy.tax_person_number,
        rules=runtime.law.fingerprint,
    )


# less is owed


def _paid_by(tx: Tx, levy: LevyRow, month: Month) -> tuple[ReceiptRow, Receipt]:
    """The receipt that a month was paid by."""
    rows = [(row, decode(Receipt, levies.receipt_content(tx, row))) for row in paying.rows(tx, levy)]
    of_month = [each for each in rows if each[1].first <= month <= each[1].last and contributed_by(each[1])]
    return (of_month or rows)[0]


def _given_back(runtime: Runtime, tx: Tx, matter: _Matter, each: _Difference, rules: str) -> str:
    """The refund of what a month was paid too much."""
    levy = matter.levy
    row, receipt = _paid_by(tx, levy, each.month)
    amount, part = Money(each.back), f"{each.month}@{rules[:16]}{rules[_PREFIX:] if '~' in rules else ''}"
    claim = refunds.Claim(
        levy, row.natural_key, receipt, RefundOrigin.CLEARING, amount, each.month, each.month, part=part
    )
    opened = refunds.open_refund(runtime, tx, matter.case, claim)
    about = {"amount": str(amount), "refund": opened}
    advance.tell(runtime, tx, matter.case.id, "refund_claimed", insurance=levy.insurance, **about)
    return opened
