from datetime import timedelta

from tests.journeys.journey import Journey
from tests.journeys.system import System

THREE_DAYS = timedelta(days=3).total_seconds()


def enrol_under(system: System, province: str, fault: str, **options: object) -> Journey:
    """A journey whose application the province deals with in its own way."""
    system.sandbox.fault(province, "EnrolWorker", fault, **options)
    return Journey.begin(system, province)


def test_a_decision_that_takes_days_is_found_by_asking(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        journey = enrol_under(system, province, "decide_later")
        journey.until_leg("EnrolWorker", "received")
        system.until(
            lambda: len(system.ledger.unsettled()) == 1, "that only the decision is waited for", skipping=False
        )
        system.clock.skip(THREE_DAYS)
        assert journey.view()["status"] == "registering"
        system.sandbox.control("POST", "decide", party=province, reference=f"{journey.case}.pension")
        journey.complete()
        assert journey.events().index("taken_in") < journey.events().index("registered")
        journey.assert_completed_once("received")


def test_a_decision_that_is_called_back_is_taken_also_where_it_comes_twice(system: System) -> None:
    system.sandbox.fault("zhejiang", "EnrolmentDecided", "duplicate_reply")
    journey = enrol_under(system, "zhejiang", "decide_later", seconds=0.2, how="callback")
    journey.complete()
    pushes = system.sandbox.state()["pushes"]
    reference = f"{journey.case}.pension"
    of_case = [each for each in pushes if (each["message"], each["reference"]) == ("EnrolmentDecided", reference)]
    assert [push["delivered"] for push in of_case] == [2]
    assert journey.events().count("registered") == 1
    journey.assert_completed_once("received")


def test_an_application_returned_for_more_material_is_completed_by_what_the_platform_supplies(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        journey = enrol_under(system, province, "return_once", reason="请补充居住证明")
        view = journey.until("waiting")
        assert view["allowed_actions"] == ["supply", "withdraw"]
        assert "请补充居住证明" in next(line["text"] for line in view["timeline"] if line["event"] == "returned")
        supplied = {"insurance": "pension", "material": "居住证，编号见附件"}
        path = f"/v1/cases/{journey.case}/supply"
        assert system.platform.call("POST", path, supplied, key=f"{journey.case}-s").status == 202
        assert system.platform.call("POST", path, supplied, key=f"{journey.case}-s").status == 202
        journey.complete()
        journey.assert_completed_once("returned")


def test_a_refusal_ends_the_case_in_the_province_s_own_words_and_frees_the_months(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        journey = enrol_under(system, province, "refuse", reason="不符合灵活就业人员参保条件")
        view = journey.until("refused")
        assert [item["reason"] for item in view["items"]] == ["不符合灵活就业人员参保条件"]
        journey.until_settled()
        journey.assert_without_effect()
        journey.assert_told_in_order()
        again = Journey.begin(system, province, journey.person)
        again.complete()
        again.assert_completed_once()


def test_one_insurance_that_is_refused_does_not_hold_up_another(system: System) -> None:
    system.sandbox.fault("medical-hunan", "EnrolWorker", "refuse", insurance="medical")
    person = system.people.next()
    journey = Journey(system, person, "hunan", system.enrol("hunan", person, insurance=("pension", "medical")))
    journey.until("refused")
    system.until(lambda: journey.view()["payment_instructions"], "that the pension can be paid")
    (instruction,) = journey.view()["payment_instructions"]
    system.sandbox.pay("tax-hunan", levy_number=instruction["number"])

    def statuses() -> dict[str, str]:
        return {item["insurance"]: item["status"] for item in journey.view()["items"]}

    system.until(lambda: statuses() == {"pension": "completed", "medical": "refused"}, "that the pension is complete")
    journey.until_settled()
    assert [entry["insurance"] for _, entry in journey.trace().ours] == ["pension"]


def test_a_levy_that_the_bureau_refuses_waits_for_a_person_and_the_registration_stands(system: System) -> None:
    system.sandbox.fault("tax-hunan", "DeclareLevy", "refuse", reason="应缴金额与费率不符")
    journey = Journey.begin(system, "hunan")
    journey.until("needs_person")
    trace = journey.trace()
    assert [party for party, _ in trace.ours] == ["hunan"]
    assert trace.levies == []
