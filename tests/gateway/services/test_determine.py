"""What is decided before anybody is told, and the law put later to what was decided."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.model.codes import CoverState, Insurance, Scheme
from gateway.model.province import Cover
from gateway.model.tax import Receipt
from gateway.model.values import Money, Month, Region
from gateway.rules.overlap import Outcome
from gateway.services import determine as determining
from gateway.services.determine import CHINA, ItemPlan, determine, local_day
from gateway.store.rows import ItemRow
from tests.gateway.services.conftest import NOON, World
from tests.gateway.services.test_accept import enrolment

NOVEMBER = Month.parse("2026-11")


def plan(world: World, **changes: Any) -> ItemPlan:
    (only,) = determine(world.runtime, enrolment(**changes))
    return only


def kept(item: ItemPlan) -> ItemRow:
    """The item as the case keeps it."""
    return ItemRow(
        case="case_1",
        insurance=item.insurance.value,
        status="accepted",
        start=item.start.ordinal,
        province=item.province,
        tax=item.tax,
        assessor=item.assessor,
        determination=item.kept,
        hold_until=item.hold_until,
    )


def paid(on: date, months: tuple[str, str] = ("2026-11", "2026-11")) -> Receipt:
    first, last = map(Month.parse, months)
    return Receipt("3300", Money(96000), Insurance.PENSION, first, last, Month.of(on), on)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_of_the_law_is_a_day_in_china(instant: datetime, day: date) -> None:
    assert local_day(instant) == day


@given(st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - zones are drawn
def test_the_day_does_not_depend_on_the_zone_in_which_the_instant_is_written(instant: datetime) -> None:
    assert local_day(instant) == local_day(instant.astimezone(UTC))


def test_each_insurance_is_determined_for_itself_in_the_order_of_the_request(world: World) -> None:
    plans = determine(world.runtime, enrolment(insurance=["unemployment", "pension"]))
    assert [(each.insurance, each.province, each.tax) for each in plans] == [
        (Insurance.UNEMPLOYMENT, "zhejiang", "tax-zhejiang"),
        (Insurance.PENSION, "zhejiang", "tax-zhejiang"),
    ]


def test_what_a_medical_agency_keeps_goes_there_and_the_levy_to_the_bureau_of_all(world: World) -> None:
    world.with_medical("zhejiang")
    plans = determine(world.runtime, enrolment(insurance=["medical", "pension"]))
    assert [(each.insurance, each.province, each.tax) for each in plans] == [
        (Insurance.MEDICAL, "medical-zhejiang", "tax-zhejiang"),
        (Insurance.PENSION, "zhejiang", "tax-zhejiang"),
    ]


def test_a_route_to_a_party_without_an_address_is_refused_by_name(world: World) -> None:
    with pytest.raises(GatewayError) as problem:
        determine(world.runtime, enrolment(insurance=["medical"]))
    assert problem.value.kind.code == "route_missing"


def test_the_choice_of_the_worker_decides_which_province_and_bureau_and_who_assesses(world: World) -> None:
    here, there = plan(world), plan(world, choice="registered")
    assert (here.province, here.tax, here.assessor) == ("zhejiang", "tax-zhejiang", "agency")
    assert (there.province, there.tax, there.assessor) == ("hunan", "tax-hunan", "gateway")
    assert (determining.gateway_tells(kept(here)), determining.gateway_tells(kept(there))) == (True, False)


@pytest.mark.parametrize(("cycle", "last"), [("monthly", "2026-11"), ("quarterly", "2026-12")])
def test_a_levy_covers_what_is_left_of_its_cycle(world: World, cycle: str, last: str) -> None:
    levy = plan(world, contribution={"grade": 60, "cycle": cycle}).levy
    assert (str(levy.first), str(levy.last)) == ("2026-11", last)
    assert levy.due <= levy.payable_until


def test_a_levy_is_the_sum_of_its_components(world: World) -> None:
    levy = plan(world, insurance=["unemployment"]).levy
    parts = [Money.parse(part["amount"]) for part in json.loads(levy.kept)["components"]]
    assert sum((part.fen for part in parts), 0) == levy.amount.fen


def test_a_silent_region_is_waited_for_until_the_morning_of_a_day_in_china(world: World) -> None:
    until = plan(world).hold_until
    assert until.astimezone(CHINA).timetz().replace(tzinfo=None).isoformat() == "00:00:00"
    assert until > NOON
    assert Month.of(local_day(until)) <= NOVEMBER, "the month is still to be saved"


def test_what_was_determined_is_kept_with_its_reasons_in_both_languages(world: World) -> None:
    public = json.loads(plan(world).kept)["public"]
    assert public["region"] == "330106"
    assert public["citation"]
    assert public["invented"]
    assert {each["known"] for each in public["inputs"]} <= {"claimed", "verified", "contradicted", "derived"}
    assert set(public["explanation"]) == {"zh", "en"}


def test_nothing_of_the_person_is_kept_with_the_determination(world: World) -> None:
    worker = enrolment().worker
    item = plan(world)
    for value in (worker.id_number, worker.name, worker.mobile):
        assert value not in item.kept + item.levy.kept


def test_every_fault_is_named_by_its_pointer(world: World) -> None:
    with pytest.raises(GatewayError) as problem:
        determine(world.runtime, enrolment(workplace_region="999999", registered_region="999998"))
    assert {fault.pointer for fault in problem.value.faults} == {"/workplace_region", "/registered_region"}


def test_a_month_that_begins_in_china_has_begun(world: World) -> None:
    world.clock.at = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    with pytest.raises(GatewayError) as problem:
        plan(world, start="2026-11")
    assert {fault.code for fault in problem.value.faults} == {"start_in_past"}
    world.clock.at -= timedelta(seconds=1)
    assert plan(world, start="2026-11").start == NOVEMBER


@pytest.mark.parametrize(
    ("scheme", "state", "outcome"),
    [
        (Scheme.RESIDENT_PENSION, CoverState.ACTIVE, Outcome.ALLOW_AND_CLEAR),
        (Scheme.EMPLOYEE_PENSION, CoverState.ACTIVE, Outcome.REFUSE),
        (Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, Outcome.END_OTHER_FIRST),
        (Scheme.EMPLOYEE_PENSION, CoverState.ENDED, Outcome.NONE),
    ],
)
def test_a_cover_elsewhere_is_weighed_by_the_dated_rule_of_the_pair(
    world: World, scheme: Scheme, state: CoverState, outcome: Outcome
) -> None:
    cover = Cover(scheme, state, Region("430100"), Month.parse("2020-01"))
    assert determining.dealing(world.runtime.law, kept(plan(world)), cover).outcome is outcome


@pytest.mark.parametrize(
    ("choice", "insurance", "since"),
    [
        ("workplace", "pension", "2026-11-01"),
        ("registered", "pension", "2026-11-01"),
        ("registered", "medical", "2027-01-01"),
    ],
)
def test_cover_starts_by_the_rule_of_the_place_and_the_insurance(
    world: World, choice: str, insurance: str, since: str
) -> None:
    world.with_medical("hunan")
    item = kept(plan(world, choice=choice, insurance=[insurance]))
    assert determining.starts(world.runtime.law, item, paid(date(2026, 12, 12))).isoformat() == since


@pytest.mark.parametrize(
    ("choice", "withdrawn", "reopens"),
    [("workplace", False, True), ("workplace", True, False), ("registered", False, False), ("registered", True, True)],
)
def test_whether_late_money_reopens_its_month_is_the_rule_of_the_place(
    world: World, choice: str, withdrawn: bool, reopens: bool
) -> None:
    item = kept(plan(world, choice=choice))
    assert determining.may_reopen(world.runtime.law, item, date(2026, 12, 1), withdrawn=withdrawn) is reopens
