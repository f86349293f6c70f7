"""Whom an enrolment concerns: parties with an address, and of those the ones that keep the insurance."""

import json
from dataclasses import replace

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Insurance
from gateway.ports import Support
from gateway.store import legs
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.services.test_accept import enrolment, key, rows


@pytest.mark.parametrize("party", ["zhejiang", "tax-zhejiang"])
def test_what_leads_to_a_party_without_an_address_is_refused_and_nothing_is_kept(world: World, party: str) -> None:
    parties = {name: each for name, each in world.runtime.parties.items() if name != party}
    with pytest.raises(GatewayError) as problem:
        accept(replace(world.runtime, parties=parties), key(), enrolment(), "en")
    assert (problem.value.kind.code, problem.value.params["region"]) == ("route_missing", "330106")
    assert rows(world)["cases"] == 0


def test_only_the_regions_that_keep_the_insurance_are_asked_whether_the_worker_has_it(world: World) -> None:
    residents = ScriptedParty(
        "hunan-resident", "province", [Support("FindCover", keeps=(Insurance.RESIDENT_PENSION,))], ("43",)
    )
    runtime = replace(world.runtime, parties={**world.runtime.parties, residents.id: residents})
    case = json.loads(accept(runtime, key(), enrolment(), "en").body)["case"]
    with world.runtime.store.reading() as tx:
        asked = {row.party for row in legs.named(tx, case, "FindCover", "")}
    assert {"zhejiang", "hunan"} == asked
