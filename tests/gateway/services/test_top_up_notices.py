"""A top-up where the agency assesses: it is owed when the agency's notice says so, at the agency's amount."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import ContributionState, Insurance, LevyState, Scheme
from gateway.model.province_records import ContributionLine, ContributionsFound
from gateway.model.tax import LevyResult
from gateway.model.values import Money, Month, Region
from gateway.ports import Outcome, Support, Work
from gateway.services import top_ups
from gateway.services.receive import receive
from gateway.store import levies
from gateway.store import top_ups as kept
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.laws import published
from tests.gateway.services.test_journey import begin, events, receipt, view

JULY, SEPTEMBER = datetime(2026, 7, 3, 4, tzinfo=UTC), datetime(2026, 9, 20, 4, tzinfo=UTC)
BUREAU, NOTICE = "tax-zhejiang", "N2026-07"
WAGE = '{parameter: reference_wage, region: "33", content: {monthly: 8000}}'
CARRIED = '{parameter: reference_wage, region: "33", to: 2026-06-30, carry_forward: 暂按通知, content: {monthly: 8000}}'
PUBLISHED = CARRIED + '\n  - {parameter: reference_wage, region: "33", from: 2026-07-01, content: {monthly: 8500}}'


@pytest.fixture
def july(world: World, tmp_path: Path) -> Iterator[World]:
    """Zhejiang, where the agency assesses, on 3 July: last year's wage is carried on."""
    world.clock.at = JULY
    before = world.runtime
    world.runtime = replace(world.runtime, law=published(tmp_path / "july", instead=(WAGE, CARRIED)))
    yield world
    world.runtime = before


def line(number: str | None = NOTICE, **changes: Any) -> ContributionLine:
    values: dict[str, Any] = {
        "scheme": Scheme.INDIVIDUAL_PENSION,
        "region": Region("330100"),
        "first": Month.parse("2026-07"),
        "state": ContributionState.OWED,
        "notice_number": number,
    }
    return ContributionLine(**(values | changes))


def at_bureau(amount: str | None = None) -> Any:
    """What the bureau has: the enrolment's levy under its notice, and the top-up under the one of its own."""

    def found(work: Work) -> Outcome:
        notice = work.message.notice_number
        ours = notice == NOTICE
        return accepted(
            LevyResult(
                found=True,
                state=LevyState.ASSESSED,
                levy_number="L002" if ours else "L001",
                notice_number=notice,
                tax_person_number="T001",
                amount=Money.parse(amount) if ours and amount else None,
            )
        )

    return found


