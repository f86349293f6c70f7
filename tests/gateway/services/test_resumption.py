"""A resumption: determined by the law of its month, levied and paid for like an enrolment."""

from typing import Any

import pytest

from gateway.model.codes import Decision
from gateway.model.province import EnrolmentDecided
from gateway.services import changes, housekeeping
from gateway.services.receive import receive
from tests.gateway.services.changed import able, ending, opened, paid, resumption, suspension, told, wish
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_changes import ask, code
from tests.gateway.services.test_journey import begin, events, receipt, view

PAID_AGAIN = {"voucher_number": "330000000000000009", "levy_number": None, "notice_number": "N002"}


def suspended(world: World) -> str:
    """A paid enrolment that is suspended from December on."""
    case = paid(world)
    ask(world, "suspension", case, "s")
    world.carry_due()
    return case


def test_a_resumption_is_levied_and_paid_for_like_an_enrolment_of_its_months(world: World) -> None:
    case = suspended(world)
    reply = EnrolmentDecided(Decision.ACCEPTED, registration_number="R001", notice_number="N002")
    world.zhejiang.answers("ResumeEnrolment", accepted(reply))
    resumed = opened(changes.resume(world.runtime, wish(case, "r"), resumption()))
    shown = view(world, resumed)
    assert [(levy["from"], levy["to"], levy["amount"]) for levy in shown["levies"]] == [
        ("2027-01", "2027-03", "4800.00")
    ]
    world.carry_due()
    (message,) = told(world, "ResumeEnrolment")
    assert (str(message.first), str(message.base), message.grade) == ("2027-01", "8000.00", 100)
    waiting = view(world, resumed)
    assert (waiting["status"], waiting["levies"][0]["status"]) == ("awaiting_payment", "assessed")
    receive(world.runtime, "tax-zhejiang", receipt(world, resumed, **PAID_AGAIN))
    world.carry_due()
    assert view(world, resumed)["status"] == "completed"
    assert world.zhejiang.count("StartCover") == 2
    assert view(world, case)["status"] == "completed"
    assert events(world, case)[-1] == "resumed"


def test_a_resumption_is_declared_where_the_gateway_assesses(world: World) -> None:
    able(world)
    case = begin(world, choice="registered")
    world.carry_due()
    world.clock.forward(days=300)
    housekeeping.mark_unpaid(world.runtime)
    assert view(world, case)["status"] == "unpaid"
    changes.suspend(world.runtime, wish(case, "s"), suspension("2027-09"))
    world.carry_due()
    asked = resumption("2027-10", cycle="monthly")
    resumed = opened(changes.resume(world.runtime, wish(case, "r"), asked))
    world.carry_due()
    declared = [work.message for work in world.tax_hunan.delivered if type(work.message).__name__ == "DeclareLevy"]
    assert [str(message.first) for message in declared] == ["2026-11", "2027-10"]
    assert view(world, resumed)["status"] == "awaiting_payment"


def test_what_is_resumed_can_be_suspended_and_ended_again(world: World) -> None:
    case = suspended(world)
    world.zhejiang.answers("ResumeEnrolment", accepted(EnrolmentDecided(Decision.ACCEPTED, notice_number="N2")))
    changes.resume(world.runtime, wish(case, "r"), resumption())
    world.carry_due()
    assert code(world, changes.suspend, case, suspension("2027-02")).params["month"] == "2027-03"
    changes.suspend(world.runtime, wish(case, "s2"), suspension("2027-04"))
    world.carry_due()
    changes.end(world.runtime, wish(case, "e"), ending("2027-03"))
    world.carry_due()
    assert events(world, case)[-3:] == ["resumed", "suspended", "ended"]


@pytest.mark.parametrize(
    ("asked", "expected", "place"),
    [
        (resumption("2026-11"), "months_levied", ""),
        (resumption("2028-01"), "start_too_far", "/first"),
        (resumption(grade=61), "grade_not_offered", "/contribution/grade"),
        (resumption(cycle="yearly"), "", ""),
    ],
    ids=["levied", "far", "grade", "fine"],
)
def test_a_resumption_is_determined_by_the_law_of_its_month(
    world: World, asked: Any, expected: str, place: str
) -> None:
    case = suspended(world)
    if not expected:
        assert opened(changes.resume(world.runtime, wish(case, "r"), asked))
        return
    error = code(world, changes.resume, case, asked)
    assert error.kind.code == expected
    assert [fault.pointer for fault in error.faults] == ([place] if place else [])


def test_only_what_is_suspended_can_be_resumed(world: World) -> None:
    case = paid(world)
    assert code(world, changes.resume, case, resumption()).params["state"] == "standing"
