"""The medical side of two provinces: agencies with systems and numbers of their own, and the tax bureaus of all."""

from collections import Counter
from typing import Any

import pytest

from tests.journeys.journey import Journey
from tests.journeys.people import Person
from tests.journeys.system import System


def on_record(system: System, party: str, person: Person) -> dict[str, Any]:
    """What a party has on record of a person; empty where it does not know them."""
    people = system.sandbox.state()["parties"][party]["people"]
    found: list[dict[str, Any]] = [each for each in people if each["id_number"] == person.number]
    return found[0] if found else {}


@pytest.mark.parametrize("province", ["zhejiang", "hunan"])
def test_each_insurance_stands_at_its_own_agency_under_the_number_that_it_gives(system: System, province: str) -> None:
    medical, bureau = f"medical-{province}", f"tax-{province}"
    person = system.people.next()
    case = system.enrol(province, person, insurance=("pension", "medical"))
    journey = Journey(system, person, province, case)
    journey.complete()
    trace = journey.trace()
    assert Counter((party, entry["insurance"]) for party, entry in trace.ours) == {
        (province, "pension"): 1,
        (medical, "medical"): 1,
    }
    assert [len(entry["bookings"]) for _, entry in trace.ours] == [1, 1]
    assert {party for party, _ in trace.levies} == {bureau}
    here, there = on_record(system, province, person), on_record(system, medical, person)
    assert here["person_number"]
    assert there["person_number"]
    assert here["person_number"] != there["person_number"]


def test_an_agency_is_asked_only_about_what_it_keeps(system: System) -> None:
    person, other = system.people.next(), system.people.next()
    pension = system.enrol("zhejiang", person, insurance=("pension",))
    medical = system.enrol("zhejiang", other, insurance=("medical",))
    system.wait_until(pension, "awaiting_payment")
    system.wait_until(medical, "awaiting_payment")
    asked = {case: {leg.party for leg in system.ledger.legs(case, "FindCover")} for case in (pension, medical)}
    assert not {party for party in asked[pension] if party.startswith("medical-")}
    assert {"medical-zhejiang", "medical-hunan"} < asked[medical]
