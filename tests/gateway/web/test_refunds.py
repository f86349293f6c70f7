"""Refunds over REST: an operator claims and decides them; a platform follows them and decides nothing."""

from typing import Any

import pytest

from tests.gateway.web.door import Gate

CLAIM = {"insurance": "pension", "origin": "prepaid", "reason": "未就业"}
DECISION = {"verdict": "grant", "route": "treasury", "reason": "查证属实"}


def post(gate: Gate, path: str, body: dict[str, Any], client: str = "demo-operator") -> Any:
    return gate.post(path, body, client=client)


def test_a_platform_neither_claims_nor_decides_a_refund(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    for path, body in ((f"/v1/cases/{case}/refunds", CLAIM), (f"/v1/cases/{case}/refund", DECISION)):
        answer = post(gate, path, body, client="demo-platform")
        assert (answer.status_code, answer.get_json()["code"]) == (403, "wrong_caller_kind")


@pytest.mark.parametrize(("path", "body"), [("refunds", CLAIM), ("refund", DECISION)])
def test_where_nothing_was_paid_nothing_is_refunded(gate: Gate, path: str, body: dict[str, Any]) -> None:
    case = gate.enrol().get_json()["case"]
    answer = post(gate, f"/v1/cases/{case}/{path}", body)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("refunds", CLAIM | {"origin": "whim"}, "/origin"),
        ("refunds", {"insurance": "pension", "origin": "death"}, "/reason"),
        ("refund", DECISION | {"route": "post"}, "/route"),
    ],
)
def test_what_is_wrong_with_a_refund_is_named(gate: Gate, path: str, body: dict[str, Any], pointer: str) -> None:
    case = gate.enrol().get_json()["case"]
    answer = post(gate, f"/v1/cases/{case}/{path}", body)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]
