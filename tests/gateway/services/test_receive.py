"""What parties push: decisions, levies' results, receipts; the same push again is the same answer."""

from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import CoverState, Decision, Insurance, LevyState, Scheme
from gateway.model.messages import Message
from gateway.model.province import Cover, CoverFound, Done, EnrolmentDecided, FindWorker
from gateway.model.tax import LevyResult, ReceiptTaken
from gateway.model.values import Money, Month, Region
from gateway.ports import Outcome, OutcomeKind
from gateway.services.deliver import carry
from gateway.services.receive import receive
from gateway.store import levies, reservations
from gateway.store.work import ClashError
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_ask import CONSENT, PERSON
from tests.gateway.services.test_journey import assessed, begin, events, receipt, view
from tests.gateway.services.test_operate import leg

UNSURE = Outcome(OutcomeKind.UNCERTAIN, reason="no answer")


def decision(kind: Decision, **more: Any) -> EnrolmentDecided:
    return EnrolmentDecided(kind, acceptance_number="A1", **more)


ACCEPTED = decision(Decision.ACCEPTED, registration_number="R1", person_number="P1", notice_number="N1")


def taken_in(world: World, kind: Decision = Decision.RECEIVED) -> str:
    """A case that Zhejiang took in under A1, or returned."""
    assessed(world)
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=decision(kind, reason="补正")))
    case = begin(world)
    world.carry_due()
    return case


def declared(world: World) -> tuple[str, str]:
    """A case whose declaration nobody can tell the fate of, and our reference of its levy."""
    world.tax_hunan.answers("DeclareLevy", UNSURE)
    world.tax_hunan.finds("DeclareLevy", UNSURE)
    case = begin(world, choice="registered")
    world.carry_due()
    with world.runtime.store.reading() as tx:
        return case, levies.of_case(tx, case)[0].id


def status(world: World, case: str) -> str:
    return str(view(world, case)["status"])


def refusal(world: World, party: str, message: Message) -> GatewayError:
    with pytest.raises(GatewayError) as problem:
        receive(world.runtime, party, message)
    return problem.value


def test_a_decision_goes_to_the_application_with_its_number_and_is_answered_done(world: World) -> None:
    case = taken_in(world)
    assert receive(world.runtime, "zhejiang", ACCEPTED) == Done(done=True, reference=ACCEPTED.reference)
    world.carry_due()
    assert status(world, case) == "awaiting_payment"
    assert leg(world, case, "EnrolWorker").state == "accepted"


def test_the_same_decision_again_is_the_same_answer_and_changes_nothing(world: World) -> None:
    case = taken_in(world)
    first = receive(world.runtime, "zhejiang", ACCEPTED)
    world.carry_due()
    before = view(world, case)
    assert receive(world.runtime, "zhejiang", ACCEPTED) == first
    world.carry_due()
    assert view(world, case) == before


def test_a_refusal_that_comes_days_later_keeps_their_words_and_frees_the_months(world: World) -> None:
    case = taken_in(world)
    world.clock.forward(days=3)
    receive(world.runtime, "zhejiang", decision(Decision.REFUSED, reason="户籍信息不符"))
    shown = view(world, case)
    assert (shown["status"], shown["items"][0]["reason"]) == ("refused", "户籍信息不符")
    with world.runtime.store.reading() as tx:
        assert reservations.months(tx, shown["worker"]) == []


def test_an_application_that_is_returned_later_waits_for_its_material(world: World) -> None:
    case = taken_in(world)
    receive(world.runtime, "zhejiang", decision(Decision.RETURNED, reason="请补充居住证明"))
    shown = view(world, case)
    assert (shown["status"], shown["allowed_actions"]) == ("waiting", ["supply", "withdraw"])
    assert "请补充居住证明" in shown["timeline"][-1]["text"]


def test_a_returned_application_that_is_accepted_after_all_goes_on(world: World) -> None:
    case = taken_in(world, Decision.RETURNED)
    assert status(world, case) == "waiting"
    receive(world.runtime, "zhejiang", ACCEPTED)
    world.carry_due()
    assert status(world, case) == "awaiting_payment", "the worker brought the paper to the counter"


def test_a_decision_about_nothing_that_we_know_is_refused(world: World) -> None:
    taken_in(world)
    unknown = EnrolmentDecided(Decision.ACCEPTED, acceptance_number="A2")
    assert refusal(world, "zhejiang", unknown).kind.code == "not_found"


def test_a_decision_says_under_which_number_the_application_was_taken_in(world: World) -> None:
    taken_in(world)
    (fault,) = refusal(world, "zhejiang", EnrolmentDecided(Decision.ACCEPTED)).faults
    assert (fault.pointer, fault.code) == ("/acceptance_number", "missing_field")


def test_another_province_cannot_decide_the_application(world: World) -> None:
    case = taken_in(world)
    assert refusal(world, "hunan", ACCEPTED).kind.code == "not_found"
    assert status(world, case) == "registering"


