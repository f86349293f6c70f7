"""Bring an insurance up to date before a leg goes out: what no longer holds is replaced, refused or handed over."""

import json

from gateway.model.case import FINAL
from gateway.model.codes import CaseStatus, Insurance, LegState, LevyState
from gateway.model.platform import Enrolment
from gateway.model.values import Money
from gateway.services import advance
from gateway.services.anew import AS_IT_WAS, Finding, Matter, Sending, Verdict, holds, weigh
from gateway.services.determine import CHINA, ItemPlan, local_day
from gateway.services.levy_words import ours
from gateway.services.offsets import offset_of, with_offset
from gateway.services.records import decode
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies, reservations
from gateway.store.rows import CaseRow, ItemRow, LegRow
from gateway.store.work import Tx

_GIVEN_UP = FINAL - {CaseStatus.COMPLETED}


def enrolment_of(tx: Tx, case: CaseRow) -> Enrolment:
    """What the platform asked for."""
    return decode(Enrolment, cases.payload(tx, case))


def renew(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, sending: Sending) -> Verdict:
    """Determine an insurance anew where that was done for another day or by other rules, and write what came of it.

    The caller has locked the case. Where the verdict is refused nothing is sent; where it is undecided, what was to be
    sent is put aside (`mind`). A question can be asked all the same: nothing ends for it.
    """
    if holds(runtime.law, item, sending, tx.now):
        return AS_IT_WAS
    matter = _matter(tx, case, item)
    verdict = weigh(runtime.law, matter, sending, tx.now)
    if verdict.plan is not None:
        _replace(runtime, tx, matter, verdict)
    elif sending is not Sending.LOOK_UP:
        _end(runtime, tx, item, verdict)
    return verdict


def mind(runtime: Runtime, tx: Tx, leg: LegRow, verdict: Verdict) -> bool:
    """Put a pending leg aside for a person, or until a shut door opens, where the verdict says so; whether it did."""
    opens = verdict.not_before
    if verdict.finding is Finding.UNDECIDED:
        legs.change(tx, leg.id, LegState.NEEDS_PERSON, due_at=None, reason=verdict.reason)
        return True
    if opens is None or (leg.due_at is not None and leg.due_at >= opens):
        return False
    legs.change(tx, leg.id, LegState.PENDING, due_at=opens)
    until = opens.astimezone(CHINA).isoformat(sep=" ", timespec="minutes")
    advance.tell(runtime, tx, leg.case, "window_closed", insurance=leg.insurance, party=leg.party, until=until)
    return True


def _matter(tx: Tx, case: CaseRow, item: ItemRow) -> Matter:
    beside = [row for row in cases.items(tx, case.id) if row.insurance != item.insurance]
    others = frozenset(Insurance(row.insurance) for row in beside if CaseStatus(row.status) not in _GIVEN_UP)
    first, *_ = levies.of_item(tx, case.id, item.insurance)
    return Matter(item, first, enrolment_of(tx, case), others, local_day(case.created_at))


def _replace(runtime: Runtime, tx: Tx, matter: Matter, verdict: Verdict) -> None:
    item, plan = matter.item, verdict.plan
    if plan is None:
        return
    # Also where it holds: the next look of the day need not reckon again.
    cases.change_item(tx, item.case, item.insurance, determination=plan.kept, assessor=plan.assessor)
    if verdict.finding is Finding.CHANGED:
        levy = plan.levy
        dates = {"due": levy.due.isoformat(), "payable_until": levy.payable_until.isoformat()}
        offset = offset_of(matter.levy.content)
        content = with_offset(levy.kept, offset)
        about = {"provisional": levy.provisional, "rules": levy.rules}
        now = {"fen": levy.amount.fen - offset, "content": content, **about, **dates}
        said = ours("determined_anew", amount=str(levy.amount), due=dates["due"])
        levies.change(tx, matter.levy.id, LevyState.PREVIEW, said, **now)
        event = "determined_anew" if matter.kept.get("rules") == runtime.law.fingerprint else "rules_changed"
        advance.tell(runtime, tx, item.case, event, insurance=item.insurance, **_difference(matter, plan))


def _difference(matter: Matter, plan: ItemPlan) -> dict[str, str]:
    kept, levy = json.loads(plan.kept), plan.levy
    return {
        "day": kept["on"],
        "base": kept["base"],
        "amount": str(levy.amount),
        "due": levy.due.isoformat(),
        "base_before": matter.kept["base"],
        "amount_before": str(Money(matter.levy.fen)),
        "due_before": matter.levy.due,
    }


def _end(runtime: Runtime, tx: Tx, item: ItemRow, verdict: Verdict) -> None:
    insurance, reason = Insurance(item.insurance), verdict.reason
    if verdict.finding is Finding.REFUSED:
        cases.change_item(tx, item.case, insurance, reason=reason)
        reservations.release(tx, item.case, insurance)
        advance.move(runtime, tx, item.case, insurance, CaseStatus.REFUSED, "no_longer_allowed", reason=reason)
    elif verdict.finding is Finding.UNDECIDED:
        advance.move(runtime, tx, item.case, insurance, CaseStatus.NEEDS_PERSON, "not_sent", reason=reason)
