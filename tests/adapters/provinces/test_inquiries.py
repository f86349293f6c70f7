import pytest

from adapters.party import Finding
from adapters.provinces.inquiries import WAYS
from gateway.model.codes import CoverState, Decision, Scheme
from gateway.model.messages import EXCHANGES, Message
from gateway.model.province import Cover, CoverFound, Done, EnrolmentDecided, FindCover, GetProgress
from gateway.model.values import Month, Region
from gateway.ports import OutcomeKind
from tests.adapters.memory import work
from tests.adapters.people import ENROL, REFERENCE, START, WITHDRAW, cover

OURS = {"reference": frozenset({REFERENCE}), "registered_by": frozenset({"gateway"})}


def outcome(message: Message, *covers: Cover, acceptance: str | None = None) -> tuple[OutcomeKind, Message | None, str]:
    inquiry = WAYS.inquiries[type(message).__name__, "FindCover"]
    found = inquiry.judge(Finding(work(message), acceptance, OURS), CoverFound(True, "4300000001", covers))
    return found.kind, found.reply, found.reason


def test_cover_that_carries_our_reference_and_our_name_is_ours() -> None:
    kind, reply, _ = outcome(ENROL, cover(by="clerk-07", reference=None), cover())
    assert kind is OutcomeKind.ACCEPTED
    assert reply == EnrolmentDecided(
        Decision.ACCEPTED, REFERENCE, person_number="4300000001", decided_on=cover().registered_on
    )


@pytest.mark.parametrize(
    "somebodys",
    [
        cover(by="clerk-07", reference=None),
        cover(by="clerk-07"),
        cover(reference="ref-2"),
        cover(by=None, reference=None),
        cover(scheme=Scheme.EMPLOYEE_PENSION, by="clerk-07", reference=None),
        cover(state=CoverState.UNKNOWN, by="clerk-07", reference=None),
        cover(first="2025-06", by="clerk-07", reference=None),
    ],
)
def test_cover_that_does_not_show_our_hand_is_somebodys_and_is_described(somebodys: Cover) -> None:
    kind, reply, reason = outcome(ENROL, somebodys)
    assert (kind, reply) == (OutcomeKind.FOREIGN, None)
    assert (somebodys.registered_by or "nobody named") in reason


@pytest.mark.parametrize(
    "elsewhere",
    [
        cover(state=CoverState.ENDED),
        cover(scheme=Scheme.RESIDENT_PENSION),
        cover(first="2026-02"),
        cover(first="2025-01", last="2025-12"),
    ],
)
def test_cover_of_another_scheme_or_time_is_no_effect(elsewhere: Cover) -> None:
    assert outcome(ENROL, elsewhere)[0] is OutcomeKind.NO_EFFECT
    assert outcome(ENROL)[0] is OutcomeKind.NO_EFFECT


def test_an_application_that_waits_for_its_decision_shows_no_cover_and_is_not_sent_again() -> None:
    assert outcome(ENROL, acceptance="A1")[0] is OutcomeKind.UNCERTAIN


def test_nothing_is_concluded_from_an_answer_that_is_not_whole() -> None:
    partial = CoverFound(known=False, unanswered=(Region("330000"),))
    for message in (ENROL, WITHDRAW, START):
        judge = WAYS.inquiries[type(message).__name__, "FindCover"].judge
        assert judge(Finding(work(message), None, OURS), partial).kind is OutcomeKind.UNCERTAIN


def test_a_withdrawal_took_effect_when_nothing_stands() -> None:
    assert outcome(WITHDRAW, cover())[0] is OutcomeKind.NO_EFFECT
    assert outcome(WITHDRAW, cover(state=CoverState.ENDED))[:2] == (OutcomeKind.ACCEPTED, Done(True, REFERENCE))


def test_a_start_took_effect_when_the_cover_is_active() -> None:
    assert outcome(START, cover())[0] is OutcomeKind.NO_EFFECT
    assert outcome(START, cover(state=CoverState.ACTIVE))[:2] == (OutcomeKind.ACCEPTED, Done(True, REFERENCE))


def test_the_questions_are_about_the_same_person_insurance_and_months() -> None:
    for message in (ENROL, WITHDRAW, START):
        asked = WAYS.inquiries[type(message).__name__, "FindCover"].ask(Finding(work(message), None, OURS))
        assert isinstance(asked, FindCover)
        assert (asked.person, asked.insurances) == (ENROL.person, (ENROL.insurance,))
        assert (asked.first, asked.last) == (Month.parse("2026-01"), Month.parse("2026-01"))
    progress = WAYS.inquiries["EnrolWorker", "GetProgress"].ask(Finding(work(ENROL), "", OURS))
    assert progress == GetProgress(None, REFERENCE, ENROL.insurance)


def test_every_inquiry_asks_with_something_that_changes_nothing() -> None:
    for message, asked_with in WAYS.inquiries:
        assert EXCHANGES[message].changes
        assert not EXCHANGES[asked_with].changes