def test_a_levys_result_settles_the_declaration_that_nobody_knew_the_fate_of(world: World) -> None:
    case, reference = declared(world)
    result = LevyResult(found=True, state=LevyState.DECLARED, reference=reference, levy_number="L7")
    assert receive(world.runtime, "tax-hunan", result) == Done(done=True, reference=reference)
    shown = view(world, case)
    assert (shown["status"], shown["payment_instructions"][0]["number"]) == ("awaiting_payment", "L7")
    world.clock.forward(hours=1)
    world.carry_due()
    assert world.tax_hunan.count("DeclareLevy") == 1


@pytest.mark.parametrize("result", [{"found": True, "state": LevyState.REFUSED}, {"found": False}], ids=str)
def test_a_levy_that_the_bureau_will_not_take_is_a_persons_to_see_to(world: World, result: dict[str, Any]) -> None:
    case, reference = declared(world)
    receive(world.runtime, "tax-hunan", LevyResult(**result, reference=reference, reason="费种未认定"))
    assert status(world, case) == "needs_person"


def test_the_same_levys_result_again_is_the_same_answer_and_changes_nothing(world: World) -> None:
    case, reference = declared(world)
    result = LevyResult(found=True, state=LevyState.DECLARED, reference=reference, levy_number="L7")
    first = receive(world.runtime, "tax-hunan", result)
    before = events(world, case)
    assert receive(world.runtime, "tax-hunan", result) == first
    assert events(world, case) == before


def test_a_result_of_a_levy_that_we_do_not_know_is_refused(world: World) -> None:
    _, reference = declared(world)
    stray = LevyResult(found=True, state=LevyState.DECLARED, levy_number="L-other")
    assert refusal(world, "tax-hunan", stray).kind.code == "unknown_levy"
    ours = LevyResult(found=True, state=LevyState.DECLARED, reference=reference)
    assert refusal(world, "tax-zhejiang", ours).kind.code == "unknown_levy", "another bureau's levy"
    assert refusal(world, "tax-hunan", LevyResult(found=True)).kind.code == "unknown_levy"


def test_a_receipt_is_known_again_by_its_voucher_and_other_content_under_it_is_refused(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    paid = receipt(world, case)
    taken = receive(world.runtime, "tax-zhejiang", paid)
    assert taken == ReceiptTaken(paid.voucher_number, taken=True)
    world.carry_due()
    other = receipt(world, case, amount=Money.parse("0.01"))
    assert refusal(world, "tax-zhejiang", other).kind.code == "duplicate_receipt"
    assert status(world, case) == "completed"


@pytest.mark.parametrize(("clashes", "booked"), [(1, True), (100, False)])
def test_a_receipt_that_clashes_with_something_else_is_tried_again_and_not_said_to_be_taken_unless_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch, clashes: int, *, booked: bool
) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    left, tie = [ClashError("another key")] * clashes, world.runtime.journal.tie

    def tied(*said: Any, **more: Any) -> None:
        if left:
            raise left.pop()
        tie(*said, **more)

    monkeypatch.setattr(world.runtime.journal, "tie", tied)
    if booked:
        assert receive(world.runtime, "tax-zhejiang", receipt(world, case)).taken
    else:
        assert refusal(world, "tax-zhejiang", receipt(world, case)).kind.code == "unavailable"
    left.clear()
    world.carry_due()
    assert (status(world, case) == "completed") is booked
    assert receive(world.runtime, "tax-zhejiang", receipt(world, case)).taken
    world.carry_due()
    assert status(world, case) == "completed"


def test_a_receipt_for_no_levy_of_ours_is_kept_and_taken(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    stray = receipt(world, case, levy_number="L-unknown", voucher_number="330000000000000002")
    assert receive(world.runtime, "tax-zhejiang", stray) == ReceiptTaken(stray.voucher_number, taken=True)
    with world.runtime.store.reading() as tx:
        kept = levies.receipt(tx, "tax-zhejiang", f"{stray.voucher_number}/pension/2026-11")
    assert kept is not None
    assert kept.levy is None
    assert status(world, case) == "awaiting_payment"


def test_a_voucher_that_pays_for_two_insurances_is_two_receipts(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    second = receipt(world, case, insurance=Insurance.MEDICAL, levy_number="L-other")
    assert receive(world.runtime, "tax-zhejiang", second).taken


def test_a_question_is_no_push(world: World) -> None:
    assert refusal(world, "zhejiang", FindWorker(PERSON, CONSENT)).kind.code == "unsupported"


def test_a_decision_that_overtakes_the_answer_to_its_own_poll_counts_once(world: World) -> None:
    case = taken_in(world)
    world.zhejiang.finds("EnrolWorker", accepted(ACCEPTED))
    world.clock.forward(minutes=30)
    claimed = world.claim()
    receive(world.runtime, "zhejiang", ACCEPTED)
    for row in claimed:
        carry(world.runtime, row)
    world.carry_due()
    assert events(world, case).count("registered") == 1
    assert status(world, case) == "awaiting_payment"


def test_a_cover_of_another_scheme_does_not_confirm_the_payment(world: World) -> None:
    resident = Cover(Scheme.RESIDENT_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2020-01"))
    world.hunan.answers("FindCover", accepted(CoverFound(known=True, covers=(resident,))))
    case = begin(world, choice="registered")
    world.carry_due()
    receive(world.runtime, "tax-hunan", receipt(world, case))
    world.carry_due()
    assert status(world, case) == "awaiting_payment", "Hunan knows of the old resident cover, not of the payment"
