from functools import partial

from tests.journeys.journey import Journey
from tests.journeys.system import System

REASON = {"reason": "改在户籍地参保"}


def receipts_answered(system: System, bureau: str, references: set[str], times: list[int]) -> bool:
    pushes = [push for push in system.sandbox.state()["pushes"] if push["reference"] in references]
    receipts = [push for push in pushes if (push["party"], push["message"]) == (bureau, "Receipt")]
    return [push["delivered"] for push in receipts] == times


def withdraw(journey: Journey, key: str | None = None) -> int:
    return journey.system.platform.call("POST", f"/v1/cases/{journey.case}/withdraw", REASON, key).status


def test_the_same_receipt_again_is_the_same_answer_and_books_nothing(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        journey = Journey.begin(system, province)
        journey.complete()
        ((bureau, levy),) = journey.trace().levies
        system.sandbox.control("POST", "receipt", party=bureau, levy_number=levy["levy_number"])
        journey_receipts = partial(receipts_answered, system, bureau, system.ledger.references(journey.case), [1, 1])
        system.until(journey_receipts, "that the second push of the receipt is answered")
        assert journey.events().count("paid") == 1
        assert journey.view()["status"] == "completed"
        journey.assert_completed_once()


def test_a_receipt_that_comes_before_the_gateway_has_seen_the_levy_finds_it_later(system: System) -> None:
    # The worker pays at the counter with the number of the notice, while the gateway knows neither levy nor decision.
    unseen = (("tax-zhejiang", "FindLevy", "down"), ("zhejiang", "GetProgress", "down"))
    for (party, message, fault), doubted in zip(unseen, ("FindLevy", "EnrolWorker"), strict=True):
        system.sandbox.fault(party, message, fault, times=None)
        if doubted == "EnrolWorker":
            system.sandbox.fault("zhejiang", "EnrolWorker", "timeout_after_effect")
        journey = Journey.begin(system, "zhejiang")
        journey.until_leg(doubted, "pending" if doubted == "FindLevy" else "uncertain")
        ((bureau, levy),) = journey.trace().levies
        system.sandbox.pay(bureau, levy_number=levy["levy_number"])
        taken = partial(receipts_answered, system, bureau, system.ledger.references(journey.case), [1])
        system.until(taken, "that the receipt is taken")
        system.sandbox.forgive()
        journey.until("completed")
        journey.until_settled()
        journey.assert_completed_once()


def test_a_withdrawal_cancels_the_levy_before_the_registration_and_frees_the_months(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        journey = Journey.begin(system, province)
        journey.until("awaiting_payment")
        assert withdraw(journey) == 202
        journey.until("withdrawn")
        journey.until_settled()
        kinds = [each["kind"] for each in system.sandbox.effects_under(system.ledger.references(journey.case))]
        assert kinds.index("levy_cancelled") < kinds.index("withdrawn")
        assert (kinds.count("levy_cancelled"), kinds.count("withdrawn")) == (1, 1)
        journey.assert_without_effect()
        journey.assert_told_in_order()
        again = Journey.begin(system, province, journey.person)
        again.complete()
        assert again.view()["status"] == "completed"


def test_a_withdrawal_before_anything_was_levied_leaves_no_registration(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        system.sandbox.fault(province, "EnrolWorker", "decide_later")
        journey = Journey.begin(system, province)
        journey.until_leg("EnrolWorker", "received")
        assert withdraw(journey) == 202
        journey.until("withdrawn")
        journey.until_settled()
        journey.assert_without_effect()
        applications = system.sandbox.state()["parties"][province]["applications"]
        assert [a["decision"] for a in applications if a["reference"] == f"{journey.case}.pension"] == ["withdrawn"]


def test_a_payment_that_was_there_first_wins_over_a_withdrawal(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        journey = Journey.begin(system, province)
        journey.complete()
        assert withdraw(journey) == 409
        journey.assert_completed_once()


def test_a_payment_that_overtakes_a_withdrawal_at_the_bureau_lets_the_enrolment_go_on(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        journey = Journey.begin(system, province)
        journey.until("awaiting_payment")
        # The receipt is late; the bureau has the money already.
        system.sandbox.fault(journey.tax, "Receipt", "slow", seconds=2)
        journey.pay()
        assert withdraw(journey) == 202
        journey.until("completed")
        journey.until_settled()
        assert "withdrawal_overtaken" in journey.events()
        journey.assert_completed_once()


def test_a_withdrawal_asked_for_twice_under_one_key_is_one_withdrawal(system: System) -> None:
    journey = Journey.begin(system, "hunan")
    journey.until("awaiting_payment")
    assert [withdraw(journey, f"{journey.case}-w") for _ in range(2)] == [202, 202]
    journey.until("withdrawn")
    journey.until_settled()
    assert journey.events().count("withdrawal_asked") == 1
    journey.assert_without_effect()


def test_faults_on_the_way_back_are_got_over_too(system: System) -> None:
    for fault in ("timeout_after_effect", "down", "garbled"):
        for province in ("zhejiang", "hunan"):
            system.sandbox.fault(f"tax-{province}", "CancelLevy", fault)
            system.sandbox.fault(province, "WithdrawEnrolment", fault)
        journeys = [Journey.begin(system, province) for province in ("zhejiang", "hunan")]
        for journey in journeys:
            journey.until("awaiting_payment")
            assert withdraw(journey) == 202
        for journey in journeys:
            journey.until("withdrawn")
            journey.until_settled()
            journey.assert_without_effect()
        assert len([each for each in system.sandbox.played() if each["kind"] == fault]) == 4
        system.sandbox.forgive()
