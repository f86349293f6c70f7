"""What other regions have on record of a person: side by side, each region asked under its own number."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import BenefitState, ContributionState, CoverState, Insurance, Purpose, Scheme
from gateway.model.messages import Message
from gateway.model.person import Warrant
from gateway.model.province_records import (
    ContributionLine,
    ContributionsFound,
    GetContributions,
    GetRights,
    Right,
    RightsFound,
)
from gateway.model.values import Money, Month, Region
from gateway.services import look_up
from gateway.services.ask import ask
from gateway.services.look_up import SEEN_BY_PLATFORMS, LookUp
from gateway.store import persons
from tests.gateway.services.conftest import World
from tests.gateway.services.test_ask import BARE, CONSENT, PERSON, STRANGER, Asked, among, code_of, no_answer, region
from tests.gateway.services.test_journey import begin, events, view

RECORDS = ("GetRights", "GetContributions")
FIRST, LAST = Month.parse("2025-01"), Month.parse("2025-12")
LINE = ContributionLine(
    Scheme.EMPLOYEE_PENSION,
    Region("430102"),
    Month.parse("2025-03"),
    ContributionState.PAID,
    base=Money.parse("5000.00"),
    personal=Money.parse("400.00"),
    employer=Money.parse("800.00"),
    paid_on=date(2025, 4, 2),
    unit_name="示例物流",
)
EARLIER = replace(LINE, region=Region("110101"), first=Month.parse("2025-01"))
RIGHT = Right(
    Scheme.EMPLOYEE_PENSION,
    Region("430102"),
    CoverState.ACTIVE,
    months_paid=120,
    balance=Money.parse("48000.00"),
    benefit=BenefitState.NONE,
)


def of_contributions(person: Any = PERSON, warrant: Warrant = CONSENT, number: str | None = None) -> GetContributions:
    return GetContributions(person, FIRST, LAST, warrant, number)


def keeper(name: str, code: str, line: ContributionLine = LINE, right: Right = RIGHT) -> Asked:
    """A province that has lines and rights on record."""

    def answer(query: Message) -> Message:
        if isinstance(query, GetRights):
            return RightsFound(known=True, person_number="X", rights=(right,))
        return ContributionsFound(known=True, person_number="X", lines=(line,))

    return region(name, code, answer, *RECORDS)


def test_lines_of_several_regions_are_told_in_the_order_of_their_months(world: World) -> None:
    runtime = among(world, keeper("hunan", "43"), keeper("beijing", "11", EARLIER))
    assert ask(runtime, "zhejiang", of_contributions()) == ContributionsFound(known=True, lines=(EARLIER, LINE))


def test_rights_of_several_regions_stand_side_by_side(world: World) -> None:
    other = replace(RIGHT, region=Region("110101"))
    runtime = among(world, keeper("beijing", "11", right=other), keeper("hunan", "43"))
    assert ask(runtime, "zhejiang", GetRights(PERSON, CONSENT)) == RightsFound(known=True, rights=(other, RIGHT))


def test_a_region_that_cannot_be_asked_is_missing_from_the_answer_and_named(world: World) -> None:
    silent, unable = region("beijing", "11", no_answer, *RECORDS), region("tianjin", "12", no_answer, "FindCover")
    answer = ask(among(world, silent, unable, keeper("hunan", "43")), "zhejiang", of_contributions())
    assert answer.lines == (LINE,)
    assert set(answer.unanswered) == {Region("110000"), Region("120000")}
    assert unable.questions == []


@pytest.mark.parametrize(
    "query", [of_contributions(warrant=BARE), GetRights(PERSON, BARE)], ids=lambda each: type(each).__name__
)
def test_a_record_of_somebody_elses_person_needs_a_consent(world: World, query: Message) -> None:
    hunan = keeper("hunan", "43")
    with pytest.raises(GatewayError) as problem:
        ask(among(world, hunan), "zhejiang", query)
    assert code_of(problem) == "purpose_needed"
    assert hunan.questions == []


def test_a_local_number_is_told_to_the_region_that_gave_it_and_to_no_other(world: World) -> None:
    begin(world)
    world.carry_due()
    with world.runtime.store.work("test") as tx:
        person = persons.find(tx, PERSON.id_number)
        assert person is not None
        persons.learn_local_number(tx, person, "hunan", "H-77")
    beijing, hunan = keeper("beijing", "11"), keeper("hunan", "43")
    ask(among(world, beijing, hunan), "zhejiang", of_contributions(number="ZJ-1"))
    told = {each.id: query.person_number for each in (beijing, hunan) for query, _ in each.questions}
    assert told == {"beijing": None, "hunan": "H-77"}


def test_a_stranger_is_asked_about_without_any_number(world: World) -> None:
    hunan = keeper("hunan", "43")
    ask(among(world, hunan), "zhejiang", of_contributions(STRANGER, number="ZJ-1"))
    assert [query.person_number for query, _ in hunan.questions] == [None]


def asked_by(client: str | None, worker: str) -> LookUp:
    warrant = Warrant(Purpose.BENEFIT, "consent-9")
    return LookUp(client, worker, warrant, (Insurance.PENSION,), "request-1")


def enrolled(world: World) -> tuple[str, str]:
    case = begin(world)
    world.carry_due()
    return case, str(view(world, case)["worker"])


def test_a_platform_is_told_what_was_paid_and_never_where_or_by_whom(world: World) -> None:
    _, worker = enrolled(world)
    hunan = keeper("hunan", "43")
    runtime = among(world, hunan)
    found = look_up.contributions(runtime, asked_by("demo-platform", worker), FIRST, LAST)
    shown = {"scheme": "employee_pension", "first": "2025-03", "state": "paid", "personal": "400.00"}
    assert found == {"worker": worker, "known": True, "complete": True, "lines": [{**shown, "paid_on": "2025-04-02"}]}
    (right,) = look_up.rights(runtime, asked_by("demo-platform", worker))["rights"]
    assert right == {"scheme": "employee_pension", "state": "active", "months_paid": 120}
    query = hunan.questions[0][0]
    assert (query.person, query.insurances) == (PERSON, (Insurance.PENSION,))
    assert query.warrant == Warrant(Purpose.BENEFIT, "consent-9")


def test_an_operator_is_told_everything_and_who_did_not_answer(world: World) -> None:
    _, worker = enrolled(world)
    runtime = among(world, keeper("hunan", "43"), region("beijing", "11", no_answer, *RECORDS))
    found = look_up.contributions(runtime, asked_by(None, worker), FIRST, LAST)
    assert found["lines"][0]["unit_name"] == "示例物流"
    assert (found["complete"], found["unanswered"]) == (False, ["110000"])


def test_that_it_was_asked_stands_on_the_case_even_where_nobody_answers(world: World) -> None:
    case, worker = enrolled(world)
    runtime = among(world, region("hunan", "43", no_answer, *RECORDS))
    with pytest.raises(GatewayError) as problem:
        look_up.rights(runtime, asked_by("demo-platform", worker))
    assert code_of(problem) == "deadline_passed"
    assert events(world, case)[-1] == "records_asked"
    assert "benefit" in view(world, case)["timeline"][-1]["text"]


def test_the_worker_of_another_platform_is_not_there(world: World) -> None:
    case, worker = enrolled(world)
    hunan = keeper("hunan", "43")
    for client, handle in (("other-platform", worker), ("demo-platform", "wrk_0")):
        with pytest.raises(GatewayError) as problem:
            look_up.rights(among(world, hunan), asked_by(client, handle))
        assert code_of(problem) == "not_found"
    assert hunan.questions == []
    assert "records_asked" not in events(world, case)


def test_a_platform_never_sees_a_place_an_employer_or_a_balance() -> None:
    hidden = {"region", "unit_number", "unit_name", "employer", "base", "balance", "benefit_amount", "voucher_number"}
    assert not any(seen & hidden for seen in SEEN_BY_PLATFORMS.values())
