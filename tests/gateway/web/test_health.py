from http import HTTPStatus

import pytest
from sqlalchemy import text

from gateway.store.work import connect
from tests.gateway.web.door import Gate


def test_a_process_that_answers_lives(door: Gate) -> None:
    assert door.http.get("/health/live").get_json() == {"status": "live"}


def test_a_gateway_that_can_work_is_ready(gate: Gate) -> None:
    answer = gate.http.get("/health/ready")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready"), answer.text


@pytest.mark.parametrize(
    "damage", ["DROP TABLE journal_links", "ALTER TABLE case_items RENAME COLUMN unverified TO checked"]
)
def test_a_database_without_the_newest_shape_is_not_ready(gate: Gate, damage: str) -> None:
    with gate.runtime.store.engine.begin() as connection:
        connection.execute(text(damage))
    answer = gate.http.get("/health/ready")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert "migrate" in answer.get_json()["detail"]
    assert answer.headers["Retry-After"]


def test_a_database_that_is_newer_still_is_ready(gate: Gate) -> None:
    with gate.runtime.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE cases ADD COLUMN later INTEGER"))
    assert gate.http.get("/health/ready").status_code == HTTPStatus.OK


def test_a_database_that_is_away_is_not_ready_and_the_process_lives(
    door: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = connect("postgresql+psycopg://nobody@127.0.0.1:1/none")
    object.__setattr__(door.runtime.store, "engine", away)
    assert door.http.get("/health/ready").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert door.http.get("/health/live").status_code == HTTPStatus.OK
    assert door.http.get("/metrics").status_code == HTTPStatus.OK
    away.dispose()


def test_a_gateway_without_parties_is_not_ready(door: Gate) -> None:
    object.__setattr__(door.runtime, "parties", {})
    answer = door.http.get("/health/ready")
    assert (answer.status_code, answer.get_json()["detail"]) == (
        503,
        "The gateway cannot take this now: parties: none is configured",
    )


def test_what_is_accepted_is_counted_and_the_queue_is_seen(gate: Gate) -> None:
    def count() -> float:
        lines = gate.http.get("/metrics").text.splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith("gateway_enrolments_accepted_total"))

    before = count()
    gate.enrol(key="one")
    gate.enrol(key="one")
    assert count() == before + 1
    gate.clock.forward(seconds=30)
    shown = gate.http.get("/metrics")
    assert shown.content_type.startswith("text/plain")
    assert 'gateway_legs_due{party="hunan"} 1.0' in shown.text
    assert "gateway_queue_age_seconds 30.0" in shown.text or "gateway_queue_age_seconds 29." in shown.text
