"""Take in what a party pushes: a receipt, a decision, a levy's result. The same push again is the same answer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gateway.errors import Fault, GatewayError
from gateway.model.codes import LegState
from gateway.model.messages import Message
from gateway.model.province import Done, EnrolmentDecided
from gateway.model.tax import LevyResult, Receipt, ReceiptTaken
from gateway.model.tax_payments import CorrectPayment, PostPayment, RefundResult, ReversePayment
from gateway.model.treasury import CheckPackages, CheckPart
from gateway.ports import Outcome, OutcomeKind
from gateway.services import effects, levy_told, pay, payment_notices, refunds, top_up_notices
from gateway.services.check_again import check_packages
from gateway.services.check_parts import check_part
from gateway.services.levy_words import cause
from gateway.services.records import encode, request
from gateway.services.registrations import KINDS
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies
from gateway.store import refunds as kept_refunds
from gateway.store.casefile import CaseFile
from gateway.store.rows import CaseRow, LegRow
from gateway.store.work import Tx

_REFUNDS = {"decided": "accepted", "paid": "accepted", "refused": "refused"}
_FINISHED = {state.value for state in legs.FINISHED}


def receive(runtime: Runtime, party: str, message: Message, *, about: str = "") -> Message:
    """Take in `message` from `party` and answer it; GatewayError where it concerns nothing that we know.

    `about`: what the document was journalled under.
    """
    take = _TAKES.get(type(message))
    if take is None:
        raise GatewayError("unsupported", party="gateway", message=type(message).__name__, alternative="")
    answer = take(runtime, party, message, about)
    runtime.journal.tied(about)
    return answer


def _decision(runtime: Runtime, party: str, message: EnrolmentDecided, about: str) -> Message:
    with runtime.store.work("decision") as tx:
        if not message.acceptance_number:
            raise GatewayError("faults", faults=[Fault("/acceptance_number", "missing_field")], count="1")
        item = cases.by_acceptance(tx, party, message.acceptance_number)
        if item is None:
            raise GatewayError("not_found", thing=f"acceptance number {message.acceptance_number}")
        with _file_of(runtime, tx, item.case, about) as (file, case):
            leg = _decided(file, case, party, item.insurance)
            if leg is not None and leg.state not in _FINISHED:
                _settle_by_push(runtime, file, case, leg, message)
    return Done(done=True, reference=message.reference)


def _levy_result(runtime: Runtime, party: str, message: LevyResult, about: str) -> Message:
    with runtime.store.work("levy_result") as tx:
        levy = _levy(tx, party, message.reference, message.levy_number, message.notice_number)
        new = None if levy else top_up_notices.pushed(tx, party, message)
        if (of := levy or new) is None:
            raise GatewayError("unknown_levy", number=message.reference or message.levy_number or "")
        with _file_of(runtime, tx, of.case, about) as (file, case):
            leg = _latest(file, of.case, "DeclareLevy", of.insurance)
            if levy is None:
                top_up_notices.numbered(runtime, file, case, of, message.notice_number or "", cause(message, party))
            elif leg is not None and leg.state not in _FINISHED:
                _settle_by_push(runtime, file, case, leg, message)
            else:
                levy_told.told(runtime, file, case, levy, message)
    return Done(done=True, reference=message.reference)


def _refund_result(runtime: Runtime, party: str, message: RefundResult, about: str) -> Message:
    with runtime.store.work("refund_result") as tx:
        row = kept_refunds.find(tx, party, message.reference or "")
        if row is None:
            raise GatewayError("not_found", thing=f"refund {message.reference}")
        with _file_of(runtime, tx, row.case, about) as (file, case):
            leg = _latest(file, case.id, "RequestRefund", row.insurance)
            if leg is not None and leg.state not in _FINISHED:
                _settle_by_push(runtime, file, case, leg, message)
            else:
                refunds.told(runtime, file, kept_refunds.get(file, row.id), message)
    return Done(done=True, reference=message.reference)


def _correction(runtime: Runtime, party: str, message: CorrectPayment, about: str) -> ReceiptTaken:
    """A correction to other months is followed by the receipt that the payment is by now; both are known again."""
    answer = payment_notices.take(runtime, party, message, about)
    right = payment_notices.moved(runtime, party, message)
    if right is not None:
        pay.receipt(runtime, party, right)
    return answer


@contextmanager
def _file_of(runtime: Runtime, tx: Tx, case: str, about: str) -> Iterator[tuple[CaseFile, CaseRow]]:
    """The file of the case that a push is about, locked, and its row; what changes is written in one go at the end."""
    file = cases.lock_file(tx, case)
    cases.read_ahead(file, [case])
    levies.read_ahead(file, [case])
    row = cases.get(file, case)
    runtime.journal.tie(file, about, case=row.id, person=row.person)
    yield file, row
    file.write()


def _settle_by_push(runtime: Runtime, tx: Tx, case: CaseRow, leg: LegRow, message: Message) -> None:
    outcome = Outcome(_kind(message), reply=message, reason=message.reason or "")
    states = {OutcomeKind.ACCEPTED: LegState.ACCEPTED, OutcomeKind.REFUSED: LegState.REFUSED}
    state = states.get(outcome.kind, LegState.RECEIVED)
    legs.change(
        tx,
        leg.id,
        state,
        due_at=leg.due_at if state is LegState.RECEIVED else None,
        reply=legs.seal_reply(tx, leg.id, encode(message)),
        reason=message.reason,
    )
    asked = request(leg.message, legs.payload(tx, leg))
    effects.follow(effects.Step(runtime, tx, case, leg, asked, outcome, state))


def _kind(message: Message) -> OutcomeKind:
    if isinstance(message, EnrolmentDecided):
        word = message.decision.value
    elif isinstance(message, RefundResult):
        word = _REFUNDS.get(message.state.value if message.state else "", "received")
    else:
        word = "refused" if not message.found or message.state == "refused" else "accepted"
    return {"accepted": OutcomeKind.ACCEPTED, "refused": OutcomeKind.REFUSED}.get(word, OutcomeKind.RECEIVED)


def _decided(tx: Tx, case: CaseRow, party: str, insurance: str) -> LegRow | None:
    """The leg that a decision is about: the enrolment, or the change that the case makes."""
    if case.kind not in KINDS:
        return _latest(tx, case.id, "EnrolWorker", insurance)
    told = [leg for leg in legs.named(tx, case.id, KINDS[case.kind]) if leg.party == party]
    return next((leg for leg in told if leg.insurance in ("", insurance)), None)


def _latest(tx: Tx, case: str, message: str, insurance: str) -> LegRow | None:
    rows = legs.named(tx, case, message, insurance)
    return rows[-1] if rows else None


def _levy(tx: Tx, party: str, reference: str | None, levy_number: str | None, notice_number: str | None) -> Any:
    return levies.by_numbers(tx, party, reference=reference, levy_number=levy_number, notice_number=notice_number)


_TAKES: Mapping[type, Callable[[Runtime, str, Any, str], Message]] = {
    EnrolmentDecided: _decision,
    LevyResult: _levy_result,
    Receipt: pay.receipt,
    PostPayment: payment_notices.take,
    ReversePayment: payment_notices.take,
    CorrectPayment: _correction,
    RefundResult: _refund_result,
    CheckPart: check_part,
    CheckPackages: check_packages,
}
