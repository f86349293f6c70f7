"""How the treasury is asked whether an order took effect: by its natural key (9003)."""

from collections.abc import Mapping

from adapters.party import Finding, Inquiry, Ways
from adapters.party.inquiry import NOTHING
from adapters.treasury.packages import PACKAGE
from gateway.model.codes import PostingKind, TransactionState
from gateway.model.messages import Message
from gateway.model.treasury import (
    ChangePostings,
    Deduct,
    DeductMany,
    FindTransaction,
    ReverseDeduction,
    TransactionFound,
    TreasuryAnswer,
)
from gateway.ports import Outcome, OutcomeKind

_POSTINGS: Mapping[PostingKind, str] = {
    PostingKind.REFUND: "1104",
    PostingKind.CORRECTION: "1105",
    PostingKind.EXEMPTION: "1106",
}
_KINDS: Mapping[TransactionState | None, OutcomeKind] = {
    TransactionState.DONE: OutcomeKind.ACCEPTED,
    TransactionState.REVERSED: OutcomeKind.REFUSED,
    TransactionState.FAILED: OutcomeKind.REFUSED,
    TransactionState.PENDING: OutcomeKind.RECEIVED,
}


def order_key(message: Message) -> tuple[str, str]:
    """The number of the kind of message, and that of the order itself."""
    if isinstance(message, Deduct):
        return "1001", message.deduction.trace_number
    if isinstance(message, ReverseDeduction):
        return "1021", message.cancel_number
    if isinstance(message, DeductMany):
        return "1102", message.package_number
    if isinstance(message, ChangePostings):
        return _POSTINGS[message.kind], message.package_number
    raise TypeError(f"{type(message).__name__} is no order to the treasury")


def _order(finding: Finding) -> Message:
    message = finding.work.message
    kind, number = order_key(message)
    carried = finding.work.attempt.recall(PACKAGE) if isinstance(message, Deduct) else None
    if carried:
        return FindTransaction("1102", message.org, message.entrusted_on, number, carried)
    return FindTransaction(kind, message.org, message.entrusted_on, number)


def _became(finding: Finding, reply: TransactionFound) -> Outcome:
    if not reply.found:
        return NOTHING
    message = finding.work.message
    kind = _KINDS.get(reply.state, OutcomeKind.UNCERTAIN)
    taken = kind is not OutcomeKind.REFUSED
    answer = TreasuryAnswer(taken, message.org, message.entrusted_on, order_key(message)[1], reason=reply.reason)
    return Outcome(kind, answer, reply.reason or "")


_ORDERS: tuple[str, ...] = ("Deduct", "DeductMany", "ReverseDeduction", "ChangePostings")
WAYS = Ways(inquiries={(name, "FindTransaction"): Inquiry(_order, _became, unknown=NOTHING) for name in _ORDERS})
