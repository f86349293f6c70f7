"""The enrolment's way through the services, with parties that answer as a test says."""

import json
from datetime import date
from typing import Any

import pytest

from gateway.model.card import CardFound
from gateway.model.codes import CoverState, Decision, Insurance, LevyState, Scheme
from gateway.model.province import Cover, CoverFound, EnrolmentDecided
from gateway.model.tax import LevyResult, Receipt
from gateway.model.values import Money, Month, Region
from gateway.ports import Outcome, OutcomeKind, Work
from gateway.services import actions, housekeeping, views
from gateway.services.once import Wish
from gateway.services.receive import receive
from gateway.store import reservations
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_accept import enrolment, key


def begin(world: World, **changes: object) -> str:
    body = json.loads(accept(world.runtime, key(), enrolment(**changes), "en").body)
    return str(body["case"])


def view(world: World, case: str) -> dict[str, Any]:
    with world.runtime.store.reading() as tx:
        return views.case_view(world.runtime, tx, case, None, "en")


def events(world: World, case: str) -> list[str]:
    return [line["event"] for line in view(world, case)["timeline"]]


def assessed(world: World, amount: str | None = None) -> None:
    """The agency's levy is at the tax bureau, with the amount of our preview unless another is given."""

    def found(work: Work) -> Outcome:
        levy = view(world, work.case)["levies"][0]
        reply = LevyResult(
            found=True,
            state=LevyState.ASSESSED,
            levy_number="L001",
            notice_number=work.message.notice_number,
            amount=Money.parse(amount or levy["amount"]),
        )
        return accepted(reply)

    world.tax_zhejiang.answers("FindLevy", found)


def receipt(world: World, case: str, **changes: Any) -> Receipt:
    levy = view(world, case)["levies"][0]
    values: dict[str, Any] = {
        "voucher_number": "330000000000000001",
        "amount": Money.parse(levy["amount"]),
        "insurance": Insurance(levy["insurance"]),
        "first": Month.parse(levy["from"]),
        "last": Month.parse(levy["to"]),
        "accounting_month": Month.of(world.clock.at),
        "collected_on": world.clock.at.date(),
        "levy_number": "L001",
    }
    return Receipt(**(values | changes))


