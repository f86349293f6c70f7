from collections import Counter
from decimal import Decimal

from tests.journeys.journey import Journey
from tests.journeys.people import PLACES
from tests.journeys.system import System


def test_an_enrolment_in_every_province_ends_with_cover_and_every_effect_exactly_once(system: System) -> None:
    journeys = [Journey.begin(system, province) for province in PLACES]
    for journey in journeys:
        view = journey.complete()
        assert [item["cover_from"] for item in view["items"]] == [f"{system.clock():%Y-%m}-01"]
        assert [levy["status"] for levy in view["levies"]] == ["receipted"]
        assert view["payment_instructions"] == []
        journey.assert_completed_once()
        journey.assert_told_in_order()


def test_what_the_worker_is_told_to_pay_names_authority_number_amount_and_day(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        journey = Journey.begin(system, province)
        view = journey.until("awaiting_payment")
        (levy,), (instruction,) = view["levies"], view["payment_instructions"]
        ((_, theirs),) = journey.trace().levies
        assert (instruction["amount"], instruction["due"]) == (levy["amount"], levy["due"])
        assert Decimal(levy["amount"]) == Decimal(theirs["amount"])
        assert instruction["number"] in (theirs["levy_number"], theirs["notice_number"])
        assert "tax bureau" in instruction["authority"]
        journey.complete()


def by_kind(effects: Counter[tuple[str, str]]) -> Counter[str]:
    """What took effect, whoever keeps the insurance."""
    counted: Counter[str] = Counter()
    for (_, kind), number in effects.items():
        counted[kind] += number
    return counted


def test_several_insurances_of_one_case_each_take_effect_once(system: System) -> None:
    insurances = ("pension", "medical", "unemployment")
    person = system.people.next()
    case = system.enrol("hunan", person, insurance=insurances)
    view = system.wait_until(case, "awaiting_payment")
    assert len(view["payment_instructions"]) == 3
    for instruction in view["payment_instructions"]:
        system.sandbox.pay("tax-hunan", levy_number=instruction["number"])
    system.wait_until(case, "completed")
    trace = system.sandbox.of(person.number, system.ledger.references(case))
    assert sorted(entry["insurance"] for _, entry in trace.ours) == sorted(insurances)
    assert [len(entry["bookings"]) for _, entry in trace.ours] == [1, 1, 1]
    assert set(by_kind(trace.effects).values()) == {3}
