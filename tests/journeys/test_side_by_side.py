"""Two gateways and two workers on one PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import requests

from tests.journeys.caller import Answer, Caller
from tests.journeys.conftest import Runs
from tests.journeys.journey import Journey
from tests.journeys.people import PLACES
from tests.journeys.system import PATIENCE, Plan, System

AT_ONCE = 40


@pytest.fixture(scope="module")
def pair(runs: Runs) -> Iterator[System]:
    with ExitStack() as stack:
        yield stack.enter_context(runs.new("postgresql", Plan(gateways=2, workers=2, pay_after=0.1)))


@pytest.fixture
def both(pair: System) -> System:
    pair.start()
    return pair


def callers(system: System, client: str = "demo-platform") -> list[Caller]:
    """The same client at either gateway."""
    return [system.caller(client).at(url) for url in system.urls]


def test_forty_enrolments_at_once_are_all_completed_once(both: System) -> None:
    doors, places = callers(both), list(PLACES)
    people = [both.people.next() for _ in range(AT_ONCE)]
    requests_of = [both.request(places[n % len(places)], person) for n, person in enumerate(people)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda n: doors[n % 2].call("POST", "/v1/enrolments", requests_of[n]), range(AT_ONCE)))
    assert [answer.status for answer in answers] == [202] * AT_ONCE
    cases = [answer.document["case"] for answer in answers]
    assert len(set(cases)) == AT_ONCE
    both.until(lambda: all(both.ledger.status(case) == "completed" for case in cases), "that all are completed")
    both.wait_until_settled()
    state = both.sandbox.state()
    for number, (person, case) in enumerate(zip(people, cases, strict=True)):
        journey = Journey(both, person, places[number % len(places)], case)
        journey.assert_completed_once(state=state)
        journey.assert_told_in_order(state)


def test_one_key_through_two_gateways_at_once_is_one_case_and_one_answer_byte_for_byte(both: System) -> None:
    doors = callers(both)
    for door in doors:
        door.call("GET", "/v1/cases?limit=1")
    for _ in range(5):
        body, key = both.request("beijing"), f"twice-{both.people.next().mobile}"
        before = set(both.ledger.cases())
        with ThreadPoolExecutor(2) as pool:
            both_doors = [pool.submit(door.call, "POST", "/v1/enrolments", body, key) for door in doors]
        first, second = (each.result() for each in both_doors)
        assert (first.status, second.status) == (202, 202)
        assert first.body == second.body
        assert sorted([replayed(first), replayed(second)]) == ["", "true"]
        assert set(both.ledger.cases()) - before == {first.document["case"]}


def test_one_key_with_another_content_is_refused_by_the_other_gateway_too(both: System) -> None:
    first, second = callers(both)
    body, key = both.request("beijing"), f"other-{both.people.next().mobile}"
    assert first.call("POST", "/v1/enrolments", body, key).status == 202
    changed = body | {"consent": body["consent"] | {"reference": "another-consent"}}
    answer = second.call("POST", "/v1/enrolments", changed, key)
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.document["errors"]] == ["/consent/reference"]
    text = answer.body.decode()
    assert "another-consent" not in text
    assert body["consent"]["reference"] not in text


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_gateway_killed_before_its_answer_leaves_it_to_the_other(both: System, moment: str) -> None:
    first, second = callers(both)
    first.call("GET", "/v1/cases?limit=1")
    body, key = both.request("tianjin"), f"killed-{moment}"
    both.gateway.kill()
    both.gateway.start(KILL_POINT=f"commit.accept.{moment}")
    assert both.gateway.wait_until_ready()
    before = set(both.ledger.cases())
    with pytest.raises(requests.ConnectionError):
        first.once("POST", "/v1/enrolments", body, key)
    both.gateway.process.status(PATIENCE)
    assert not both.gateway.running
    answer = second.call("POST", "/v1/enrolments", body, key)
    assert answer.status == 202
    assert replayed(answer) == ("true" if moment == "after" else "")
    assert set(both.ledger.cases()) - before == {answer.document["case"]}
    both.start()
    assert first.call("POST", "/v1/enrolments", body, key).body == answer.body
    both.wait_until(answer.document["case"], "completed")


def test_one_person_enrolled_by_two_platforms_fifty_times_at_once_has_one_interval(both: System) -> None:
    doors = [*callers(both), *callers(both, "other-platform")]
    person = both.people.next()
    body = both.request("guangdong", person)
    before = set(both.ledger.cases())
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda n: doors[n % 4].call("POST", "/v1/enrolments", body), range(50)))
    assert sorted({answer.status for answer in answers}) == [202, 409]
    # One view for each platform that follows it, and one case behind them.
    assert len({answer.document["case"] for answer in answers if answer.status == 202}) == 2
    (case,) = set(both.ledger.cases()) - before
    both.until(lambda: both.ledger.status(case) == "completed", f"{case} completed")
    both.wait_until_settled()
    Journey(both, person, "guangdong", case).assert_completed_once()


def replayed(answer: Answer) -> str:
    return answer.headers.get("Idempotency-Replayed", "")
