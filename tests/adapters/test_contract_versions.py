"""Shipped provinces against the sandbox, over HTTP: 1.2 carries all that is new, 1.1 refuses it up front."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.directory import load
from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.model.codes import ContributionState, CoverState, Cycle, Decision, EndCause, Insurance, Purpose, Scheme
from gateway.model.messages import Message
from gateway.model.person import Consent, Identity, Warrant
from gateway.model.province import EnrolmentDecided, FindCover
from gateway.model.province_changes import (
    ChangeDetails,
    CorrectIdentity,
    EndEnrolment,
    ReportDeath,
    ResumeEnrolment,
    SuspendEnrolment,
)
from gateway.model.province_records import GetContributions, GetRights
from gateway.model.values import Money, Month
from gateway.ports import Outcome, OutcomeKind, Party
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import MemoryAttempt, MemoryJournal, work
from tests.adapters.people import ENROL, JANUARY, START, WORKER
from tests.sandbox.started import Sandbox, standing

CONSENT = Consent("c-2", datetime(2026, 1, 2, tzinfo=UTC))
WARRANT = Warrant(Purpose.BENEFIT, "c-2")
RIGHT = Identity(WORKER.id_type, "110101199003072017", "甄一凡")
PENSION, MARCH = Insurance.PENSION, Month.parse("2026-03")
CHANGES: dict[str, Message] = {
    "details_changed": ChangeDetails("r-2", WORKER, CONSENT, mobile="13900005678"),
    "identity_corrected": CorrectIdentity("r-2", WORKER, RIGHT, "户口簿", CONSENT),
    "suspended": SuspendEnrolment("r-2", WORKER, PENSION, MARCH, "本人申请", CONSENT),
    "resumed": ResumeEnrolment("r-2", WORKER, PENSION, MARCH, 100, Cycle.MONTHLY, Money(802_000), CONSENT),
    "ended": EndEnrolment("r-2", WORKER, PENSION, MARCH, EndCause.MOVED, CONSENT),
    "death_recorded": ReportDeath("r-2", WORKER, date(2026, 3, 9), "证明 7"),
}
QUESTIONS: tuple[Message, ...] = (
    GetRights(WORKER, WARRANT),
    GetContributions(WORKER, JANUARY, MARCH, WARRANT),
)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with standing() as started:
        yield started


def party(sandbox: Sandbox, name: str) -> Party:
    given = {
        f"PARTY_{name.upper()}_URL": f"http://127.0.0.1:{sandbox.port}/{name}/soap",
        f"PARTY_{name.upper()}_SECRET": f"sandbox-{name}",
    }
    return load(MAPPINGS, given, gateway_dialects(), MemoryJournal(), now)[name]


def deliver(to: Party, message: Message, attempt: MemoryAttempt | None = None) -> Outcome:
    leg = replace(work(message, attempt or MemoryAttempt(id=f"leg-{type(message).__name__}")), deadline=later())
    (outcome,) = to.deliver([leg])
    return outcome


def later() -> datetime:
    return now() + timedelta(seconds=20)


@pytest.fixture
def zhejiang(sandbox: Sandbox) -> Party:
    """Zhejiang, where the worker of these tests is registered and has paid for January."""
    known = party(sandbox, "zhejiang")
    assert deliver(known, ENROL).kind is OutcomeKind.ACCEPTED
    assert deliver(known, START).kind is OutcomeKind.ACCEPTED
    return known


@pytest.mark.parametrize(("effect", "message"), CHANGES.items(), ids=CHANGES)
def test_a_change_reaches_the_province_and_its_decision_comes_back(
    sandbox: Sandbox, zhejiang: Party, effect: str, message: Message
) -> None:
    outcome = deliver(zhejiang, message)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert isinstance(outcome.reply, EnrolmentDecided)
    assert (outcome.reply.decision, outcome.reply.reference) == (Decision.ACCEPTED, "r-2")
    assert bool(outcome.reply.notice_number) == (effect == "resumed")
    assert deliver(zhejiang, message).kind is OutcomeKind.ACCEPTED
    assert sandbox.count("zhejiang", effect, "r-2") == 1


@pytest.mark.parametrize(("effect", "message"), CHANGES.items(), ids=CHANGES)
def test_a_change_that_is_decided_later_is_found_out_by_its_progress(
    sandbox: Sandbox, zhejiang: Party, effect: str, message: Message
) -> None:
    sandbox.fault("zhejiang", type(message).__name__, "decide_later")
    attempt = MemoryAttempt(id="leg-later")
    assert deliver(zhejiang, message, attempt).kind is OutcomeKind.RECEIVED
    leg = replace(work(message, attempt), deadline=later())
    assert zhejiang.inquire(leg).kind is OutcomeKind.RECEIVED
    sandbox.control("decide", party="zhejiang", reference="r-2")
    assert zhejiang.inquire(leg).kind is OutcomeKind.ACCEPTED
    assert sandbox.count("zhejiang", effect, "r-2") == 1


@pytest.mark.parametrize(("effect", "message"), CHANGES.items(), ids=CHANGES)
@pytest.mark.parametrize("fault", ["timeout_after_effect", "garbled"])
def test_a_change_whose_answer_is_lost_is_found_out_and_not_made_twice(
    sandbox: Sandbox, zhejiang: Party, effect: str, message: Message, fault: str
) -> None:
    sandbox.fault("zhejiang", type(message).__name__, fault, seconds=0)
    attempt = MemoryAttempt(id="leg-lost")
    assert deliver(zhejiang, message, attempt).kind is OutcomeKind.UNCERTAIN
    assert zhejiang.inquire(replace(work(message, attempt), deadline=later())).kind is OutcomeKind.ACCEPTED
    assert sandbox.count("zhejiang", effect, "r-2") == 1


def test_rights_and_contributions_are_answered_from_the_provinces_record(zhejiang: Party) -> None:
    of_rights, of_contributions = QUESTIONS
    found: Any = zhejiang.ask(of_rights, later())
    (right,) = found.rights
    assert (right.scheme, right.state, right.months_paid) == (Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, 1)
    lines = zhejiang.ask(of_contributions, later()).lines
    paid = [line for line in lines if line.state is ContributionState.PAID]
    assert [(str(line.first), str(line.base), str(line.personal)) for line in paid] == [
        ("2026-01", "4812.00", "962.40")
    ]


@pytest.mark.parametrize("name", ["beijing", "tianjin"])
@pytest.mark.parametrize("message", [*CHANGES.values(), *QUESTIONS], ids=lambda message: type(message).__name__)
def test_a_province_on_the_first_version_is_not_even_asked(sandbox: Sandbox, name: str, message: Message) -> None:
    known = party(sandbox, name)
    assert type(message).__name__ not in known.supports
    with pytest.raises(GatewayError) as raised:
        known.ask(message, later())
    assert raised.value.kind.code == "unsupported"
    assert sandbox.state()["effects"] == []


@pytest.mark.parametrize(
    ("name", "version"), [("zhejiang", "1.2"), ("guangdong", "1.2"), ("beijing", "1.1"), ("tianjin", "1.1")]
)
def test_every_province_is_spoken_to_in_the_version_of_its_party_file(
    sandbox: Sandbox, name: str, version: str
) -> None:
    known = party(sandbox, name)
    assert known.dialect.version == version
    assert deliver(known, ENROL).kind is OutcomeKind.ACCEPTED
    cover = known.ask(FindCover(WORKER, (PENSION,), JANUARY, MARCH, WARRANT), later())
    assert cover.known
