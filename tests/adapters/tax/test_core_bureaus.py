"""Bureaus of the core system as they are shipped, over HTTP, against the servers that play them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from adapters.directory import load
from adapters.party import OrdinaryParty
from adapters.tax.gt3 import CoreBureau
from gateway.errors import GatewayError
from gateway.mapping.dialect_loader import dialects
from gateway.model.codes import LevyState, RefundOrigin, RefundState
from gateway.model.messages import Message
from gateway.model.tax import CancelLevy, FindLevy, LevyResult
from gateway.model.tax_payments import RefundResult, RequestRefund
from gateway.model.values import Money
from gateway.ports import Document, Outcome, OutcomeKind, Party
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import NOW, MemoryAttempt, MemoryJournal, now, work
from tests.adapters.people import DECLARE, REFERENCE, WORKER
from tests.sandbox.started import Sandbox, standing, until

DECLARED = replace(DECLARE, due=date(2099, 1, 25))
CANCELLED = CancelLevy(REFERENCE, "撤销参保")
PARTIES = ("tax-sichuan", "tax-guizhou")
DEADLINE = NOW + timedelta(seconds=20)
RESENT = {"tax-sichuan": 0, "tax-guizhou": 1}  # by an inquiry that sends the same work again


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with standing() as made:
        yield made


@pytest.fixture(scope="module")
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture(scope="module")
def bureaus(sandbox: Sandbox, journal: MemoryJournal) -> Mapping[str, Party]:
    return spoken_to(sandbox, journal)


def spoken_to(sandbox: Sandbox, journal: MemoryJournal, secret: str = "sandbox-{}") -> Mapping[str, Party]:
    given: dict[str, str] = {}
    for party in PARTIES:
        setting = f"PARTY_{party.upper().replace('-', '_')}"
        address = f"http://127.0.0.1:{sandbox.port}/{party.replace('-', '/')}"
        given |= {f"{setting}_URL": address, f"{setting}_SECRET": secret.format(party)}
    return load(MAPPINGS, given, dialects(MAPPINGS, given.__getitem__), journal, now)


@pytest.fixture(params=PARTIES)
def bureau(request: pytest.FixtureRequest, bureaus: Mapping[str, Party], sandbox: Sandbox) -> Party:
    sandbox.control("reset")
    return bureaus[request.param]


def delivered(bureau: Party, message: Message, attempt: MemoryAttempt | None = None) -> Outcome:
    (outcome,) = bureau.deliver([work(message, attempt or MemoryAttempt(f"leg_{type(message).__name__}"))])
    return outcome


def found(bureau: Party, **named: str) -> LevyResult:
    return cast("LevyResult", bureau.ask(FindLevy(**named), DEADLINE))


def counted(sandbox: Sandbox, bureau: Party, kind: str) -> int:
    return sandbox.count(bureau.id, kind, REFERENCE)


def test_a_levy_is_declared_found_under_every_number_and_cancelled_once(bureau: Party, sandbox: Sandbox) -> None:
    outcome = delivered(bureau, DECLARED)
    assert outcome.kind is OutcomeKind.ACCEPTED
    reply = cast("LevyResult", outcome.reply)
    assert (reply.state, reply.reference, reply.amount) == (LevyState.ACCEPTED, REFERENCE, DECLARED.amount)
    assert reply.levy_number
    assert len(reply.tax_person_number or "") == 20
    assert found(bureau, levy_number=reply.levy_number) == found(bureau, reference=REFERENCE) == reply
    assert not found(bureau, reference="another").found
    assert delivered(bureau, CANCELLED).kind is OutcomeKind.ACCEPTED
    assert found(bureau, reference=REFERENCE).state is LevyState.CANCELLED
    assert (counted(sandbox, bureau, "levy_declared"), counted(sandbox, bureau, "levy_cancelled")) == (1, 1)


def test_a_payment_that_got_there_first_wins(bureau: Party, sandbox: Sandbox) -> None:
    delivered(bureau, DECLARED)
    sandbox.control("pay", party=bureau.id, reference=REFERENCE)
    outcome = delivered(bureau, CANCELLED)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, "已缴费，不能作废")
    assert cast("LevyResult", outcome.reply).state is LevyState.PAID
    assert len(found(bureau, reference=REFERENCE).voucher_number or "") == 18


def test_there_is_nothing_to_collect_where_there_is_no_levy(bureau: Party) -> None:
    outcome = delivered(bureau, CANCELLED)
    assert (outcome.kind, outcome.reply) == (OutcomeKind.ACCEPTED, LevyResult(found=False))


def test_a_refund_is_asked_for_once_and_told_as_it_stands(bureau: Party, sandbox: Sandbox) -> None:
    delivered(bureau, DECLARED)
    sandbox.control("pay", party=bureau.id, reference=REFERENCE)
    voucher = found(bureau, reference=REFERENCE).voucher_number or ""
    asked = RequestRefund(
        reference="refund-1",
        person=WORKER,
        person_number=DECLARED.person_number,
        voucher_number=voucher,
        insurance=DECLARED.insurance,
        first=DECLARED.first,
        last=DECLARED.last,
        amount=DECLARED.amount,
        origin=RefundOrigin.PAYER_ERROR,
        reason="重复缴费",
    )
    sandbox.fault(bureau.id, "RequestRefund", "decide_later")
    attempt = MemoryAttempt("leg_refund")
    assert delivered(bureau, asked, attempt).kind is OutcomeKind.RECEIVED
    sandbox.control("refund", party=bureau.id, reference="refund-1")
    outcome = bureau.inquire(work(asked, attempt))
    reply = cast("RefundResult", outcome.reply)
    assert (outcome.kind, reply.state, reply.amount) == (OutcomeKind.ACCEPTED, RefundState.PAID, DECLARED.amount)
    assert sandbox.count(bureau.id, "refund_asked", "refund-1") == sandbox.count(bureau.id, "refunded", "refund-1") == 1
    refused = delivered(bureau, replace(asked, reference="refund-2"), MemoryAttempt("leg_more"))
    assert (refused.kind, refused.reason) == (OutcomeKind.REFUSED, "退费金额超过实缴金额")


TROUBLES: Mapping[str, Mapping[str, Any]] = {
    "timeout_after_effect": {},
    "garbled": {},
    "headers_only": {},
    "effect_missing": {"answer": False},
    "error_200": {},
    "status": {"status": 503},
}


@pytest.mark.parametrize("fault", TROUBLES)
def test_whatever_becomes_of_an_answer_the_levy_is_declared_once(bureau: Party, sandbox: Sandbox, fault: str) -> None:
    sandbox.fault(bureau.id, "DeclareLevy", fault, **TROUBLES[fault])
    attempt = MemoryAttempt()
    assert delivered(bureau, DECLARED, attempt).kind is OutcomeKind.UNCERTAIN
    outcome = bureau.inquire(work(DECLARED, attempt))
    if outcome.kind is OutcomeKind.NO_EFFECT:
        outcome = delivered(bureau, DECLARED, attempt)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert counted(sandbox, bureau, "levy_declared") == 1
    assert counted(sandbox, bureau, "sent_again") == RESENT[bureau.id]


def test_an_answer_in_another_charset_is_read_or_is_found_out_about(bureau: Party, sandbox: Sandbox) -> None:
    sandbox.fault(bureau.id, "DeclareLevy", "wrong_charset")
    attempt = MemoryAttempt()
    outcome = delivered(bureau, DECLARED, attempt)
    if outcome.kind is OutcomeKind.UNCERTAIN:
        outcome = bureau.inquire(work(DECLARED, attempt))
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert counted(sandbox, bureau, "levy_declared") == 1


def test_a_declaration_may_be_decided_later_and_is_received_until_then(bureau: Party, sandbox: Sandbox) -> None:
    sandbox.fault(bureau.id, "DeclareLevy", "decide_later", seconds=0.2)
    attempt = MemoryAttempt()
    assert delivered(bureau, DECLARED, attempt).kind is OutcomeKind.RECEIVED
    until(lambda: bureau.inquire(work(DECLARED, attempt)).kind is OutcomeKind.ACCEPTED)
    assert counted(sandbox, bureau, "levy_declared") == 1


def test_a_refusal_is_in_their_words_and_a_password_is_nobodys_fault_but_ours(
    bureau: Party, sandbox: Sandbox, journal: MemoryJournal
) -> None:
    sandbox.fault(bureau.id, "DeclareLevy", "refuse", reason="金额与费率不符")
    refused = delivered(bureau, DECLARED)
    assert (refused.kind, refused.reason) == (OutcomeKind.REFUSED, "金额与费率不符")
    sandbox.fault(bureau.id, "DeclareLevy", "decide_in_part", reason="该险种暂不受理")
    refused = delivered(bureau, replace(DECLARED, reference="ref-2"), MemoryAttempt("leg_2"))
    assert (refused.kind, refused.reason) == (OutcomeKind.REFUSED, "该险种暂不受理")
    stranger = spoken_to(sandbox, journal, "wrong")[bureau.id]
    assert (
        delivered(stranger, replace(DECLARED, reference="ref-3"), MemoryAttempt("leg_3")).kind
        is OutcomeKind.UNREACHABLE
    )
    assert stranger.check().startswith(f"{bureau.id} answers, but not as agreed")
    assert bureau.check() == ""


def test_the_same_reference_with_another_amount_is_refused(bureau: Party, sandbox: Sandbox) -> None:
    delivered(bureau, DECLARED)
    changed = replace(DECLARED, amount=Money(1))
    outcome = delivered(bureau, changed, MemoryAttempt("leg_9"))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, "序号(XH)重复")
    assert counted(sandbox, bureau, "levy_declared") == 1


def test_a_number_that_comes_again_without_the_flag_is_refused_in_guizhou(
    bureaus: Mapping[str, Party], sandbox: Sandbox
) -> None:
    sandbox.control("reset")
    bureau = bureaus["tax-guizhou"]
    assert delivered(bureau, DECLARED, MemoryAttempt()).kind is OutcomeKind.ACCEPTED
    forgetful = delivered(bureau, DECLARED, MemoryAttempt())
    assert (forgetful.kind, "repeatFlag" in forgetful.reason) == (OutcomeKind.REFUSED, True)
    assert counted(sandbox, bureau, "levy_declared") == 1


def test_no_password_is_in_the_journal(bureau: Party, journal: MemoryJournal) -> None:
    journal.crossings.clear()
    delivered(bureau, DECLARED)
    assert [each.direction for each in journal.crossings] == ["out", "in"]
    sent = journal.crossings[0].body
    assert f"sandbox-{bureau.id}".encode() not in sent
    assert REFERENCE.encode() in sent or b"Zlib" in sent


def pushed(bureau: Party, sandbox: Sandbox) -> Document:
    """A receipt as the bureau would push it."""
    from sandbox.world import World

    world = World()
    try:
        envelope: Any = world._exchanges[bureau.id]
        content = {"DZSPHM": "1", "JSJG_DM": "0"}
        return Document(envelope.write("JKPZTS", content, "f" * 32), "text/xml;charset=UTF-8")
    finally:
        world.close()


def test_a_push_is_let_in_by_the_password_and_the_name_of_the_bureau(bureau: Party, sandbox: Sandbox) -> None:
    assert isinstance(bureau, CoreBureau)
    genuine = pushed(bureau, sandbox)
    assert bureau.admits(genuine) is None
    wrong = replace(genuine, body=genuine.body.replace(f"sandbox-{bureau.id}".encode(), b"guessed"))
    assert bureau.admits(wrong) == "the password is wrong"
    other = replace(genuine, body=genuine.body.replace(f">{bureau.id}<".encode(), b">tax-hunan<"))
    assert bureau.admits(other) == "the caller is not the bureau of this address"
    with pytest.raises(GatewayError):
        bureau.admits(Document(b"<nothing/>", "text/xml"))
    blank: Any = cast("OrdinaryParty", bureau).dialect
    assert f"sandbox-{bureau.id}".encode() not in blank.blank(genuine)


def test_a_person_is_named_as_the_tax_side_names_payers(bureau: Party, sandbox: Sandbox) -> None:
    delivered(bureau, DECLARED)
    (levy,) = sandbox.state(party=bureau.id)["parties"][bureau.id]["levies"]
    assert (levy["id_number"], Decimal(levy["amount"])) == (WORKER.id_number, DECLARED.amount.yuan)
