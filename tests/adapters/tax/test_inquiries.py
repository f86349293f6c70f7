from dataclasses import replace

import pytest

from adapters.party import Finding
from adapters.tax.inquiries import WAYS
from gateway.model.codes import LevyState
from gateway.model.messages import Message
from gateway.model.tax import CancelLevy, FindLevy, LevyResult
from gateway.ports import OutcomeKind
from tests.adapters.memory import work
from tests.adapters.people import CANCEL, DECLARE, REFERENCE

OURS = {"reference": frozenset({REFERENCE})}
NOT_THERE = LevyResult(found=False)


def finding(message: Message, acceptance: str | None = None) -> Finding:
    return Finding(work(message), acceptance, OURS)


def kind(message: Message, reply: LevyResult, acceptance: str | None = None) -> OutcomeKind:
    inquiry = WAYS.inquiries[type(message).__name__, "FindLevy"]
    return inquiry.judge(finding(message, acceptance), reply).kind


def state(value: LevyState | None, reference: str | None = REFERENCE) -> LevyResult:
    return LevyResult(found=True, state=value, reference=reference)


def test_a_declared_levy_is_found_by_our_reference() -> None:
    assert WAYS.inquiries["DeclareLevy", "FindLevy"].ask(finding(DECLARE)) == FindLevy(reference=REFERENCE)
    assert kind(DECLARE, state(LevyState.DECLARED)) is OutcomeKind.ACCEPTED
    assert kind(DECLARE, state(LevyState.REFUSED)) is OutcomeKind.REFUSED
    assert kind(DECLARE, state(None)) is OutcomeKind.RECEIVED


def test_a_levy_without_our_reference_is_somebodys() -> None:
    assert kind(DECLARE, state(LevyState.DECLARED, None)) is OutcomeKind.FOREIGN
    assert kind(DECLARE, state(LevyState.DECLARED, "another")) is OutcomeKind.FOREIGN


def test_a_levy_that_is_not_there_was_not_declared_unless_the_bureau_has_taken_it_in_and_not_read_it() -> None:
    assert kind(DECLARE, NOT_THERE) is OutcomeKind.NO_EFFECT
    assert kind(DECLARE, NOT_THERE, "") is OutcomeKind.RECEIVED


@pytest.mark.parametrize(
    ("cancel", "asked"),
    [
        (CANCEL, FindLevy(reference=REFERENCE)),
        (replace(CANCEL, notice_number="N1"), FindLevy(notice_number="N1")),
        (replace(CANCEL, notice_number="N1", levy_number="L1"), FindLevy(levy_number="L1")),
    ],
)
def test_a_levy_to_be_cancelled_is_looked_for_by_its_surest_number(cancel: CancelLevy, asked: FindLevy) -> None:
    assert WAYS.inquiries["CancelLevy", "FindLevy"].ask(finding(cancel)) == asked


def test_a_cancellation_took_effect_when_the_levy_is_cancelled_or_gone_and_lost_when_it_is_paid() -> None:
    assert kind(CANCEL, state(LevyState.CANCELLED)) is OutcomeKind.ACCEPTED
    assert kind(CANCEL, NOT_THERE) is OutcomeKind.ACCEPTED
    assert kind(CANCEL, state(LevyState.PAID)) is OutcomeKind.REFUSED
    assert kind(CANCEL, state(LevyState.DECLARED)) is OutcomeKind.NO_EFFECT
    assert kind(CANCEL, state(LevyState.DECLARED), "") is OutcomeKind.RECEIVED
