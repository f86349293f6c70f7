"""The province answered a change: it is made, taken in, refused, or nobody knows yet; and what follows by rule."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from gateway.errors import GatewayError
from gateway.model.case import FINAL, allowed_actions
from gateway.model.codes import CaseStatus, EndCause, Insurance, LegState, LevyState, RefundOrigin
from gateway.model.levy import COLLECTED, OWED
from gateway.model.platform import Enrolment
from gateway.model.province import EnrolmentDecided
from gateway.model.values import Month
from gateway.services import advance, overlap_refunds, paying, plans, refund_claims, refunds, registrations, withdraw
from gateway.services.correct_unsent import correct_unsent
from gateway.services.effects.step import Step
from gateway.services.levy_words import of_result
from gateway.services.records import decode, encode
from gateway.services.registrations import ENROLMENT, Registration
from gateway.store import cases, identities, levies, persons, standing
from gateway.store.rows import CaseRow, ItemRow, LevyRow


def change_answered(step: Step) -> None:
    """Follow an answer to a change; one that came before changes nothing."""
    concerned = _concerned(step)
    match step.state:
        case LegState.ACCEPTED:
            if concerned:
                _made(step, concerned)
        case LegState.REFUSED:
            _refused(step, concerned)
        case LegState.RECEIVED:
            _taken_in(step, concerned)
        case LegState.NEEDS_PERSON:
            for item in concerned:
                _move(step, item, CaseStatus.NEEDS_PERSON, "leg_needs_person", reason=step.outcome.reason)
        case LegState.UNCERTAIN if step.newly:
            step.tell("leg_uncertain", leg=step.leg.id, message=step.leg.message)


def _concerned(step: Step) -> Sequence[ItemRow]:
    """The insurances that this province was told of and that are not through."""
    return [
        item
        for item in cases.items(step.tx, step.case.id)
        if item.province == step.leg.party
        and step.leg.insurance in ("", item.insurance)
        and CaseStatus(item.status) not in FINAL
    ]


def _made(step: Step, concerned: Sequence[ItemRow]) -> None:
    reply: EnrolmentDecided | None = step.outcome.reply
    if reply is not None and reply.person_number:
        persons.learn_local_number(step.tx, step.case.person, step.leg.party, reply.person_number)
    _FOLLOWS[step.leg.message](step, concerned)


def _done(step: Step, concerned: Sequence[ItemRow]) -> None:
    for item in concerned:
        _move(step, item, CaseStatus.COMPLETED, "change_made", change=step.case.kind)


def _refused(step: Step, concerned: Sequence[ItemRow]) -> None:
    reply = step.outcome.reply
    reason = (reply.reason if reply is not None else None) or step.outcome.reason
    for item in concerned:
        cases.change_item(step.tx, step.case.id, item.insurance, reason=reason)
        _move(step, item, CaseStatus.REFUSED, "refused", reason=reason)


def _taken_in(step: Step, concerned: Sequence[ItemRow]) -> None:
    number = getattr(step.outcome.reply, "acceptance_number", None)
    for item in concerned:
        if number and item.acceptance_number != number:
            cases.change_item(step.tx, step.case.id, item.insurance, acceptance_number=number)
            _tell(step, step.case.id, "taken_in", item.insurance, number=number)


def _move(step: Step, item: ItemRow, to: CaseStatus, event: str, **params: str) -> None:
    """A change ends with the province's word; the table of an enrolment's statuses has no such way."""
    cases.change_item(step.tx, step.case.id, item.insurance, status=to.value)
    _tell(step, step.case.id, event, item.insurance, **params)


def _tell(step: Step, case: str, event: str, insurance: str, **params: str) -> None:
    advance.tell(step.runtime, step.tx, case, event, insurance=insurance, party=step.leg.party, **params)


# what follows


def _suspended(step: Step, concerned: Sequence[ItemRow]) -> None:
    _tell(step, _origin(step), "suspended", step.leg.insurance, first=str(step.asked.first))
    _done(step, concerned)


def _resumed(step: Step, concerned: Sequence[ItemRow]) -> None:
    """The months are levied from now on, as those of an enrolment are."""
    (item,), reply = concerned, step.outcome.reply
    notice = reply.notice_number if reply is not None else None
    cases.change_item(step.tx, step.case.id, item.insurance, notice_number=notice)
    item = cases.item(step.tx, step.case.id, item.insurance)
    _tell(step, _origin(step), "resumed", item.insurance, first=str(step.asked.first))
    step.tell("change_made", change=step.case.kind)
    for levy in levies.of_item(step.tx, step.case.id, item.insurance):
        if item.assessor == "agency" and notice:
            said = of_result(step.leg.message, step.leg.party, reply, "")
            levies.change(step.tx, levy.id, LevyState(levy.state), said, notice_number=notice)
            plans.look_for_levy(step.runtime, step.tx, step.case, item, levies.get(step.tx, levy.id))
        elif item.assessor in plans.DECLARED_BY_US:
            plans.declare(step.runtime, step.tx, step.case, item, levy)
        else:
            _move(step, item, CaseStatus.NEEDS_PERSON, "levy_unassessed", assessor=item.assessor)


def _ended(step: Step, concerned: Sequence[ItemRow]) -> None:
    origin = cases.lock(step.tx, _origin(step))
    first = Month(cases.item(step.tx, origin.id, step.leg.insurance).start)
    standing.close(step.tx, origin, step.insurance, first, step.asked.last)
    _tell(step, origin.id, "ended", step.leg.insurance, last=str(step.asked.last))
    if step.asked.cause is EndCause.DUPLICATE:
        overlap_refunds.open_refunds(step.runtime, step.tx, origin, step.insurance, step.asked.last)
    _done(step, concerned)


def _corrected(step: Step, concerned: Sequence[ItemRow]) -> None:
    """Both numbers stay known; what is still to be sent goes out under the right one."""
    if not identities.correct(step.tx, step.case.person, step.asked.corrected):
        for item in concerned:
            _move(step, item, CaseStatus.NEEDS_PERSON, "identity_taken")
        return
    about = standing.of_person(step.tx, step.case.person)
    for row in about:
        if row.kind in (ENROLMENT, "resumption"):
            _reword(step, row)
    correct_unsent(step.tx, step.case, step.leg.party, about, (step.asked.person, step.asked.corrected))
    _done(step, concerned)


def _reword(step: Step, row: CaseRow) -> None:
    asked, right = decode(Enrolment, cases.payload(step.tx, row)), step.asked.corrected
    worker = replace(asked.worker, id_type=right.id_type, id_number=right.id_number, name=right.name)
    standing.reword(step.tx, row.id, encode(replace(asked, worker=worker)))


def _died(step: Step, concerned: Sequence[ItemRow]) -> None:
    """Every participation in the region ends with the month of death, and what was still being asked for anywhere."""
    last = Month.of(step.asked.died_on)
    for each in registrations.of_person(step.tx, step.case.person):
        if each.item.province == step.leg.party:
            _ended_by_death(step, each, last)
    for row in standing.of_person(step.tx, step.case.person):
        if row.kind == ENROLMENT:
            _given_up(step, row, last)
    _done(step, concerned)


def _ended_by_death(step: Step, each: Registration, last: Month) -> None:
    origin = cases.lock(step.tx, each.case.id)
    standing.close(step.tx, origin, each.insurance, Month(each.item.start), last)
    _tell(step, origin.id, "ended_by_death", each.item.insurance, last=str(last))
    of_it = [origin.id, *(made.case.id for made in each.changes if made.case.kind == "resumption")]
    for levy in [levy for case in of_it for levy in levies.of_item(step.tx, case, each.item.insurance)]:
        _beyond_death(step, levy, last, origin.id)


def _beyond_death(step: Step, levy: LevyRow, last: Month, enrolment: str) -> None:
    """Money paid or owed for months after death is a person's to see to, unless its whole enrolment is withdrawn."""
    untouched = levy.state not in COLLECTED and levy.paid_fen is None
    void = levy.first > last.ordinal and levy.case == enrolment and untouched
    if levy.last > last.ordinal and levy.state in OWED and not void:
        insurance = Insurance(levy.insurance)
        to, month = CaseStatus.NEEDS_PERSON, str(Month(levy.last))
        _claim_back(step, levy, last)
        advance.move(step.runtime, step.tx, levy.case, insurance, to, "levied_beyond_death", month=month)


