"""Deductions that are due at once go out as one package, against the sandbox's treasury, over HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.treasury.packages import PACKAGE, outcomes, packages
from gateway.model.messages import Message
from gateway.model.treasury import RowAnswer, TreasuryAnswer
from gateway.ports import Outcome, OutcomeKind, Work
from tests.adapters.memory import NOW, MemoryAttempt
from tests.adapters.party.test_together import MemoryDesk, works
from tests.adapters.treasury.test_node import DAY, DEDUCT, ORG, OTHER, REVERSE, node
from tests.sandbox.started import Sandbox, standing

PARTY = "treasury-hunan"
SECOND = replace(DEDUCT, deduction=OTHER)
THIRD = replace(
    DEDUCT, deduction=replace(OTHER, trace_number="00000003", voucher_number="343016260100000019", account="62170003")
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with standing() as started:
        yield started


def carried(sandbox: Sandbox, given: list[Work], desk: MemoryDesk | None = None) -> MemoryDesk:
    desk = desk or MemoryDesk()
    node(sandbox, ORG).deliver_each(given, desk)
    assert set(desk.outcomes) == {work.leg for work in given}
    return desk


def orders(sandbox: Sandbox) -> dict[str, str]:
    found = sandbox.state()["parties"][PARTY]["orders"]
    return {key: each.get("package", "") for key, each in found.items()}


def kinds(desk: MemoryDesk) -> list[OutcomeKind]:
    return [desk.outcomes[leg].kind for leg in sorted(desk.outcomes)]


def test_deductions_that_are_due_at_once_are_one_package_and_each_has_its_own_answer(sandbox: Sandbox) -> None:
    given = works(DEDUCT, SECOND, THIRD)
    desk = carried(sandbox, given)
    assert kinds(desk) == [OutcomeKind.ACCEPTED] * 3
    key = f"{ORG}/{DAY:%Y%m%d}"
    assert orders(sandbox) == {
        f"1001/{key}/00000001": "00000001",
        f"1001/{key}/00000002": "00000001",
        f"1001/{key}/00000003": "00000001",
        f"1102/{key}/00000001": "",
    }
    replies = [desk.outcomes[work.leg].reply for work in given]
    numbers = [reply.number for reply in replies if isinstance(reply, TreasuryAnswer) and reply.taken]
    assert numbers == ["00000001", "00000002", "00000003"]
    assert [work.attempt.recall(PACKAGE) for work in given] == ["00000001"] * 3
    assert len(desk.commits) == 1, "noted in one commit, before a byte went out"


def test_one_alone_goes_out_as_it_always_did_and_other_orders_beside_a_package(sandbox: Sandbox) -> None:
    carried(sandbox, works(DEDUCT))
    assert [key.partition("/")[0] for key in orders(sandbox)] == ["1001"]
    desk = carried(sandbox, works(SECOND, REVERSE, THIRD))
    assert kinds(desk) == [OutcomeKind.ACCEPTED] * 3
    assert sorted(key.partition("/")[0] for key in orders(sandbox)) == ["1001", "1001", "1001", "1021", "1102"]


@pytest.mark.parametrize(
    ("fault", "then"),
    [("timeout_after_effect", OutcomeKind.ACCEPTED), ("down", OutcomeKind.NO_EFFECT)],
)
def test_each_payment_of_a_package_whose_answer_got_lost_is_found_by_its_own_key(
    sandbox: Sandbox, fault: str, then: OutcomeKind
) -> None:
    sandbox.fault(PARTY, "DeductMany", fault, seconds=0)
    given = works(DEDUCT, SECOND)
    assert kinds(carried(sandbox, given)) == [OutcomeKind.UNCERTAIN] * 2
    party = node(sandbox, ORG)
    assert [party.inquire(work).kind for work in given] == [then] * 2
    if then is OutcomeKind.NO_EFFECT:
        (again,) = carried(sandbox, given[:1]).outcomes.values()
        assert (again.kind, given[0].attempt.recall(PACKAGE)) == (OutcomeKind.ACCEPTED, "")
        assert party.inquire(given[0]).kind is OutcomeKind.ACCEPTED, "it is asked for as one that went out alone"
    assert len(sandbox.state()["effects"]) == (2 if then is OutcomeKind.ACCEPTED else 1)


def test_a_package_in_another_company_takes_no_money_twice(sandbox: Sandbox) -> None:
    carried(sandbox, works(DEDUCT, SECOND))
    assert kinds(carried(sandbox, works(DEDUCT, SECOND, THIRD))) == [OutcomeKind.ACCEPTED] * 3
    assert len(sandbox.state()["effects"]) == 3


def test_what_the_treasury_refuses_of_a_package_is_refused_in_its_words(sandbox: Sandbox) -> None:
    sandbox.fault(PARTY, "DeductMany", "refuse", reason="余额不足")
    desk = carried(sandbox, works(DEDUCT, SECOND))
    assert {(each.kind, each.reason) for each in desk.outcomes.values()} == {(OutcomeKind.REFUSED, "余额不足")}


def test_nothing_goes_out_that_could_not_be_noted(sandbox: Sandbox) -> None:
    desk = carried(sandbox, works(DEDUCT, SECOND), MemoryDesk(refuses=True))
    assert kinds(desk) == [OutcomeKind.UNREACHABLE] * 2
    assert orders(sandbox) == {}


def test_who_holds_no_code_packs_nothing(sandbox: Sandbox) -> None:
    party = node(sandbox)
    assert not party.together
    desk = MemoryDesk()
    party.deliver_each(works(DEDUCT, SECOND), desk)
    assert kinds(desk) == [OutcomeKind.REFUSED] * 2
    assert orders(sandbox) == {}


def some(*messages: Message) -> list[Work]:
    return [Work(f"leg_{n}", "", each, MemoryAttempt(), NOW + timedelta(1)) for n, each in enumerate(messages)]


def test_only_what_is_of_one_day_goes_together_and_no_more_than_a_package_holds() -> None:
    tomorrow = replace(SECOND, entrusted_on=DAY + timedelta(1))
    made = [[work.message for work in each] for each in packages(some(THIRD, tomorrow, DEDUCT, SECOND, REVERSE), 2)]
    assert made == [[REVERSE], [DEDUCT, SECOND], [THIRD], [tomorrow]]


def said(answer: TreasuryAnswer) -> list[OutcomeKind]:
    given = some(DEDUCT, SECOND)
    return [outcome.kind for _, outcome in outcomes(given, Outcome(OutcomeKind.ACCEPTED, answer))]


def test_an_answer_without_rows_holds_for_all_only_where_its_sums_say_so() -> None:
    whole = TreasuryAnswer(taken=True, org=ORG, entrusted_on=DAY, number="00000001", succeeded=2)
    assert said(whole) == [OutcomeKind.ACCEPTED] * 2
    assert said(replace(whole, succeeded=1)) == [OutcomeKind.UNCERTAIN] * 2
    assert said(replace(whole, succeeded=0)) == [OutcomeKind.REFUSED] * 2
    one = replace(whole, succeeded=1, rows=(RowAnswer("00000002", taken=False, reason="余额不足"),))
    assert said(one) == [OutcomeKind.UNCERTAIN, OutcomeKind.REFUSED]


def test_what_is_not_known_of_the_package_is_not_known_of_its_payments() -> None:
    lost = Outcome(OutcomeKind.UNCERTAIN, reason="no answer in time")
    assert [outcome for _, outcome in outcomes(some(DEDUCT, SECOND), lost)] == [lost, lost]
