"""What the answers of Guizhou and Hebei mean: two envelopes, the same records."""

from datetime import date

import pytest

from gateway.errors import GatewayError
from gateway.mapping.trades import Trade
from gateway.model.codes import (
    BenefitState,
    ContributionKind,
    ContributionState,
    CoverState,
    Decision,
    EndCause,
    Scheme,
)
from gateway.model.messages import Message
from gateway.model.province import CoverFound, EnrolmentDecided, WorkerFound
from gateway.model.province_changes import EndEnrolment
from gateway.model.province_records import ContributionsFound, RightsFound
from gateway.model.values import Money, Month
from tests.mappings.samples import Read, Sample, every, outcome, read

SAMPLES = {(sample.dialect, sample.file): sample for sample in every()}
BOTH = pytest.mark.parametrize("dialect", ["prm", "hosdata"])
NUMBERS = {"prm": "5200000001", "hosdata": "1300000001"}


def sample(dialect: str, name: str) -> Sample:
    return SAMPLES[f"{dialect}/1.0", f"{name}.xml"]


def said(dialect: str, name: str) -> Read:
    return read(sample(dialect, name))


def reply(dialect: str, name: str) -> Message:
    return said(dialect, name).messages[0]


@BOTH
def test_every_row_of_an_answer_is_a_cover_and_its_state_is_told_by_a_pair(dialect: str) -> None:
    found = reply(dialect, "find-cover.many-rows.reply")
    assert isinstance(found, CoverFound)
    assert found.person_number == NUMBERS[dialect]
    told = [(cover.scheme, cover.state, str(cover.first), cover.reference) for cover in found.covers][:2]
    assert told == [
        (Scheme.EMPLOYEE_PENSION, CoverState.ENDED, "2010-01", None),
        (Scheme.INDIVIDUAL_PENSION, CoverState.SUSPENDED, "2026-01", "r-1"),
    ]


@BOTH
def test_a_pair_that_nobody_lists_is_unknown_and_reported_and_never_guessed(dialect: str) -> None:
    found = said(dialect, "find-cover.unknown-pair.reply")
    assert found.messages[0].covers[0].state is CoverState.UNKNOWN
    assert "1,7" in found.control.extra["unlisted"]


@BOTH
def test_nobody_known_and_nothing_on_record_are_two_answers(dialect: str) -> None:
    assert reply(dialect, "find-cover.nobody.reply") == CoverFound(known=False)
    assert reply(dialect, "find-cover.not-insured.reply") == CoverFound(known=True, person_number=NUMBERS[dialect])
    assert reply(dialect, "find-worker.nobody.reply") == WorkerFound(known=False)


@BOTH
def test_a_contribution_keeps_what_they_state_and_leaves_absent_what_they_do_not(dialect: str) -> None:
    found = reply(dialect, "get-contributions.two-lines.reply")
    assert isinstance(found, ContributionsFound)
    paid, owed = found.lines
    assert (paid.state, paid.kind, paid.personal) == (
        ContributionState.PAID,
        ContributionKind.REGULAR,
        Money(38_496),
    )
    assert (paid.last, paid.paid_on, paid.interest) == (None, date(2024, 1, 18), None)
    assert (owed.state, owed.kind, owed.last) == (
        ContributionState.OWED,
        ContributionKind.BACK_PAYMENT,
        Month.parse("2025-03"),
    )
    assert owed.booked == Month.parse("2025-06")


@BOTH
def test_a_right_says_what_is_earned_and_what_is_drawn(dialect: str) -> None:
    found = reply(dialect, "get-rights.two.reply")
    assert isinstance(found, RightsFound)
    paying, drawing = found.rights
    assert (paying.state, paying.months_paid, paying.benefit) == (CoverState.ACTIVE, 188, None)
    assert (drawing.state, drawing.benefit, drawing.benefit_amount) == (
        CoverState.DRAWING,
        BenefitState.PAID,
        Money(21_340),
    )


@BOTH
def test_a_change_says_what_its_request_says(dialect: str) -> None:
    asked = reply(dialect, "end-enrolment.request")
    assert isinstance(asked, EndEnrolment)
    assert (asked.cause, asked.last, asked.person_number) == (
        EndCause.EMPLOYED,
        Month.parse("2026-09"),
        NUMBERS[dialect],
    )
    decided = reply(dialect, "end-enrolment.done.reply")
    assert isinstance(decided, EnrolmentDecided)
    assert (decided.decision, decided.reference) == (Decision.ACCEPTED, "r-9")


def test_every_number_that_is_not_negative_is_success_and_a_remark_is_no_failure() -> None:
    found = said("prm", "enrol-worker.registered.reply")
    assert found.messages[0].decision is Decision.ACCEPTED
    assert (found.control.extra["serial"], found.control.extra["verification"]) == (
        "52202601051000000001",
        "830415529017264",
    )
    assert said("prm", "confirm.again.reply").messages == ()


def test_the_trades_that_wait_are_listed_with_the_reference_of_their_message() -> None:
    assert said("prm", "uncertain-trades.two.reply").messages == (
        Trade("52202601051000000001", "G20", "r-1"),
        Trade("52202601051000000002", "G20", "r-2"),
    )
    assert said("prm", "uncertain-trades.none.reply").messages == ()


@pytest.mark.parametrize(
    ("dialect", "name"), [("prm", "cut-off"), ("prm", "column-missing"), ("hosdata", "row-missing")]
)
def test_an_answer_that_lost_a_row_or_a_column_is_not_half_read(dialect: str, name: str) -> None:
    error = outcome(sample(dialect, f"find-cover.{name}.reply"))
    assert isinstance(error, GatewayError)
    assert error.kind.code == "unreadable"


def test_the_words_of_a_failure_are_kept() -> None:
    for dialect in NUMBERS:
        error = outcome(sample(dialect, "enrol-worker.failed.reply"))
        assert isinstance(error, GatewayError)
        assert error.params["reason"] == "参保起始月不在允许范围内"


def test_a_sign_in_gives_the_number_of_the_cycle_and_a_reversal_names_its_original() -> None:
    assert said("hosdata", "sign-in.reply").control.extra["cycle"] == "20260105000001"
    asked = said("hosdata", "reverse.request").control.extra
    assert (asked["original_function"], asked["original_serial"]) == ("7110", "leg_01-1")
