"""What came of a delivery, read off the answer, or off the want of one."""

from gateway.errors import GatewayError
from gateway.mapping.soap_faults import FaultReplyError
from gateway.model.codes import Decision, LevyState, RefundState
from gateway.model.messages import EXCHANGES, Message
from gateway.model.province import Done, EnrolmentDecided
from gateway.model.tax import LevyResult, ReceiptTaken
from gateway.model.tax_payments import RefundResult
from gateway.model.treasury import TreasuryAnswer
from gateway.ports import Outcome, OutcomeKind

_DECIDED = {
    Decision.ACCEPTED: OutcomeKind.ACCEPTED,
    Decision.RECEIVED: OutcomeKind.RECEIVED,
    # Theirs still, with one request for more material; the core completes it by a new message.
    Decision.RETURNED: OutcomeKind.RECEIVED,
    Decision.REFUSED: OutcomeKind.REFUSED,
}
_DECLARED = {
    LevyState.REFUSED: OutcomeKind.REFUSED,
    LevyState.CANCELLED: OutcomeKind.REFUSED,
    LevyState.PREVIEW: OutcomeKind.RECEIVED,
    None: OutcomeKind.RECEIVED,
}
_CANCELLED = {LevyState.CANCELLED: OutcomeKind.ACCEPTED, None: OutcomeKind.RECEIVED}
_REFUNDED = {
    RefundState.REFUSED: OutcomeKind.REFUSED,
    RefundState.PAID: OutcomeKind.ACCEPTED,
    RefundState.DECIDED: OutcomeKind.ACCEPTED,
    None: OutcomeKind.RECEIVED,
}
_KNOWS_NOTHING = frozenset({"not_found", "unknown_levy"})
_NOT_LET_IN = frozenset({"authentication_needed", "insufficient_scope", "wrong_caller_kind"})


def of_reply(message: Message, reply: Message) -> Outcome:
    """The outcome that `reply` proves for `message`."""
    exchange = EXCHANGES[type(message).__name__]
    misfit = _misfit(message, reply, exchange.reply)
    if misfit:
        return unclear(message, misfit)
    if not exchange.changes:
        return Outcome(OutcomeKind.ACCEPTED, reply)
    return Outcome(_kind(exchange.name, reply), reply, getattr(reply, "reason", None) or "")


def of_fault(message: Message, error: GatewayError) -> Outcome:
    """The outcome where the answer is a fault, or could not be read as an answer.

    A refusal is final, unless it is of us and not of the message: it took no effect, and a wrong password ends no case.
    """
    if _said(error) in _NOT_LET_IN:
        return Outcome(OutcomeKind.UNREACHABLE, reason=f"the party does not let us in: {words(error)}")
    if error.kind.code == "party_refused":
        return Outcome(OutcomeKind.REFUSED, reason=words(error))
    return unclear(message, words(error))


def unclear(message: Message, reason: str) -> Outcome:
    """Sent, and no answer that can be read: in doubt where it may have changed something, else to be asked again."""
    changes = EXCHANGES[type(message).__name__].changes
    return Outcome(OutcomeKind.UNCERTAIN if changes else OutcomeKind.UNREACHABLE, reason=reason)


def words(error: GatewayError) -> str:
    """The party's own words where it gave any, else ours."""
    return error.params.get("reason") or error.text("zh")


def knows_nothing(error: GatewayError) -> bool:
    """Whether the party refuses a question because it has nothing under what was asked for."""
    return _said(error) in _KNOWS_NOTHING


def _said(error: GatewayError) -> str:
    """The catalogue's code for what the party said: in the Problem of its fault, or as its dialect understood it."""
    problem = error.told.problem if isinstance(error, FaultReplyError) and error.told.refused else None
    return problem.code if problem else error.kind.code


def _misfit(message: Message, reply: Message, expected: type) -> str:
    if not isinstance(reply, expected):
        return f"the answer is a {type(reply).__name__}, not a {expected.__name__}"
    asked, answered = getattr(message, "reference", None), getattr(reply, "reference", None)
    if asked and answered and asked != answered:
        return "the answer is about another reference"
    return ""


def _kind(name: str, reply: Message) -> OutcomeKind:
    match reply:
        case EnrolmentDecided():
            return _DECIDED[reply.decision]
        case LevyResult():
            return _levy(name, reply)
        case Done():
            return OutcomeKind.ACCEPTED if reply.done else OutcomeKind.REFUSED
        case RefundResult():
            return _REFUNDED.get(reply.state, OutcomeKind.RECEIVED) if reply.found else OutcomeKind.REFUSED
        case ReceiptTaken() | TreasuryAnswer():
            return OutcomeKind.ACCEPTED if reply.taken else OutcomeKind.REFUSED
    raise TypeError(f"no outcome is known for {type(reply).__name__}")


def _levy(name: str, reply: LevyResult) -> OutcomeKind:
    if name == "CancelLevy":
        # A bureau that has no such levy has none to collect, which is what was asked for.
        return _CANCELLED.get(reply.state, OutcomeKind.REFUSED) if reply.found else OutcomeKind.ACCEPTED
    return _DECLARED.get(reply.state, OutcomeKind.ACCEPTED) if reply.found else OutcomeKind.REFUSED
