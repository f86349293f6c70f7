from datetime import date

import pytest

from adapters.party.outcomes import of_reply
from gateway.model.codes import LevyState
from gateway.model.messages import EXCHANGES
from gateway.model.province import CoverFound, Done
from gateway.model.tax import LevyResult, Receipt, ReceiptTaken
from gateway.model.tax_payments import RefundResult
from gateway.model.treasury import TreasuryAnswer
from gateway.ports import OutcomeKind
from tests.adapters.people import CANCEL, DECLARE, FIND_COVER, REFERENCE, START

ACCEPTED, REFUSED, RECEIVED = OutcomeKind.ACCEPTED, OutcomeKind.REFUSED, OutcomeKind.RECEIVED


@pytest.mark.parametrize(
    ("state", "declared", "cancelled"),
    [
        (None, RECEIVED, RECEIVED),
        (LevyState.PREVIEW, RECEIVED, REFUSED),
        (LevyState.ASSESSED, ACCEPTED, REFUSED),
        (LevyState.DECLARED, ACCEPTED, REFUSED),
        (LevyState.LOCKED, ACCEPTED, REFUSED),
        (LevyState.PAID, ACCEPTED, REFUSED),
        (LevyState.UNPAID, ACCEPTED, REFUSED),
        (LevyState.REFUSED, REFUSED, REFUSED),
        (LevyState.CANCELLED, REFUSED, ACCEPTED),
    ],
)
def test_the_state_of_a_levy_says_what_came_of_declaring_and_of_cancelling_it(
    state: LevyState | None, declared: OutcomeKind, cancelled: OutcomeKind
) -> None:
    reply = LevyResult(found=True, state=state, reference=REFERENCE, reason="已缴费，不能作废")
    assert of_reply(DECLARE, reply).kind is declared
    assert of_reply(CANCEL, reply).kind is cancelled
    assert of_reply(CANCEL, reply).reason == "已缴费，不能作废"


def test_a_levy_the_bureau_does_not_have_was_not_declared_and_needs_no_cancelling() -> None:
    assert of_reply(DECLARE, LevyResult(found=False)).kind is REFUSED
    assert of_reply(CANCEL, LevyResult(found=False)).kind is ACCEPTED


def test_what_was_done_or_not_done_is_accepted_or_refused_in_their_words() -> None:
    assert of_reply(START, Done(done=True)).kind is ACCEPTED
    outcome = of_reply(START, Done(done=False, reason="未登记"))
    assert (outcome.kind, outcome.reason) == (REFUSED, "未登记")


def test_an_answered_question_is_accepted_whatever_it_says() -> None:
    reply = CoverFound(known=False)
    assert of_reply(FIND_COVER, reply).reply == reply
    assert of_reply(FIND_COVER, reply).kind is ACCEPTED


def test_every_reply_to_a_change_has_an_outcome() -> None:
    replies = {exchange.reply for exchange in EXCHANGES.values() if exchange.changes}
    treasury = TreasuryAnswer(taken=True, org="24301000000", entrusted_on=date(2026, 1, 20), number="1")
    replies_made = (
        Done(done=True),
        LevyResult(found=False),
        ReceiptTaken("1", taken=True),
        RefundResult(found=False),
        treasury,
    )
    made = {type(reply) for reply in replies_made}
    assert {reply.__name__ for reply in replies - made} == {"EnrolmentDecided"}
    receipt = Receipt.__new__(Receipt)
    assert of_reply(receipt, ReceiptTaken("1", taken=False)).kind is REFUSED


def test_a_reply_of_another_kind_or_about_something_else_leaves_doubt() -> None:
    assert of_reply(START, CoverFound(known=False)).kind is OutcomeKind.UNCERTAIN
    assert of_reply(FIND_COVER, Done(done=True)).kind is OutcomeKind.UNREACHABLE
    assert of_reply(START, Done(done=True, reference="another")).kind is OutcomeKind.UNCERTAIN
