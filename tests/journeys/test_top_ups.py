"""A base is published late where the agency assesses: each month is adjusted once, by the agency's own notice."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gateway.model.values import Month
from gateway.store.tables_levies import top_ups
from tests.journeys.conftest import Runs
from tests.journeys.journey import Journey
from tests.journeys.spoken import DEMO_RULES
from tests.journeys.system import Plan, System

PROVINCE, BUREAU = "zhejiang", "tax-zhejiang"
TO_JULY, TO_SEPTEMBER, A_ROUND = timedelta(days=115), timedelta(days=79), 310
WAGE = '  - {parameter: reference_wage, region: "33", content: {monthly: 8000}}'
CARRIED = (
    '  - {parameter: reference_wage, region: "33", to: 2026-06-30, carry_forward: 暂按通知, content: {monthly: 8000}}'
)
HIGHER = '\n  - {parameter: reference_wage, region: "33", from: 2026-07-01, content: {monthly: 8500}}'
MONTHS = ["2026-07", "2026-08", "2026-09"]


def rules(folder: Path, wage: str) -> str:
    """The rules of the demonstration with another reference wage of Zhejiang."""
    made = folder / "demo"
    shutil.copytree(DEMO_RULES, made)
    amounts = made / "amounts.yaml"
    text = amounts.read_text(encoding="utf-8")
    assert WAGE in text
    amounts.write_text(text.replace(WAGE, wage), encoding="utf-8")
    return str(made)


def start(system: System, folder: str) -> None:
    for process in system.processes:
        process.start(RULES_DIR=folder)
    for process in system.processes:
        process.wait_until_ready()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def july(runs: Runs, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[System]:
    """A run that begins on 3 July 2026, when last year's wage is carried on."""
    with runs.new(request.param, Plan(pay_after=None)) as system:
        system.clock.skip(TO_JULY.total_seconds())
        start(system, rules(tmp_path_factory.mktemp("july"), CARRIED))
        yield system


def begin(system: System) -> Journey:
    person = system.people.next()
    body = system.request(PROVINCE, person) | {"contribution": {"grade": 100, "cycle": "quarterly"}}
    answer = system.platform.call("POST", "/v1/enrolments", body)
    assert answer.status == 202, answer.body.decode()
    return Journey(system, person, PROVINCE, str(answer.document["case"]))


def found(system: System, journey: Journey) -> dict[str, str]:
    """The cases of the months that the publication changed."""
    (levy,) = system.ledger.levies(journey.case)
    rows = system.ledger.all(select(top_ups).where(top_ups.c.levy == levy.id).order_by(top_ups.c.month))
    return {str(Month(row.month)): row.case for row in rows if row.fen}


def shown(system: System, case: str) -> dict[str, Any]:
    view: dict[str, Any] = system.operator.call("GET", f"/v1/cases/{case}").document
    return view


def issue(system: System, journey: Journey, month: str, amount: str, **more: Any) -> dict[str, Any]:
    about = {"party": PROVINCE, "id_number": journey.person.number, "insurance": "pension", "month": month}
    told: dict[str, Any] = system.sandbox.control("POST", "top_up", **about, amount=amount, **more)
    return told


def pay_top_up(system: System, case: str) -> None:
    system.wait_until(case, "awaiting_payment")
    (levy,) = system.ledger.levies(case)
    system.sandbox.pay(BUREAU, levy_number=levy.levy_number)
    system.wait_until(case, "completed")


def test_july_to_september_are_adjusted_exactly_once_by_the_agencys_notices(
    july: System, tmp_path_factory: pytest.TempPathFactory
) -> None:
    journey = begin(july)
    journey.complete()
    assert found(july, journey) == {}
    july.stop()
    july.clock.skip(TO_SEPTEMBER.total_seconds())
    start(july, rules(tmp_path_factory.mktemp("september"), CARRIED + HIGHER))
    july.until(lambda: len(found(july, journey)) == len(MONTHS), "that the months are adjusted")
    opened = found(july, journey)
    assert list(opened) == MONTHS
    for case in opened.values():
        assert (shown(july, case)["status"], shown(july, case)["levies"][0]["status"]) == ("registering", "preview")

    first, second, third = opened.values()
    asked = {month: shown(july, case)["levies"][0]["amount"] for month, case in opened.items()}
    issued = issue(july, journey, MONTHS[0], asked[MONTHS[0]])
    july.sandbox.fault(PROVINCE, "GetContributions", "garbled")
    issue(july, journey, MONTHS[1], "99.00")
    issue(july, journey, MONTHS[2], asked[MONTHS[2]], tell=True, copies=2)
    for case in opened.values():
        pay_top_up(july, case)

    assert shown(july, first)["levies"][0]["numbers"]["notice"] == issued["notice_number"]
    assert shown(july, second)["levies"][0]["amount"] == "99.00", "the agency's amount is what is owed"
    paid = [shown(july, case)["levies"][0]["paid"] for case in (first, second, third)]
    assert paid == [asked[MONTHS[0]], "99.00", asked[MONTHS[2]]]

    july.clock.skip(A_ROUND)
    july.wait_until_settled()
    assert found(july, journey) == opened, "no second time, whatever the timetable does"
    assert july.ledger.levies(first)[0].due > "2026-09-20", "a due date of its own"
    assert len(july.sandbox.state()["parties"][BUREAU]["levies"]) == 1 + len(MONTHS)
