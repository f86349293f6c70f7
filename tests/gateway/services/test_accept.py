import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.errors import GatewayError
from gateway.mapping.canonical_json import reader
from gateway.model.platform import Enrolment
from gateway.store import tables
from gateway.store.idempotency import Key
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World

REQUEST: dict[str, Any] = {
    "worker": {"id_type": "resident_id", "id_number": "430102199503070019", "name": "湘小骑", "mobile": "13900001234"},
    "insurance": ["pension"],
    "choice": "workplace",
    "workplace_region": "330106",
    "registered_region": "430102",
    "contribution": {"grade": 60, "cycle": "monthly"},
    "start": "2026-11",
    "consent": {"reference": "c-1", "given_at": "2025-11-01T08:00:00+08:00"},
}


def enrolment(**changes: object) -> Enrolment:
    return reader(Enrolment)(json.dumps(REQUEST | changes).encode())


def key(header: str = "k1", client: str = "demo-platform") -> Key:
    return Key(client, "POST", "/v1/enrolments", header)


def rows(world: World) -> dict[str, int]:
    counted = (tables.persons, tables.cases, tables.legs, tables.reservations, tables.idempotency, tables.levies)
    with world.runtime.store.reading() as tx:
        return {table.name: tx.value(select(func.count()).select_from(table)) for table in counted}


def test_an_enrolment_is_answered_with_what_was_determined_and_what_it_costs(world: World) -> None:
    body = json.loads(accept(world.runtime, key(), enrolment(), "en").body)
    assert body["status"] == "accepted"
    assert [item["region"] for item in body["determination"]] == ["330106"]
    assert [levy["amount"] for levy in body["levies"]]
    assert "invented" in body["levies"][0]["explanation"]
    assert "invented" in body["determination"][0]["explanation"]


def test_the_same_request_again_gets_the_same_bytes(world: World) -> None:
    first = accept(world.runtime, key(), enrolment(), "en")
    again = accept(world.runtime, key(), enrolment(), "zh")
    assert again.body == first.body
    assert again.replayed
    assert not first.replayed
    assert rows(world)["cases"] == 1


def test_the_same_key_with_other_content_names_the_places_and_no_value(world: World) -> None:
    accept(world.runtime, key(), enrolment(), "en")
    other = enrolment(contribution={"grade": 80, "cycle": "monthly"})
    with pytest.raises(GatewayError) as problem:
        accept(world.runtime, key(), other, "en")
    assert problem.value.kind.code == "idempotency_conflict"
    assert [fault.pointer for fault in problem.value.faults] == ["/contribution/grade"]
    assert not any("80" in fault.text(language) for fault in problem.value.faults for language in ("zh", "en"))


def test_what_is_refused_leaves_nothing_behind(world: World) -> None:
    for bad in ({"start": "2020-01"}, {"workplace_region": "999999"}, {"insurance": ["occupational_injury"]}):
        with pytest.raises(GatewayError):
            accept(world.runtime, key(), enrolment(**bad), "en")
    assert set(rows(world).values()) == {0}


def test_another_platform_gets_its_own_view_of_the_same_enrolment(world: World) -> None:
    mine = json.loads(accept(world.runtime, key(), enrolment(), "en").body)
    theirs = json.loads(accept(world.runtime, key(client="other-platform"), enrolment(), "en").body)
    assert theirs["case"] != mine["case"]
    assert theirs["levies"] == mine["levies"]
    assert rows(world)["cases"] == 1


def test_the_same_platform_cannot_enrol_a_worker_twice(world: World) -> None:
    accept(world.runtime, key(), enrolment(), "en")
    with pytest.raises(GatewayError) as problem:
        accept(world.runtime, key("k2"), enrolment(start="2026-12"), "en")
    assert problem.value.kind.code == "already_reserved"


def test_fifty_enrolments_of_one_person_by_two_platforms_at_once_make_one_case(world: World) -> None:
    def attempt(number: int) -> str:
        client = "demo-platform" if number % 2 else "other-platform"
        try:
            accept(world.runtime, key(f"k{number}", client), enrolment(), "en")
        except GatewayError as problem:
            return problem.kind.code
        return "accepted"

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(attempt, range(50)))
    assert outcomes.count("accepted") == 2, "one enrolment, and the other platform's view of it"
    assert set(outcomes) <= {"accepted", "already_reserved", "idempotency_in_flight"}
    counted = rows(world)
    assert counted["cases"] == 1
    assert counted["persons"] == 1


def test_twins_with_one_key_at_once_get_one_answer(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        bodies = {
            answer.body for answer in pool.map(lambda _: accept(world.runtime, key(), enrolment(), "en"), range(16))
        }
    assert len(bodies) == 1
    assert rows(world)["cases"] == 1


def test_a_stored_answer_is_forgotten_after_thirty_days(world: World) -> None:
    accept(world.runtime, key(), enrolment(), "en")
    world.clock.forward(days=31)
    with pytest.raises(GatewayError) as problem:
        accept(world.runtime, key(), enrolment(start="2026-12"), "en")
    assert problem.value.kind.code == "already_reserved", "the key is free again; the months are not"


def test_a_fifteen_digit_number_is_the_same_person(world: World) -> None:
    short = {**REQUEST["worker"], "id_number": "430102950307001"}
    accept(world.runtime, key(), enrolment(), "en")
    with pytest.raises(GatewayError):
        accept(world.runtime, key("k2"), enrolment(worker=short), "en")
    assert rows(world)["persons"] == 1
