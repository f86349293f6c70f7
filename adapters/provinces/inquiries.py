"""How a province is asked whether a message took effect: by its progress service, or by looking at the cover itself."""

from adapters.party import Finding, Inquiry, Ways
from adapters.party.inquiry import NOTHING
from adapters.party.outcomes import of_reply
from gateway.model.codes import CoverState, Decision, Insurance, Purpose, Scheme
from gateway.model.messages import Message
from gateway.model.person import Warrant
from gateway.model.province import Cover, CoverFound, Done, EnrolmentDecided, FindCover, GetProgress
from gateway.ports import Outcome, OutcomeKind

# Several schemes where a region may not tell an individual's cover from an employee's: what could be the effect must
# not be overlooked, or the message would be sent again.
_SCHEMES = {
    Insurance.PENSION: frozenset({Scheme.INDIVIDUAL_PENSION, Scheme.EMPLOYEE_PENSION}),
    Insurance.RESIDENT_PENSION: frozenset({Scheme.RESIDENT_PENSION}),
    Insurance.MEDICAL: frozenset({Scheme.INDIVIDUAL_MEDICAL, Scheme.EMPLOYEE_MEDICAL}),
    Insurance.RESIDENT_MEDICAL: frozenset({Scheme.RESIDENT_MEDICAL}),
    Insurance.UNEMPLOYMENT: frozenset({Scheme.UNEMPLOYMENT}),
    Insurance.MATERNITY: frozenset({Scheme.MATERNITY}),
    Insurance.OCCUPATIONAL_INJURY: frozenset({Scheme.OCCUPATIONAL_INJURY}),
}


def _progress_of(finding: Finding) -> Message:
    asked = finding.work.message
    return GetProgress(finding.acceptance_number or None, asked.reference, getattr(asked, "insurance", None))


def _progress(finding: Finding, reply: Message) -> Outcome:
    return of_reply(finding.work.message, reply)


def _cover_in_its_months(finding: Finding) -> Message:
    message = finding.work.message
    consent = getattr(message, "consent", None)
    warrant = Warrant(Purpose.ENROLMENT_CHECK, consent.reference if consent else None)
    first, last = _months(message)
    return FindCover(message.person, (message.insurance,), first, last, warrant)


def _months(message: Message) -> tuple[Message, Message]:
    first = message.start if hasattr(message, "start") else message.first
    return first, getattr(message, "last", first)


def _standing(finding: Finding, reply: CoverFound) -> list[Cover]:
    """The covers that could be the effect: of its scheme, not ended, reaching into its months."""
    first, last = _months(finding.work.message)
    schemes = _SCHEMES[finding.work.message.insurance]
    return [
        cover
        for cover in reply.covers
        if cover.scheme in schemes
        and cover.state is not CoverState.ENDED
        and cover.first <= last
        and (cover.last is None or cover.last >= first)
    ]


def _enrolled(finding: Finding, reply: CoverFound) -> Outcome:
    covers = _standing(finding, reply)
    if not covers and reply.unanswered:
        return _half_an_answer(reply)
    if not covers:
        # Taken in is not registered: an application that waits for its decision shows no cover.
        return Outcome(OutcomeKind.UNCERTAIN, reason="taken in, and no cover yet") if finding.received else NOTHING
    ours = next((cover for cover in covers if finding.proves_ours(cover)), None)
    if ours is None:
        return Outcome(OutcomeKind.FOREIGN, reason="; ".join(map(_described, covers)))
    reference = finding.work.message.reference
    decided = EnrolmentDecided(
        Decision.ACCEPTED, reference, person_number=reply.person_number, decided_on=ours.registered_on
    )
    return Outcome(OutcomeKind.ACCEPTED, decided)


def _half_an_answer(reply: CoverFound) -> Outcome:
    """What is not found while a region behind the province is silent may still be there."""
    silent = ", ".join(map(str, reply.unanswered))
    return Outcome(OutcomeKind.UNCERTAIN, reason=f"the answer is incomplete, without {silent}")


def _described(cover: Cover) -> str:
    by, on = cover.registered_by or "nobody named", cover.registered_on or "an unknown day"
    return f"{cover.scheme.value} from {cover.first}, entered by {by} on {on}, reference {cover.reference or 'none'}"


def _withdrawn(finding: Finding, reply: CoverFound) -> Outcome:
    covers = _standing(finding, reply)
    if covers:
        return Outcome(OutcomeKind.NO_EFFECT, reason="; ".join(map(_described, covers)))
    if reply.unanswered:
        return _half_an_answer(reply)
    return Outcome(OutcomeKind.ACCEPTED, Done(done=True, reference=finding.work.message.reference))


def _started(finding: Finding, reply: CoverFound) -> Outcome:
    if any(cover.state is CoverState.ACTIVE for cover in _standing(finding, reply)):
        return Outcome(OutcomeKind.ACCEPTED, Done(done=True, reference=finding.work.message.reference))
    return _half_an_answer(reply) if reply.unanswered else Outcome(OutcomeKind.NO_EFFECT, reason="it is not active")


_CHANGES = ("ChangeDetails", "CorrectIdentity", "SuspendEnrolment", "ResumeEnrolment", "EndEnrolment", "ReportDeath")

WAYS = Ways(
    inquiries={
        **{(change, "GetProgress"): Inquiry(_progress_of, _progress, unknown=NOTHING) for change in _CHANGES},
        ("EnrolWorker", "GetProgress"): Inquiry(_progress_of, _progress, unknown=NOTHING),
        ("EnrolWorker", "FindCover"): Inquiry(_cover_in_its_months, _enrolled, unknown=NOTHING),
        ("WithdrawEnrolment", "FindCover"): Inquiry(_cover_in_its_months, _withdrawn),
        ("StartCover", "FindCover"): Inquiry(_cover_in_its_months, _started),
    },
    probe=GetProgress(reference="connection-check"),
)
