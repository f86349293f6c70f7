"""A node of the treasury network against the sandbox's treasury, over HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from adapters import treasury
from adapters.party import Parts, read_profile
from adapters.treasury.node import LEVYING, TreasuryNode
from adapters.treasury.signing import signed
from gateway.errors import GatewayError
from gateway.mapping.dialect_loader import dialects
from gateway.model.codes import CheckKind, Insurance, PostingKind, TransactionState
from gateway.model.messages import Message
from gateway.model.treasury import (
    AskAgain,
    ChangePostings,
    Deduct,
    Deduction,
    DeductMany,
    FindTransaction,
    PostingChange,
    ReverseDeduction,
    TaxItem,
    TransactionFound,
    TreasuryAnswer,
)
from gateway.model.values import Money
from gateway.ports import Control, Document, Outcome, OutcomeKind
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import NOW, MemoryJournal, now, sent, work
from tests.sandbox.started import Sandbox, standing

ORG = "24301000000"
DAY = date(2026, 1, 15)
SECRET = "sandbox-treasury-hunan"
ITEM = TaxItem(Insurance.PENSION, "10201", date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31), Money(96240))
PAYMENT = Deduction(
    "00000001",
    "103551000001",
    "6217000000000000017",
    Money(96240),
    "343016260100000017",
    DAY,
    "43010000000017",
    "周远航",
    "XY1",
    items=(ITEM,),
)
DEDUCT = Deduct(ORG, DAY, PAYMENT)
REVERSE = ReverseDeduction(ORG, DAY, "90000001", DAY, "00000001", "重复扣款")
MANY = DeductMany(ORG, DAY, "00000005", 2, Money(2 * 96240), (PAYMENT, replace(PAYMENT, trace_number="00000002")))
OTHER = replace(PAYMENT, trace_number="00000002", voucher_number="343016260100000018")
CHANGE = PostingChange(
    "00000009",
    "1901000000",
    "00000031",
    "343016260100000017",
    Money(96240),
    DAY,
    Insurance.PENSION,
    "1",
    "01",
    payee_name="周远航",
)
REFUND = ChangePostings(PostingKind.REFUND, ORG, DAY, "00000006", 1, Money(96240), (CHANGE,))
ORDERS: tuple[Message, ...] = (DEDUCT, MANY, REVERSE, REFUND)
FIND = FindTransaction("1001", ORG, DAY, "00000001")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with standing() as started:
        yield started


def node(sandbox: Sandbox, levy_org: str = "", secret: str = SECRET) -> TreasuryNode:
    profile = read_profile(MAPPINGS / "treasury" / "hunan" / "party.yaml")
    profile = msgspec.structs.replace(profile, levy_org=levy_org)
    dialect = dialects(MAPPINGS)["tips/1.0"]()
    address = f"http://127.0.0.1:{sandbox.port}/treasury/hunan"
    made = treasury.party(Parts(profile, dialect, address, MemoryJournal(), now, secret))
    assert isinstance(made, TreasuryNode)
    return made


def delivered(party: TreasuryNode, message: Message) -> Outcome:
    (outcome,) = party.deliver([work(message)])
    return outcome


def asked(party: TreasuryNode, query: Message) -> Message:
    return party.ask(query, NOW + timedelta(seconds=20))


@pytest.mark.parametrize("message", ORDERS, ids=lambda each: type(each).__name__)
def test_an_order_to_levy_is_refused_by_name_and_never_sent_where_no_code_for_levying_is_held(
    sandbox: Sandbox, message: Message
) -> None:
    party = node(sandbox)
    assert type(message).__name__ not in party.supports
    outcome = delivered(party, message)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "levy_org" in outcome.reason
    with pytest.raises(GatewayError) as caught:
        asked(party, message)
    assert caught.value.kind.code == "levy_org_needed"
    assert party.inquire(work(message, sent())).kind is OutcomeKind.NO_EFFECT
    assert sandbox.state(party="treasury-hunan")["parties"]["treasury-hunan"]["orders"] == {}


def test_the_code_of_somebody_else_is_refused_too(sandbox: Sandbox) -> None:
    party = node(sandbox, "24399000000")
    assert {each.__name__ for each in LEVYING} <= party.supports.keys()
    assert delivered(party, DEDUCT).kind is OutcomeKind.REFUSED


@pytest.mark.parametrize("message", [DEDUCT, MANY, REFUND], ids=lambda each: type(each).__name__)
def test_who_levies_orders_and_the_same_order_again_is_the_same(sandbox: Sandbox, message: Message) -> None:
    party = node(sandbox, ORG)
    if message is REFUND:
        delivered(party, DEDUCT)
    before = len(sandbox.state()["effects"])
    first, second = delivered(party, message), delivered(party, message)
    assert (first.kind, first.reply) == (OutcomeKind.ACCEPTED, second.reply)
    assert isinstance(first.reply, TreasuryAnswer)
    assert first.reply.taken
    assert len(sandbox.state()["effects"]) == before + (2 if message is MANY else 1)


def test_a_reversal_is_a_message_of_its_own_with_a_number_of_its_own(sandbox: Sandbox) -> None:
    party = node(sandbox, ORG)
    delivered(party, DEDUCT)
    outcome = delivered(party, REVERSE)
    assert isinstance(outcome.reply, TreasuryAnswer)
    assert (outcome.kind, outcome.reply.number) == (OutcomeKind.ACCEPTED, "90000001")
    found = asked(party, FIND)
    assert isinstance(found, TransactionFound)
    assert found.state is TransactionState.REVERSED
    another = delivered(party, replace(REVERSE, cancel_number="90000002"))
    assert (another.kind, another.reason) == (OutcomeKind.REFUSED, "原交易未成功或已冲正")


def test_what_the_treasury_refuses_is_refused_in_its_words(sandbox: Sandbox) -> None:
    sandbox.fault("treasury-hunan", "Deduct", "refuse", reason="余额不足")
    outcome = delivered(node(sandbox, ORG), DEDUCT)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, "余额不足")


def test_a_package_of_more_than_a_thousand_is_refused_before_it_is_sent(sandbox: Sandbox) -> None:
    rows = tuple(replace(PAYMENT, trace_number=f"{number:08d}") for number in range(1001))
    message = DeductMany(ORG, DAY, "00000007", 1001, Money(1001 * 96240), rows)
    outcome = delivered(node(sandbox, ORG), message)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "1000" in outcome.reason
    assert sandbox.state()["effects"] == []


@pytest.mark.parametrize(
    ("fault", "then"),
    [("timeout_after_effect", OutcomeKind.ACCEPTED), ("down", OutcomeKind.NO_EFFECT)],
)
def test_whether_an_order_took_effect_is_found_out_by_its_key(sandbox: Sandbox, fault: str, then: OutcomeKind) -> None:
    party = node(sandbox, ORG)
    sandbox.fault("treasury-hunan", "Deduct", fault, seconds=0)
    assert delivered(party, DEDUCT).kind is OutcomeKind.UNCERTAIN
    assert party.inquire(work(DEDUCT, sent())).kind is then


@pytest.mark.parametrize("message", ORDERS, ids=lambda each: type(each).__name__)
def test_every_order_is_inquired_about_by_its_own_number(sandbox: Sandbox, message: Message) -> None:
    party = node(sandbox, ORG)
    assert party.inquire(work(message, sent())).kind is OutcomeKind.NO_EFFECT
    delivered(party, DEDUCT)
    delivered(party, message)
    assert party.inquire(work(message, sent())).kind is OutcomeKind.ACCEPTED


def test_nothing_is_known_of_what_was_never_ordered(sandbox: Sandbox) -> None:
    found = asked(node(sandbox), FIND)
    assert found == TransactionFound(found=False, reason="无此交易")


def test_a_package_that_the_treasury_does_not_have_is_not_sent_again(sandbox: Sandbox) -> None:
    reply = asked(node(sandbox), AskAgain(CheckKind.TICKETS, DAY, "00000017", 1))
    assert (getattr(reply, "done", None), getattr(reply, "reason", None)) == (False, "无此对账包")


def test_another_secret_is_not_let_in(sandbox: Sandbox) -> None:
    with pytest.raises(GatewayError) as caught:
        asked(node(sandbox, secret="another"), FIND)
    assert caught.value.kind.code == "authentication_needed"


def test_only_what_the_treasury_signed_is_its_own(sandbox: Sandbox) -> None:
    party = node(sandbox)
    control = Control("chk_1", "024300000000", "gateway", NOW)
    body = party.dialect.write(AskAgain(CheckKind.TICKETS, DAY, "00000017", 1), control).body
    good = signed(SECRET.encode(), body)
    assert party.admits(Document(good, "text/xml")) is None
    for bad in (body, good.replace(b"00000017", b"00000018"), signed(b"another", body), good + b"<x/>"):
        assert party.admits(Document(bad, "text/xml"))


def test_a_package_of_more_than_a_thousand_that_comes_in_is_not_read(sandbox: Sandbox) -> None:
    party = node(sandbox)
    control = Control("chk_1", "024300000000", "gateway", NOW)
    row = b"<CheckList3122><OriTraNo>1</OriTraNo></CheckList3122>"
    body = party.dialect.write(AskAgain(CheckKind.TICKETS, DAY, "00000017", 1), control).body.replace(b"9113", b"3122")
    with pytest.raises(GatewayError) as caught:
        party.dialect.read(Document(body.replace(b"</MSG>", row * 1001 + b"</MSG>"), "text/xml"))
    assert "1000" in str(caught.value)
