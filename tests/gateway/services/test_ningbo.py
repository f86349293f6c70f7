"""A separately-planned city has a tax bureau of its own: its levies and payments are none of the province's."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import LevyState
from gateway.model.tax import LevyResult
from gateway.ports import Support
from gateway.services.receive import receive
from gateway.store import levies
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.laws import published
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.services.test_journey import begin, receipt, view

OWN_BUREAU = """
  - parameter: route
    region: "3302"
    from: 2026-01-01
    content:
      agency: {name: "{city}社会保险管理服务中心", level: city}
      medical_agency: {name: "{city}医疗保障管理服务中心", level: city}
      tax_office: 国家税务总局宁波市税务局
      treasury: 国家金库宁波分库
      card_centre: card-hubei
      province_party: zhejiang
      tax_party: tax-ningbo
"""


@pytest.fixture
def ningbo(world: World, tmp_path: Path) -> tuple[World, ScriptedParty]:
    """The bureau of Ningbo beside that of Zhejiang, and the route to it."""
    bureau = ScriptedParty("tax-ningbo", "tax", [Support("FindLevy"), Support("CancelLevy", inquire="query")])

    reply = LevyResult(found=True, state=LevyState.ASSESSED, levy_number="L001", tax_person_number="NB7")
    bureau.answers("FindLevy", accepted(reply))
    world.runtime.parties[bureau.id] = bureau  # type: ignore[index]  # a dictionary in these tests
    world.runtime = replace(world.runtime, law=published(tmp_path, more=OWN_BUREAU))
    return world, bureau


def test_an_enrolment_in_ningbo_goes_to_the_agency_of_the_province_and_the_bureau_of_the_city(
    ningbo: tuple[World, ScriptedParty],
) -> None:
    world, bureau = ningbo
    case = begin(world, workplace_region="330203")
    world.carry_due()
    shown = view(world, case)
    assert shown["items"][0]["determination"]["tax_office"] == "国家税务总局宁波市税务局"
    assert (world.zhejiang.count("EnrolWorker"), bureau.count("FindLevy")) == (1, 1)
    assert world.tax_zhejiang.delivered == []
    assert shown["levies"][0]["numbers"]["tax_person"] == "NB7"


def test_the_bureau_of_the_province_has_no_say_in_the_levies_of_the_city(ningbo: tuple[World, ScriptedParty]) -> None:
    world, bureau = ningbo
    case = begin(world, workplace_region="330203")
    world.carry_due()
    with pytest.raises(GatewayError) as problem:
        receive(world.runtime, "tax-zhejiang", LevyResult(found=True, state=LevyState.LOCKED, levy_number="L001"))
    assert problem.value.kind.code == "unknown_levy"
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    with world.runtime.store.reading() as tx:
        (row,) = levies.of_case(tx, case)
    assert (row.tax, row.state) == ("tax-ningbo", "assessed")
    receive(world.runtime, bureau.id, receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "completed"


def test_the_rest_of_the_province_stays_with_its_own_bureau(ningbo: tuple[World, ScriptedParty]) -> None:
    world, bureau = ningbo
    begin(world, workplace_region="330106")
    world.carry_due()
    assert bureau.delivered == []
    assert world.tax_zhejiang.count("FindLevy") == 1
