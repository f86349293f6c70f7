"""Works in one province, registered in another or in the same, in both choices: all at once on one standing run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from gateway.model.codes import Choice, Insurance
from gateway.rules.duties import who_assesses, who_tells_province
from gateway.rules.law import Law, Question
from gateway.services.determine import local_day
from tests.journeys.clock import BEGINS
from tests.journeys.journey import Journey
from tests.journeys.people import enrolment
from tests.journeys.provinces import PROVINCES, Province
from tests.journeys.system import System

AT_ONCE = 8
# The rule behind each insurance of every worker here, and whether the choice counts. None refuses any combination:
# where resident insurance is not open at the place that was chosen, its rule puts it at the other one.
RULES = {"pension": ("demo-either", True), "resident_medical": ("demo-registered", False)}


@dataclass(frozen=True)
class Combination:
    """One row of the table."""

    works: Province
    home: Province
    choice: Choice

    def __str__(self) -> str:
        return f"works in {self.works.name}, registered in {self.home.name}, {self.choice}"

    def at(self, insurance: str) -> tuple[Province, str]:
        """The province and the county where an insurance belongs."""
        if RULES[insurance][1] and self.choice is Choice.WORKPLACE:
            return self.works, self.works.works_in
        return self.home, self.home.registered_in


TABLE = [Combination(*row) for row in product(PROVINCES.values(), PROVINCES.values(), Choice)]


@dataclass(frozen=True)
class Placed:
    """What became of one insurance. `registered`, `levied`, `receipts`: at which parties, in which state, how often."""

    status: str
    rule: str
    region: str
    registered: Sequence[tuple[str, int]]
    levied: Sequence[tuple[str, str]]
    receipts: Sequence[tuple[str, int]]
    effects: Mapping[tuple[str, str], int]


def expected(row: Combination, insurance: str) -> Placed:
    province, county = row.at(insurance)
    return Placed(
        status="completed",
        rule=RULES[insurance][0],
        region=county,
        registered=[(province.keeper(insurance), 1)],
        levied=[(province.bureau, "02")],
        receipts=[(province.bureau, 1)],
        effects=province.effects_at(province.keeper(insurance)),
    )


def found(journey: Journey, view: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Placed]:
    """What the case says, and what all parties together hold of it."""
    trace = journey.trace(state)
    levies = journey.system.ledger.levies(journey.case)
    said = {}
    for item in view["items"]:
        insurance = item["insurance"]
        references = {f"{journey.case}.{insurance}", *(levy.id for levy in levies if levy.insurance == insurance)}
        ours = [each for each in trace.ours if each[1]["insurance"] == insurance]
        pushed = [each for each in state["pushes"] if each["reference"] in references and each["message"] == "Receipt"]
        said[insurance] = Placed(
            status=item["status"],
            rule=item["determination"]["rule"],
            region=item["determination"]["region"],
            registered=[(party, len(entry["bookings"])) for party, entry in ours],
            levied=[(party, levy["state"]) for party, levy in trace.levies if levy["insurance"] == insurance],
            receipts=[(each["party"], each["delivered"]) for each in pushed],
            effects=Counter((e["party"], e["kind"]) for e in state["effects"] if e["reference"] in references),
        )
    return said


def begin(system: System, row: Combination) -> Journey:
    person = system.people.next(row.home.registered_in)
    body = enrolment(person, row.works.name, str(system.month), tuple(RULES)) | {
        "choice": row.choice.value,
        "workplace_region": row.works.works_in,
        "registered_region": row.home.registered_in,
    }
    answer = system.platform.call("POST", "/v1/enrolments", body)
    assert answer.status == 202, f"{row}: {answer.body.decode()}"
    return Journey(system, person, row.at("pension")[0].name, answer.document["case"])


def follow(system: System, journeys: Sequence[Journey]) -> None:
    """Everybody pays as soon as they may, until all have cover and nothing is left to be carried."""
    paid: set[str] = set()

    def all_completed() -> bool:
        present = system.ledger.cases()
        for journey in journeys:
            if present[journey.case] == "awaiting_payment" and journey.case not in paid:
                journey.pay_at_once()
                paid.add(journey.case)
        return all(present[journey.case] == "completed" for journey in journeys)

    system.until(all_completed, "that all are completed")
    system.wait_until_settled()


def test_every_pair_of_provinces_in_both_choices_leads_to_cover_where_the_rules_put_it(system: System) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        journeys = list(pool.map(lambda row: begin(system, row), TABLE))
    follow(system, journeys)
    state = system.sandbox.state()
    looked_up = state["counts"]["card-hubei"]["card_looked_up"]
    table = {str(row): {insurance: expected(row, insurance) for insurance in RULES} for row in TABLE}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        views = list(pool.map(Journey.view, journeys))
    seen = {str(row): found(each, view, state) for row, each, view in zip(TABLE, journeys, views, strict=True)}
    assert seen == table
    for journey, view in zip(journeys, views, strict=True):
        assert [item["cover_from"] for item in view["items"]] == [f"{system.month}-01"] * len(RULES)
        assert looked_up[journey.person.number] == 1
        journey.assert_told_in_order(state)
        journey.assert_nothing_left()


@pytest.mark.parametrize("name", list(PROVINCES))
def test_the_table_has_the_assessor_and_the_teller_that_the_dated_data_name(name: str, law: Law) -> None:
    province = PROVINCES[name]
    for insurance, county in product(RULES, (province.works_in, province.registered_in)):
        question = Question(law, Insurance(insurance), county, local_day(BEGINS))
        assert who_assesses(question).content.who == province.assessed_by
        assert who_tells_province(question).content.who == province.told_by
