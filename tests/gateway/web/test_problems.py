import logging
from http import HTTPStatus

import pytest
from flask import abort

from gateway.errors import KINDS, GatewayError
from gateway.store.work import LockTimeoutError
from gateway.web.problems import MEDIA_TYPE
from tests.gateway.web.door import ENROLMENT, NUMBER, Gate

MEMBERS = {"type", "title", "status", "detail", "code", "side", "retry_safe", "instance"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "//v1//cases", 404, "not_found"),
        ("GET", "/v1/enrolments", 405, "method_not_allowed"),
        ("DELETE", "/v1/cases", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/cases", 405, "method_not_allowed"),
        ("PUT", "/soap/gateway", 405, "method_not_allowed"),
        ("GET", "/soap/gateway", 405, "method_not_allowed"),
        ("GET", "/v1/cases", 401, "authentication_needed"),
        ("POST", "/in/nobody", 404, "not_found"),
    ],
)
def test_whatever_is_wrong_is_a_problem_document(door: Gate, method: str, path: str, status: int, code: str) -> None:
    answer = door.http.open(path, method=method)
    assert (answer.status_code, answer.content_type) == (status, MEDIA_TYPE)
    problem = answer.get_json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem.keys() >= MEMBERS
    assert problem["type"] == f"http://gateway.test/docs#{code}"
    assert problem["instance"].startswith("req_")


def test_a_method_that_is_not_offered_names_those_that_are(door: Gate) -> None:
    assert door.http.get("/v1/enrolments").headers["Allow"] == "POST"
    assert door.http.delete("/soap/gateway").headers["Allow"] == "GET, HEAD, POST"


def test_the_trailing_slash_is_no_redirect(door: Gate) -> None:
    assert door.get("/v1/cases/").status_code == HTTPStatus.OK


def test_problems_are_told_in_the_language_of_the_caller(door: Gate) -> None:
    assert door.http.get("/nowhere", headers={"Accept-Language": "zh-Hans"}).get_json()["detail"].startswith("不存在")
    assert door.http.get("/nowhere", headers={"Accept-Language": "*"}).get_json()["detail"].startswith("There is")


def failing(door: Gate, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("gateway.web.rest.enrolments.accept", fail)


def test_an_error_of_ours_leaks_nothing_and_is_found_in_the_log_by_its_reference(
    door: Gate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing(door, monkeypatch, RuntimeError(f"secret {NUMBER}"))
    with caplog.at_level(logging.ERROR):
        answer = door.enrol()
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], answer.content_type) == (500, "internal", MEDIA_TYPE)
    assert "secret" not in answer.text
    assert problem["instance"] in problem["detail"]
    assert any(problem["instance"] in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("code", ["data_invalid", "setting_invalid", "sealed_unreadable"])
def test_an_error_about_our_own_files_stays_inside(door: Gate, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    failing(door, monkeypatch, GatewayError(code, file="clients/x.json", name="X", line="1", reason="broken inside"))
    answer = door.enrol()
    assert answer.get_json()["code"] == "internal"
    assert "broken" not in answer.text
    assert "clients" not in answer.text


def test_what_is_worth_repeating_says_when(door: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(door, monkeypatch, LockTimeoutError("locked"))
    answer = door.enrol()
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert answer.get_json()["retry_safe"] is True
    assert int(answer.headers["Retry-After"]) >= 1


def test_what_the_framework_finds_inside_a_handler_is_told_too(door: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.rest.enrolments.accept", lambda *_, **__: abort(400))
    answer = door.enrol()
    assert (answer.status_code, answer.content_type) == (400, MEDIA_TYPE)


def test_a_journal_that_cannot_be_written_accepts_nothing(door: Gate) -> None:
    door.writer.close()
    answer = door.post("/v1/enrolments", ENROLMENT)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert set(door.rows().values()) == {0}


def test_every_error_can_be_looked_up_where_its_type_points(door: Gate) -> None:
    page = door.http.get("/docs").text
    assert [code for code in KINDS if f'id="{code}"' not in page] == []