def _claim_back(step: Step, levy: LevyRow, last: Month) -> None:
    """What was paid for months after the month of death goes back by a refund of its own."""
    rows = paying.rows(step.tx, levy)
    until = max((Month(row.last) for row in rows if row.last is not None), default=Month(levy.last))
    first = max(last + 1, Month(levy.first))
    for claim in refund_claims.claims(step.tx, levy, rows, RefundOrigin.DEATH, first, until) if rows else ():
        _claim(step, levy, replace(claim, waits=True))


def _claim(step: Step, levy: LevyRow, claim: refunds.Claim) -> None:
    with suppress(GatewayError):
        # Where all of it is being given back already there is nothing more to claim.
        opened = refunds.open_refund(step.runtime, step.tx, cases.lock(step.tx, levy.case), claim)
        about = {"amount": str(claim.amount), "refund": opened}
        advance.tell(step.runtime, step.tx, levy.case, "refund_claimed", insurance=levy.insurance, **about)


def _given_up(step: Step, row: CaseRow, last: Month) -> None:
    """An enrolment of later months is withdrawn, as far as it can be; of what is paid the timeline tells already."""
    items = cases.items(step.tx, row.id)
    if any(item.start > last.ordinal and "withdraw" in allowed_actions([CaseStatus(item.status)]) for item in items):
        with suppress(GatewayError):
            withdraw.withdraw(step.runtime, step.tx, cases.lock(step.tx, row.id), str(last))


def _origin(step: Step) -> str:
    """The enrolment that changes; LookupError where a change of one registration has none."""
    if step.case.origin is None:
        raise LookupError(f"{step.case.id} changes no enrolment")
    return step.case.origin


_FOLLOWS: Mapping[str, Callable[[Step, Sequence[ItemRow]], None]] = {
    "SuspendEnrolment": _suspended,
    "ResumeEnrolment": _resumed,
    "EndEnrolment": _ended,
    "ChangeDetails": _done,
    "CorrectIdentity": _corrected,
    "ReportDeath": _died,
}
