"""Corrections over REST: an operator asks for one; what was not deducted by us is not ours to correct."""

from typing import Any

import pytest

from tests.gateway.web.door import Gate

CORRECTION = {"insurance": "pension", "adjustment": True, "reason": "应计入整理期"}


def post(gate: Gate, case: str, body: dict[str, Any], client: str = "demo-operator") -> Any:
    return gate.post(f"/v1/cases/{case}/corrections", body, client=client)


def test_a_platform_corrects_nothing(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    answer = post(gate, case, CORRECTION, client="demo-platform")
    assert (answer.status_code, answer.get_json()["code"]) == (403, "wrong_caller_kind")


def test_where_nothing_was_paid_nothing_is_corrected(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    for handle in (case, "case_0000000000000000000000000000"):
        answer = post(gate, handle, CORRECTION)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (CORRECTION | {"adjustment": "yes"}, "/adjustment"),
        ({"insurance": "pension", "adjustment": True}, "/reason"),
        (CORRECTION | {"insurance": "pets"}, "/insurance"),
    ],
)
def test_what_is_wrong_with_a_correction_is_named(gate: Gate, body: dict[str, Any], pointer: str) -> None:
    case = gate.enrol().get_json()["case"]
    answer = post(gate, case, body)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]
