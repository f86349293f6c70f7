"""A deployment that levies itself: it deducts through a treasury that stands in a process of its own."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Runs
from tests.journeys.journey import Journey
from tests.journeys.spoken import DEMO_RULES
from tests.journeys.system import Plan, System

NODE, ORG, DONE, REVERSED = "treasury-hunan", "24301000000", "1", "4"
AGREEMENT = {"protocol": "XY430001", "bank": "102551000017", "account": "6222020200017"}
PAYING = {"grade": 100, "cycle": "monthly", "agreement": AGREEMENT}
TOLD_BY = '["11", "12", "43"], content: {who: tax}}', '["11", "12"], content: {who: tax}}'
OURS = """
  - parameter: route
    region: "43"
    insurance: pension
    content:
      agency: {name: "{city}社会保险服务中心", level: city}
      tax_office: 本机构
      card_centre: card-hubei
      province_party: hunan
      tax_party: treasury-hunan
  - {parameter: payment_told_by, payer_kind: individual, region: "43", content: {who: gateway}}
"""


@pytest.fixture(scope="module")
def levied_by_us(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules of the demonstration where Hunan's pension is levied by the deployment itself."""
    folder = tmp_path_factory.mktemp("rules") / "demo"
    shutil.copytree(DEMO_RULES, folder)
    procedure = folder / "procedure.yaml"
    text = procedure.read_text(encoding="utf-8")
    assert TOLD_BY[0] in text
    procedure.write_text(text.replace(*TOLD_BY).rstrip() + OURS, encoding="utf-8")
    return folder


def stand(system: System, rules: Path, **more: str) -> System:
    for process in system.processes:
        process.start(RULES_DIR=str(rules), **more)
    system.start()
    return system


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def standing(runs: Runs, levied_by_us: Path, request: pytest.FixtureRequest) -> Iterator[System]:
    with runs.new(request.param, Plan(pay_after=None)) as made:
        yield stand(made, levied_by_us, PARTY_TREASURY_HUNAN_LEVY_ORG=ORG)


@pytest.fixture
def node(standing: System) -> Iterator[System]:
    yield standing
    standing.sandbox.forgive()


def begin(system: System, **contribution: Any) -> Journey:
    person = system.people.next()
    body = system.request("hunan", person) | {"contribution": PAYING | contribution}
    answer = system.platform.call("POST", "/v1/enrolments", body)
    assert answer.status == 202, answer.body.decode()
    return Journey(system, person, "hunan", str(answer.document["case"]))


def ordered(system: System, journey: Journey) -> dict[str, str]:
    """What the treasury was ordered to deduct for the payment of a journey, and what became of it."""
    levy = journey.view()["levies"][0]
    day, number = levy["collected_on"].replace("-", ""), levy["numbers"]["trace"]
    orders = system.sandbox.state()["parties"][NODE]["orders"]
    return {key: each["state"] for key, each in orders.items() if key == f"1001/{ORG}/{day}/{number}"}


@pytest.mark.parametrize("fault", ["", "timeout_after_effect", "garbled", "down"])
def test_a_levy_of_ours_is_deducted_once_whatever_becomes_of_the_answer(node: System, fault: str) -> None:
    before = len(node.sandbox.state()["parties"][NODE]["orders"])
    if fault:
        node.sandbox.fault(NODE, "Deduct", fault)
    journey = begin(node)
    journey.until("completed")
    journey.until_settled()
    journey.assert_nothing_left()
    (state,) = ordered(node, journey).values()
    assert (state, len(node.sandbox.state()["parties"][NODE]["orders"])) == (DONE, before + 1)
    levy = journey.view()["levies"][0]
    assert (levy["status"], levy["paid"]) == ("receipted", levy["amount"])
    assert [len(entry["bookings"]) for _, entry in journey.trace().ours] == [1]


def test_what_cannot_be_deducted_is_deducted_on_the_next_day(node: System) -> None:
    node.sandbox.fault(NODE, "Deduct", "refuse", reason="余额不足")
    journey = begin(node)
    journey.until("awaiting_payment")
    node.until(lambda: "deduction_failed" in journey.events(), "that the treasury refuses")
    node.clock.skip(timedelta(days=1, hours=2).total_seconds())
    journey.until("completed")
    assert list(ordered(node, journey).values()) == [DONE]


def test_what_was_deducted_by_mistake_is_reversed_by_a_message_of_its_own(node: System) -> None:
    journey = begin(node)
    journey.until("completed")
    operator = node.caller("demo-operator")
    asked = {"insurance": "pension", "origin": "tax_error", "reason": "误扣"}
    case = operator.call("POST", f"/v1/cases/{journey.case}/refunds", asked).document["case"]
    node.sandbox.fault(NODE, "ReverseDeduction", "timeout_after_effect", seconds=1)
    decided = {"verdict": "grant", "route": "treasury", "reason": "查证属实"}
    assert operator.call("POST", f"/v1/cases/{case}/refund", decided).status == 202

    def stands(state: str) -> bool:
        return bool(operator.call("GET", f"/v1/cases/{case}").document["refund"]["state"] == state)

    node.until(partial(stands, "paid"), "that the money went back")
    assert list(ordered(node, journey).values()) == [REVERSED]
    orders = node.sandbox.state()["parties"][NODE]["orders"]
    assert sum(key.startswith("1021/") for key in orders) == 1


