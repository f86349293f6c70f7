"""What becomes of a levy and its payment afterwards, with every party in processes of its own."""

from functools import partial
from typing import Any

import pytest

from tests.journeys.journey import Journey
from tests.journeys.system import PATIENCE, System


def levy(journey: Journey) -> dict[str, Any]:
    found: dict[str, Any] = journey.view()["levies"][0]
    return found


def levy_is(journey: Journey, state: str) -> bool:
    return bool(levy(journey)["status"] == state)


def number(journey: Journey) -> str:
    ((_, kept),) = journey.trace().levies
    return str(kept["levy_number"])


def steps(journey: Journey) -> list[str]:
    return [each["to"] for each in levy(journey)["history"]]


def refunds_at(system: System, party: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.sandbox.state()["parties"][party]["refunds"]
    return found


def test_a_payment_is_posted_reversed_and_paid_again(system: System) -> None:
    journey = Journey.begin(system, "hunan")
    journey.complete()
    named = {"party": "tax-hunan", "levy_number": number(journey)}
    system.sandbox.control("POST", "post", **named, copies=2)
    system.until(partial(levy_is, journey, "posted"), "that the posting is known")
    system.sandbox.control("POST", "reverse", **named, copies=2)
    journey.until("awaiting_payment")
    assert steps(journey)[-3:] == ["posted", "reversed", "accepted"]
    journey.pay()
    journey.until("completed")
    journey.until_settled()
    journey.assert_nothing_left()
    assert steps(journey).count("reversed") == 1
    assert levy(journey)["numbers"]["voucher"].startswith("4"), "a voucher of its own"


def test_a_province_that_we_told_of_a_payment_is_told_once_that_it_was_reversed(system: System) -> None:
    journey = Journey.begin(system, "zhejiang")
    journey.complete()
    named = {"party": "tax-zhejiang", "levy_number": number(journey)}
    system.sandbox.fault("zhejiang", "ReverseCover", "timeout_after_effect", seconds=1)
    system.sandbox.control("POST", "reverse", **named, copies=2)
    system.until(lambda: "reversal_told" in journey.events(), "that the province has taken the payment back")
    assert [(party, entry["bookings"]) for party, entry in journey.trace().ours] == [("zhejiang", [])]
    journey.until("awaiting_payment")
    journey.pay()
    journey.until("completed")
    journey.until_settled()
    journey.assert_nothing_left()
    assert [len(entry["bookings"]) for _, entry in journey.trace().ours] == [1]
    kinds = [each["kind"] for each in system.sandbox.effects_under(system.ledger.references(journey.case))]
    assert (kinds.count("cover_started"), kinds.count("cover_reversed")) == (2, 1)


def test_a_levy_that_a_bank_has_waits_and_is_paid_once_it_is_free(system: System) -> None:
    journey = Journey.begin(system, "zhejiang")
    journey.until("awaiting_payment")
    named = {"party": "tax-zhejiang", "levy_number": number(journey)}
    system.sandbox.control("POST", "lock", **named)
    system.until(partial(levy_is, journey, "locked"), "that the lock is known")
    assert journey.view()["payment_instructions"] == []
    system.sandbox.control("POST", "unlock", **named)
    system.until(partial(levy_is, journey, "assessed"), "that the levy is free")
    journey.complete()
    journey.assert_completed_once()


def test_a_refund_by_the_treasury_is_asked_for_once_though_the_answer_is_lost(system: System) -> None:
    journey = Journey.begin(system, "hunan")
    journey.complete()
    operator = system.caller("demo-operator")
    asked = {"insurance": "pension", "origin": "prepaid", "reason": "未就业，申请退费"}
    case = operator.call("POST", f"/v1/cases/{journey.case}/refunds", asked).document["case"]
    system.sandbox.fault("tax-hunan", "RequestRefund", "timeout_after_effect", seconds=1)
    decided = {"verdict": "grant", "route": "treasury", "reason": "查证属实"}
    assert operator.call("POST", f"/v1/cases/{case}/refund", decided).status == 202

    def stands(state: str) -> bool:
        return bool(operator.call("GET", f"/v1/cases/{case}").document["refund"]["state"] == state)

    system.until(partial(stands, "decided"), "that the bureau's decision is known")
    assert journey.view()["items"][0]["cover_from"] is None
    (refund,) = refunds_at(system, "tax-hunan")
    system.sandbox.control("POST", "refund", party="tax-hunan", reference=refund["reference"])
    system.until(partial(stands, "paid"), "that the money went back")
    kinds = [each["kind"] for each in system.sandbox.effects_under({refund["reference"]})]
    assert sorted(kinds) == ["refund_asked", "refund_decided", "refunded"]


# Where we declare: an agency of the sandbox counts half a year from the month of the enrolment.
HALF_A_YEAR = {"contribution": {"grade": 60, "cycle": "half_yearly"}}


def half_a_year(system: System) -> Journey:
    person = system.people.next()
    answer = system.platform.call("POST", "/v1/enrolments", system.request("hunan", person) | HALF_A_YEAR)
    assert answer.status == 202
    return Journey(system, person, "hunan", answer.document["case"])


def came_in_part(journey: Journey, times: int) -> bool:
    return journey.events().count("paid_in_part") == times


def test_a_voucher_that_is_pushed_month_by_month_is_one_payment_told_once(system: System) -> None:
    journey = half_a_year(system)
    system.sandbox.fault(journey.tax, "Receipt", "by_month", hold=1)
    journey.pay()
    system.until(partial(came_in_part, journey, 3), "that all months but the last are known")
    shown = levy(journey)
    assert journey.view()["status"] == "awaiting_payment"
    assert 0 < float(shown["paid"]) < float(shown["amount"])
    system.sandbox.control("POST", "receipt", party=journey.tax, levy_number=number(journey))
    assert_one_payment(journey)


def assert_one_payment(journey: Journey) -> None:
    journey.until("completed")
    journey.until_settled()
    journey.assert_completed_once()
    assert levy(journey)["paid"] == levy(journey)["amount"]
    assert (journey.events().count("paid"), journey.events().count("receipt_differs")) == (1, 0)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_gateway_killed_between_the_months_of_a_voucher_loses_none(system: System, moment: str) -> None:
    journey = half_a_year(system)
    journey.until("awaiting_payment")
    system.gateway.kill()
    system.gateway.start(KILL_POINT=f"commit.receipt.{moment}")
    assert system.gateway.wait_until_ready()
    system.sandbox.fault(journey.tax, "Receipt", "by_month")
    levy_of = system.ledger.levies(journey.case)[0]
    system.sandbox.pay(journey.tax, levy_number=levy_of.levy_number)
    system.gateway.process.status(PATIENCE)
    assert not system.gateway.running
    system.start()
    assert_one_payment(journey)


def test_a_voucher_that_came_month_by_month_is_taken_back_month_by_month_and_paid_again(system: System) -> None:
    journey = half_a_year(system)
    system.sandbox.fault(journey.tax, "Receipt", "by_month")
    journey.complete()
    named = {"party": journey.tax, "levy_number": number(journey)}
    system.sandbox.control("POST", "reverse", **named, copies=2)
    system.until(lambda: levy(journey)["paid"] is None, "that all months are taken back")
    journey.until("awaiting_payment")
    journey.pay()
    journey.until("completed")
    journey.until_settled()
    journey.assert_nothing_left()
