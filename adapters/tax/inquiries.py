"""How a tax bureau is asked whether a message took effect: it finds a levy by the number of either side."""

from adapters.party import Finding, Inquiry, Ways
from adapters.party.inquiry import NOTHING
from adapters.party.outcomes import of_reply
from gateway.model.codes import LevyState
from gateway.model.messages import Message
from gateway.model.tax import FindLevy, LevyResult
from gateway.ports import Outcome, OutcomeKind


def _declared_levy(finding: Finding) -> Message:
    return FindLevy(reference=finding.work.message.reference)


def _declared(finding: Finding, reply: LevyResult) -> Outcome:
    if not reply.found:
        return Outcome(OutcomeKind.RECEIVED, reply) if finding.received else NOTHING
    if not finding.proves_ours(reply):
        return Outcome(OutcomeKind.FOREIGN, reply, "the bureau's record does not carry our reference")
    return of_reply(finding.work.message, reply)


def _levy_to_cancel(finding: Finding) -> Message:
    """By one number only: a bureau finds what fits all that is given, and its own number is the surest."""
    message = finding.work.message
    if message.levy_number:
        return FindLevy(levy_number=message.levy_number)
    if message.notice_number:
        return FindLevy(notice_number=message.notice_number)
    return FindLevy(reference=message.reference)


def _cancelled(finding: Finding, reply: LevyResult) -> Outcome:
    if not reply.found or reply.state is LevyState.CANCELLED:
        return Outcome(OutcomeKind.ACCEPTED, reply)
    if reply.state is LevyState.PAID:
        return Outcome(OutcomeKind.REFUSED, reply, reply.reason or "the levy was paid first")
    return Outcome(OutcomeKind.RECEIVED if finding.received else OutcomeKind.NO_EFFECT, reply)


WAYS = Ways(
    inquiries={
        ("DeclareLevy", "FindLevy"): Inquiry(_declared_levy, _declared, unknown=NOTHING),
        ("CancelLevy", "FindLevy"): Inquiry(_levy_to_cancel, _cancelled),
    },
    probe=FindLevy(reference="connection-check"),
)