def paid_month(world: World, *, asked: bool = True) -> str:
    """An enrolment of July that is paid; `asked`: its province can be asked for its records."""
    if asked:
        world.zhejiang.supports["GetContributions"] = Support("GetContributions")
    world.tax_zhejiang.answers("FindLevy", at_bureau())
    case = begin(world, start="2026-07")
    world.carry_due()
    receive(world.runtime, BUREAU, receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "completed"
    return case


def publish(world: World, folder: Path) -> None:
    world.clock.at = SEPTEMBER
    law = published(folder / "september", instead=(WAGE, PUBLISHED))
    world.runtime = replace(world.runtime, law=law)
    assert top_ups.adjust_months(world.runtime) == 1


def top_up(world: World, case: str) -> dict[str, Any]:
    with world.runtime.store.reading() as tx:
        (levy,) = levies.of_case(tx, case)
        (row,) = [row for row in kept.of_levy(tx, levy.id) if row.fen]
    return view(world, row.case)


def push(world: World, **changes: Any) -> None:
    values: dict[str, Any] = {
        "found": True,
        "state": LevyState.ASSESSED,
        "levy_number": "L002",
        "notice_number": NOTICE,
        "tax_person_number": "T001",
        "insurance": Insurance.PENSION,
        "first": Month.parse("2026-07"),
        "last": Month.parse("2026-07"),
    }
    receive(world.runtime, BUREAU, LevyResult(**(values | changes)))


def test_the_province_is_asked_until_its_notice_is_on_record_and_then_the_bureau_for_the_levy(
    july: World, tmp_path: Path
) -> None:
    case = paid_month(july)
    july.zhejiang.answers(
        "GetContributions",
        accepted(ContributionsFound(known=True, lines=(line("N001"), line(None)))),
        accepted(ContributionsFound(known=True, lines=(line("N001"), line()))),
    )
    publish(july, tmp_path)
    july.carry_due()
    waiting = top_up(july, case)
    assert (waiting["status"], waiting["levies"][0]["status"]) == ("registering", "preview"), "not issued yet"
    july.clock.forward(minutes=1)
    july.carry_due()
    found = top_up(july, case)
    assert (found["status"], found["levies"][0]["status"]) == ("awaiting_payment", "assessed")
    assert found["levies"][0]["numbers"]["notice"] == NOTICE
    assert "levy_differs" not in events(july, found["case"])
    assert july.tax_zhejiang.count("DeclareLevy") == 0, "the agency declares it"


def test_the_agencys_amount_is_what_is_owed_and_the_difference_is_shown(july: World, tmp_path: Path) -> None:
    case = paid_month(july)
    july.tax_zhejiang.answers("FindLevy", at_bureau("99.00"))
    july.zhejiang.answers("GetContributions", accepted(ContributionsFound(known=True, lines=(line(),))))
    publish(july, tmp_path)
    july.carry_due()
    found = top_up(july, case)
    assert found["levies"][0]["amount"] == "99.00"
    assert "levy_differs" in events(july, found["case"])
    came = receipt(july, found["case"], levy_number="L002", voucher_number="330000000000000002")
    receive(july.runtime, BUREAU, came)
    july.carry_due()
    assert top_up(july, case)["status"] == "completed"


def test_what_was_paid_under_the_notice_before_we_knew_it_is_booked(july: World, tmp_path: Path) -> None:
    case = paid_month(july)
    july.zhejiang.answers("GetContributions", accepted(ContributionsFound(known=True)))
    publish(july, tmp_path)
    july.carry_due()
    came = receipt(
        july, top_up(july, case)["case"], levy_number="L002", notice_number=NOTICE, voucher_number="33000002"
    )
    receive(july.runtime, BUREAU, came)
    july.zhejiang.answers("GetContributions", accepted(ContributionsFound(known=True, lines=(line(),))))
    july.clock.forward(hours=1)
    july.carry_due()
    assert top_up(july, case)["status"] == "completed"
    assert top_up(july, case)["levies"][0]["numbers"]["voucher"] == "33000002"


def test_a_bureau_that_pushes_the_levy_is_believed_where_the_province_cannot_be_asked(
    july: World, tmp_path: Path
) -> None:
    case = paid_month(july, asked=False)
    publish(july, tmp_path)
    july.carry_due()
    assert "top_up_awaits_notice" in events(july, top_up(july, case)["case"])
    for _ in range(2):
        push(july)
        july.carry_due()
    found = top_up(july, case)
    assert (found["status"], found["levies"][0]["numbers"]["levy"]) == ("awaiting_payment", "L002")
    assert july.tax_zhejiang.count("FindLevy") == 2, "for the enrolment, and once for the top-up"


def test_a_push_about_somebody_else_or_another_month_is_refused(july: World, tmp_path: Path) -> None:
    case = paid_month(july, asked=False)
    publish(july, tmp_path)
    july.carry_due()
    august = Month.parse("2026-08")
    for other in ({"tax_person_number": "T002"}, {"first": august, "last": august}, {"last": august}):
        with pytest.raises(GatewayError) as error:
            push(july, **other)
        assert error.value.kind.code == "unknown_levy"
    assert top_up(july, case)["levies"][0]["status"] == "preview"


def test_a_notice_that_never_comes_is_a_persons_to_see_to(july: World, tmp_path: Path) -> None:
    case = paid_month(july)
    july.zhejiang.answers("GetContributions", accepted(ContributionsFound(known=True)))
    publish(july, tmp_path)
    july.carry_due()
    july.clock.at = SEPTEMBER + timedelta(days=200)
    july.carry_due()
    found = top_up(july, case)
    assert found["status"] == "needs_person"
    assert "top_up_without_notice" in events(july, found["case"])