def test_an_agency_assessed_enrolment_goes_from_acceptance_to_cover(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    waiting = view(world, case)
    assert waiting["status"] == "awaiting_payment"
    assert waiting["payment_instructions"][0]["number"] == "L001"
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    done = view(world, case)
    assert done["status"] == "completed"
    assert done["items"][0]["cover_from"] == "2026-11-01"
    assert world.zhejiang.count("StartCover") == 1, "in Zhejiang the gateway tells the province"


def test_a_gateway_assessed_enrolment_is_declared_once_with_the_local_number(world: World) -> None:
    case = begin(world, choice="registered")
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"
    (declared,) = [work for work in world.tax_hunan.delivered if type(work.message).__name__ == "DeclareLevy"]
    assert declared.message.person_number == "P001"
    assert str(declared.message.amount) == view(world, case)["levies"][0]["amount"]


def test_where_the_tax_bureau_tells_the_province_the_gateway_asks_and_does_not_tell(world: World) -> None:
    case = begin(world, choice="registered")
    world.carry_due()
    paid = Cover(Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2026-11"))
    world.hunan.answers(
        "FindCover", accepted(CoverFound(known=True, covers=())), accepted(CoverFound(known=True, covers=(paid,)))
    )
    receive(world.runtime, "tax-hunan", receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment", "the province does not know of it yet"
    world.clock.forward(minutes=1)
    world.carry_due()
    assert view(world, case)["status"] == "completed"
    assert world.hunan.count("StartCover") == 0


def test_a_receipt_that_overtakes_the_bureaus_answer_about_the_levy_is_passed_on(world: World) -> None:
    world.tax_hunan.answers("DeclareLevy", Outcome(OutcomeKind.UNREACHABLE, reason="down"))
    case = begin(world, choice="registered")
    world.carry_due()
    (levy,) = [work for work in world.tax_hunan.delivered if type(work.message).__name__ == "DeclareLevy"]
    reference = levy.message.reference
    receive(world.runtime, "tax-hunan", receipt(world, case, levy_number=None, reference=reference))
    declared = LevyResult(found=True, state=LevyState.DECLARED, reference=reference, levy_number="L9")
    world.tax_hunan.answers("DeclareLevy", accepted(declared))
    paid = Cover(Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2026-11"))
    world.hunan.answers("FindCover", accepted(CoverFound(known=True, covers=(paid,))))
    world.clock.forward(minutes=1)
    world.carry_due()
    assert view(world, case)["status"] == "completed"


def test_the_same_receipt_again_is_the_same_answer_and_changes_nothing(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    first = receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    before = events(world, case)
    assert receive(world.runtime, "tax-zhejiang", receipt(world, case)) == first
    world.carry_due()
    assert events(world, case) == before


def test_a_levy_that_differs_from_the_preview_is_shown_and_never_declared_again(world: World) -> None:
    assessed(world, amount="961.00")
    case = begin(world)
    world.carry_due()
    shown = view(world, case)
    assert shown["status"] == "awaiting_payment"
    assert shown["levies"][0]["amount"] == "961.00"
    assert "levy_differs" in events(world, case)
    assert world.tax_zhejiang.count("DeclareLevy") == 0


def test_cover_elsewhere_that_excludes_the_enrolment_refuses_it_and_frees_the_months(world: World) -> None:
    elsewhere = Cover(Scheme.EMPLOYEE_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2020-01"))
    world.hunan.answers("FindCover", accepted(CoverFound(known=True, person_number="H1", covers=(elsewhere,))))
    case = begin(world)
    world.carry_due()
    assert view(world, case)["status"] in {"refused", "waiting"}
    assert world.zhejiang.count("EnrolWorker") == 0


def test_resident_cover_is_cleared_in_a_case_of_its_own_while_the_enrolment_goes_on(world: World) -> None:
    assessed(world)
    resident = Cover(Scheme.RESIDENT_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2020-01"))
    world.hunan.answers("FindCover", accepted(CoverFound(known=True, person_number="H1", covers=(resident,))))
    case = begin(world)
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"
    assert "clearing" in events(world, case)


def test_a_silent_region_holds_the_case_until_the_month_would_be_lost(world: World) -> None:
    assessed(world)
    world.hunan.answers("FindCover", Outcome(OutcomeKind.UNREACHABLE, reason="connection refused"))
    case = begin(world)
    world.carry_due()
    assert view(world, case)["status"] == "checking"
    world.clock.forward(days=20)
    assert housekeeping.release_holds(world.runtime) == 1
    world.carry_due()
    shown = view(world, case)
    assert shown["items"][0]["unverified"]
    assert "unverified" in events(world, case)
    assert world.zhejiang.count("EnrolWorker") == 1


def test_the_late_answer_of_a_silent_region_opens_the_clearing(world: World) -> None:
    assessed(world)
    world.hunan.answers("FindCover", Outcome(OutcomeKind.UNREACHABLE, reason="connection refused"))
    case = begin(world)
    world.carry_due()
    world.clock.forward(days=20)
    housekeeping.release_holds(world.runtime)
    resident = Cover(Scheme.RESIDENT_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2020-01"))
    world.hunan.answers("FindCover", accepted(CoverFound(known=True, covers=(resident,))))
    world.clock.forward(hours=1)
    world.carry_due()
    assert "clearing" in events(world, case)


def test_an_application_that_is_taken_in_is_decided_by_poll(world: World) -> None:
    assessed(world)
    received = EnrolmentDecided(Decision.RECEIVED, acceptance_number="A1")
    decided = EnrolmentDecided(
        Decision.ACCEPTED, acceptance_number="A1", registration_number="R1", person_number="P1", notice_number="N1"
    )
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=received))
    world.zhejiang.finds("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=received), accepted(decided))
    case = begin(world)
    world.carry_due()
    assert view(world, case)["status"] == "registering"
    for _ in range(2):
        world.clock.forward(minutes=30)
        world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"
    assert events(world, case).count("taken_in") == 1


def test_an_application_that_is_taken_in_is_decided_by_a_push(world: World) -> None:
    assessed(world)
    received = EnrolmentDecided(Decision.RECEIVED, acceptance_number="A1")
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=received))
    case = begin(world)
    world.carry_due()
    decided = EnrolmentDecided(
        Decision.ACCEPTED, acceptance_number="A1", registration_number="R1", person_number="P1", notice_number="N1"
    )
    first = receive(world.runtime, "zhejiang", decided)
    assert receive(world.runtime, "zhejiang", decided) == first
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"


def test_a_returned_application_waits_for_material_and_goes_on_with_it(world: World) -> None:
    assessed(world)
    returned = EnrolmentDecided(Decision.RETURNED, acceptance_number="A1", reason="请补充居住证明")
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=returned))
    case = begin(world)
    world.carry_due()
    shown = view(world, case)
    assert shown["status"] == "waiting"
    assert shown["allowed_actions"] == ["supply", "withdraw"]
    decided = EnrolmentDecided(Decision.ACCEPTED, registration_number="R1", person_number="P1", notice_number="N1")
    world.zhejiang.answers("EnrolWorker", accepted(decided))
    insurance = enrolment().insurance[0]
    actions.supply_material(world.runtime, Wish(key("s1"), "demo-platform", case, "en"), insurance, "居住证 123")
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"
    assert world.zhejiang.delivered[-1].message.supplements == "A1"


def test_a_refusal_keeps_the_agencys_words_and_frees_the_months(world: World) -> None:
    refused = EnrolmentDecided(Decision.REFUSED, reason="户籍信息不符")
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.REFUSED, reply=refused, reason="户籍信息不符"))
    case = begin(world)
    world.carry_due()
    shown = view(world, case)
    assert shown["status"] == "refused"
    assert shown["items"][0]["reason"] == "户籍信息不符"
    with world.runtime.store.reading() as tx:
        assert reservations.months(tx, shown["worker"]) == []


def test_nothing_paid_by_the_due_date_leaves_the_month_unpaid_and_payable(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    world.clock.forward(days=46)
    assert housekeeping.mark_unpaid(world.runtime) == 1
    assert housekeeping.mark_unpaid(world.runtime) == 0
    assert view(world, case)["status"] == "unpaid"
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "completed"
    assert "month_reopened" in events(world, case)


def test_the_card_is_noted_and_its_account_never_shown(world: World) -> None:
    assessed(world)
    account = "6222000000000000000"
    world.card.answers("FindCard", accepted(CardFound(found=True, card_number="A12345678", account=account)))
    case = begin(world)
    world.carry_due()
    assert "card_found" in events(world, case)
    assert account not in json.dumps(view(world, case))


@pytest.mark.parametrize(
    ("valid_to", "event"), [("2026-11-09", "card_expired"), ("2026-11-10", "card_found"), ("", "card_found")]
)
def test_a_card_that_has_run_out_is_a_note_and_offers_no_account(world: World, valid_to: str, event: str) -> None:
    assessed(world)
    until = date.fromisoformat(valid_to) if valid_to else None
    card = CardFound(found=True, card_number="A12345678", account="6222000000000000000", valid_to=until)
    world.card.answers("FindCard", accepted(card))
    case = begin(world)
    world.carry_due()
    (line,) = [line for line in view(world, case)["timeline"] if line["event"].startswith("card_")]
    assert line["event"] == event
    assert ("account on record: yes" in line["text"]) == (event == "card_found")
    assert view(world, case)["status"] == "awaiting_payment", "whatever becomes of the card, the case goes on"