def claimed(system: System, journey: Journey, route: str, **months: str) -> dict[str, Any]:
    """A refund of the payment, granted by a route; as it is shown once it is through."""
    asked = {"insurance": "pension", "origin": "tax_error", "reason": "误扣", **months}
    case = system.operator.call("POST", f"/v1/cases/{journey.case}/refunds", asked).document["case"]
    decided = {"verdict": "grant", "route": route, "reason": "查证属实"}
    assert system.operator.call("POST", f"/v1/cases/{case}/refund", decided).status == 202

    def through() -> dict[str, Any] | None:
        shown: dict[str, Any] = system.operator.call("GET", f"/v1/cases/{case}").document
        return shown if shown["refund"]["state"] == "paid" else None

    found: dict[str, Any] = system.until(through, "that the refund is through")
    return found


def payment(system: System, journey: Journey) -> dict[str, Any]:
    """What the treasury has of the payment of a journey."""
    levy = journey.view()["levies"][0]
    key = f"1001/{ORG}/{levy['collected_on'].replace('-', '')}/{levy['numbers']['trace']}"
    found: dict[str, Any] = system.sandbox.state()["parties"][NODE]["orders"][key]
    return found


def packages(system: System, number: str) -> list[str]:
    orders = system.sandbox.state()["parties"][NODE]["orders"]
    return [key for key in orders if key.startswith(f"{number}/")]


@pytest.mark.parametrize("fault", ["", "timeout_after_effect"])
def test_a_part_of_what_was_deducted_is_paid_back_once_whatever_becomes_of_the_answer(node: System, fault: str) -> None:
    journey = begin(node, cycle="half_yearly")
    journey.until("completed")
    before = len(packages(node, "1104"))
    if fault:
        node.sandbox.fault(NODE, "ChangePostings", fault, seconds=1)
    shown = claimed(node, journey, "treasury", first=str(node.month), last=str(node.month))
    kept = payment(node, journey)
    assert (kept["state"], kept["returned"]) == (DONE, shown["refund"]["amount"])
    assert len(packages(node, "1104")) == before + 1
    assert 0 < float(shown["refund"]["amount"]) < float(kept["amount"])
    assert sum(float(each["amount"]) for each in shown["refund"]["shares"]) == float(shown["refund"]["amount"])


def test_what_is_set_off_stays_at_the_treasury_and_is_told_to_it(node: System) -> None:
    journey = begin(node)
    journey.until("completed")
    shown = claimed(node, journey, "offset")
    kept = payment(node, journey)
    assert (kept["state"], kept["returned"], kept["set_off"]) == (DONE, "0.00", shown["refund"]["amount"])
    assert len(packages(node, "1106")) == 1


def test_a_payment_is_booked_in_the_adjustment_period_by_a_correction(node: System) -> None:
    journey = begin(node)
    journey.until("completed")
    asked = {"insurance": "pension", "adjustment": True, "reason": "应计入整理期"}
    answer = node.operator.call("POST", f"/v1/cases/{journey.case}/corrections", asked)
    assert answer.status == 202, answer.body.decode()

    def corrected() -> bool:
        return bool(journey.view()["levies"][0]["status"] == "corrected")

    node.until(corrected, "that the treasury has corrected it")
    assert journey.view()["levies"][0]["accounting_month"].endswith("-12")
    assert (payment(node, journey)["trim"], len(packages(node, "1105"))) == ("1", 1)
    refused = node.platform.call("POST", f"/v1/cases/{journey.case}/corrections", asked)
    assert refused.status == 403


def test_what_is_due_on_one_morning_goes_out_as_one_package(node: System) -> None:
    journeys = []
    for _ in range(3):
        node.sandbox.fault(NODE, "Deduct", "refuse", reason="余额不足")
        journeys.append(begin(node))
        node.until(lambda: "deduction_failed" in journeys[-1].events(), "that the treasury refuses", skipping=False)
    before = len(packages(node, "1102"))
    node.clock.skip(timedelta(days=1, hours=2).total_seconds())
    for journey in journeys:
        journey.until("completed")
    assert len(packages(node, "1102")) == before + 1
    (package,) = {payment(node, journey)["package"] for journey in journeys}
    assert package
    assert all(payment(node, journey)["state"] == DONE for journey in journeys)


def test_a_deployment_without_a_code_for_levying_deducts_nothing_and_says_why(runs: Runs, levied_by_us: Path) -> None:
    with runs.new("sqlite", Plan(pay_after=None)) as system:
        stand(system, levied_by_us)
        journey = begin(system)
        shown = system.wait_until(journey.case, "needs_person")
        assert "LEVY_ORG" in str(shown["timeline"]) or "levy_org" in str(shown["timeline"])
        assert system.sandbox.state()["parties"][NODE]["orders"] == {}
