"""A cover elsewhere has to end first: its province is asked again over its own line, and the enrolment goes on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.journeys.conftest import Runs
from tests.journeys.journey import Journey
from tests.journeys.system import Plan, System

HOLDER, WEEK = "hunan", timedelta(days=7, minutes=1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def running(runs: Runs, request: pytest.FixtureRequest) -> Iterator[System]:
    """A run whose clock this test may move by weeks."""
    with runs.new(request.param, Plan(pay_after=None)) as system:
        system.start()
        yield system


def asked(system: System, case: str) -> int:
    """How often the holder of the other cover was asked about a case."""
    return sum(leg.attempts for leg in system.ledger.legs(case, "FindCover") if leg.party == HOLDER)


def test_an_enrolment_waits_for_another_cover_and_goes_on_once_that_has_ended(running: System) -> None:
    person = running.people.next()
    about = {"party": HOLDER, "id_number": person.number}
    cover = {"insurance": "pension", "scheme": "individual_pension", "first": "2025-03", "region": "430104"}
    running.sandbox.control("POST", "seed", **about, region="430104", covers=[cover])
    journey = Journey.begin(running, "zhejiang", person)
    journey.until("waiting")
    assert "other_cover_awaited" in journey.events()
    assert asked(running, journey.case) == 1

    running.clock.skip(WEEK.total_seconds())
    running.until(lambda: asked(running, journey.case) == 2, "that it is asked again", skipping=False)
    assert journey.until("waiting")["status"] == "waiting"

    running.sandbox.control("POST", "end_cover", **about, insurance="pension", last="2026-02")
    running.clock.skip(WEEK.total_seconds())
    journey.until("awaiting_payment")
    assert "other_cover_ended" in journey.events()
    journey.complete()
    running.clock.skip(WEEK.total_seconds())
    running.wait_until_settled()
    assert asked(running, journey.case) == 3, "nobody is asked any more"
