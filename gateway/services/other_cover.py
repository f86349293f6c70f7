"""An enrolment that waits until another cover has ended: its holders are asked again from time to time, not for ever.

How often and for how long is a dated rule (`overlap_wait`); where none stands nobody is asked, and a person sees to it.
"""

from collections.abc import Collection
from datetime import timedelta

from gateway.model.codes import CaseStatus, Insurance, LegState
from gateway.rules.overlap import AWAIT
from gateway.services import advance
from gateway.services.determine import local_day, question_of
from gateway.services.runtime import Runtime
from gateway.store import cases, legs
from gateway.store.rows import CaseRow, ItemRow
from gateway.store.work import Tx

_QUESTION, _REGISTRATION = "FindCover", "EnrolWorker"


def awaiting(tx: Tx, case: str) -> list[ItemRow]:
    """The insurances of a case that wait for another cover to be ended; what an agency returned waits for material."""
    waiting = [row for row in cases.items(tx, case) if row.status == CaseStatus.WAITING.value and not row.withdrawing]
    return [row for row in waiting if not legs.named(tx, case, _REGISTRATION, row.insurance)]


def wait(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, holders: Collection[str], citation: str) -> None:
    """Let an insurance wait, and have the holders of the other cover asked again; a person's once its time is over."""
    insurance, again = Insurance(item.insurance), item.status == CaseStatus.WAITING.value
    if not again:
        cases.change_item(tx, case.id, insurance, reason=citation)
        advance.move(runtime, tx, case.id, insurance, CaseStatus.WAITING, "end_other_first", citation=citation)
    rule = question_of(runtime.law, item, local_day(tx.now)).look(AWAIT)
    if rule is None:
        return
    until = case.created_at + timedelta(days=rule.content.within)
    said = {"until": local_day(until).isoformat(), "party": ", ".join(sorted(holders))}
    due_at = tx.now + timedelta(days=rule.content.every)
    if due_at > until:
        about = {"until": said["until"], "citation": citation}
        advance.move(runtime, tx, case.id, insurance, CaseStatus.NEEDS_PERSON, "other_cover_not_ended", **about)
        return
    if not again:
        every = str(rule.content.every)
        advance.tell(runtime, tx, case.id, "other_cover_awaited", insurance=insurance.value, every=every, **said)
    for leg in legs.named(tx, case.id, _QUESTION, ""):
        if leg.party in holders:
            legs.change(tx, leg.id, LegState.PENDING, due_at=due_at)


def being_asked(tx: Tx, case: str) -> bool:
    """Whether somebody who has answered before is asked again; a region that never answered holds nothing up."""
    done = {state.value for state in legs.FINISHED}
    asked = (leg for leg in legs.named(tx, case, _QUESTION, "") if leg.state not in done)
    return any(legs.reply(tx, leg) is not None for leg in asked)


def stop_asking(tx: Tx, case: str) -> None:
    """Ask nobody again on behalf of a case in which no insurance waits any more; first questions stay as they are."""
    if awaiting(tx, case):
        return
    for leg in legs.named(tx, case, _QUESTION, ""):
        if leg.state == LegState.PENDING.value and legs.reply(tx, leg) is not None:
            legs.change(tx, leg.id, LegState.CANCELLED, due_at=None)
