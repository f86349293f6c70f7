"""One line per request, with what is ours to say of it and nothing that is somebody's."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from gateway.model.handles import is_handle
from gateway.security.logs import JsonFormatter
from gateway.web import access
from tests.gateway.web.door import NUMBER, Gate
from tests.gateway.web.envelopes import FIND_WORKER, envelope, exchange, send


@pytest.fixture
def log() -> Iterator[StringIO]:
    """The access log as it is written."""
    written, logger = StringIO(), logging.getLogger(access.__name__)
    handler, before = logging.StreamHandler(written), logger.level
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(before)


def lines(log: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_an_enrolment_leaves_one_line_with_its_case_and_client(door: Gate, log: StringIO) -> None:
    case = door.enrol().get_json()["case"]
    (line,) = lines(log)
    told = {name: line[name] for name in ("method", "route", "status", "client", "case", "message")}
    expected = {"method": "POST", "route": "enrol", "status": 202, "client": "demo-platform", "case": case}
    assert told == expected | {"message": "answered"}
    assert is_handle("req", line["request"])
    assert line["ms"] >= 0


def test_a_case_that_is_followed_is_named_by_its_handle_and_the_route_by_its_name(door: Gate, log: StringIO) -> None:
    case = door.enrol().get_json()["case"]
    door.get(f"/v1/cases/{case}?secret=1")
    line = lines(log)[-1]
    assert (line["route"], line["case"], line["status"]) == ("case", case, 200)
    assert "/v1/" not in log.getvalue()
    assert "secret" not in log.getvalue()


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", f"/v1/cases/{NUMBER}", "case", 401),
        ("GET", f"/nowhere/{NUMBER}?name=湘小骑", "none", 404),
        ("DELETE", "/v1/cases", "none", 405),
        ("BREW", f"/v1/cases/{NUMBER}", "none", 405),
        ("GET", "/health/live", "live", 200),
        ("POST", "/in/nobody", "push", 404),
    ],
)
def test_whatever_is_asked_leaves_one_line_without_the_address(
    door: Gate, log: StringIO, method: str, path: str, route: str, status: int
) -> None:
    answer = door.http.open(path, method=method)
    (line,) = lines(log)
    assert (line["route"], line["status"]) == (route, status)
    assert line["method"] == (method if method != "BREW" else "other")
    assert line["request"] == (answer.get_json() or {}).get("instance", line["request"])
    assert line.keys() & {"case", "client"} == set()
    assert NUMBER not in log.getvalue()
    assert "湘小骑" not in log.getvalue()


def test_what_stands_in_the_place_of_a_case_is_named_only_if_it_can_be_one(door: Gate, log: StringIO) -> None:
    assert door.get("/v1/cases/浙小厨").status_code == 404
    (line,) = lines(log)
    assert "case" not in line
    assert "浙小厨" not in log.getvalue()


def test_a_defect_of_ours_leaves_its_line_too(door: Gate, log: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.rest.enrolments.accept", lambda *_, **__: 1 / 0)
    door.enrol()
    (line,) = lines(log)
    assert (line["status"], line["client"]) == (500, "demo-platform")


def test_who_proves_themselves_without_a_token_of_ours_is_named_too(door: Gate, log: StringIO) -> None:
    door.http.post("/in/tax-zhejiang?sign=good", data=b"Nothing {}", content_type="text/plain")
    door.http.post("/in/tax-zhejiang?sign=bad", data=b"Nothing {}", content_type="text/plain")
    send(door, envelope(exchange(sender="hunan"), FIND_WORKER), client="hunan")
    assert [(line["route"], line.get("client")) for line in lines(log)] == [
        ("push", "tax-zhejiang"),
        ("push", None),
        ("soap", "hunan"),
    ]
