import json
from http import HTTPStatus
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.mapping.canonical_json import reader
from gateway.model.messages import EXCHANGES
from gateway.web.problems import MEDIA_TYPE
from tests.gateway.web.door import Gate, LineDialect, RefusingDialect

READERS: dict[str, Any] = {name: reader(exchange.request) for name, exchange in EXCHANGES.items()}
RECEIPT = {
    "voucher_number": "326011000000000017",
    "amount": "960.00",
    "insurance": "pension",
    "first": "2026-11",
    "last": "2026-11",
    "accounting_month": "2026-11",
    "collected_on": "2026-11-09",
    "notice_number": "330100202611000017",
}


def pushed(gate: Gate, body: bytes, query: str = "sign=good", party: str = "tax-zhejiang") -> Any:
    return gate.http.post(f"/in/{party}?{query}", data=body, headers={"Content-Type": "text/plain"})


def receipt(**changes: str) -> bytes:
    return b"Receipt " + json.dumps(RECEIPT | changes).encode()


@pytest.fixture
def bureau(gate: Gate) -> Any:
    party: Any = gate.runtime.parties["tax-zhejiang"]
    party.dialect = LineDialect(READERS)
    return party


def test_a_push_is_answered_in_the_dialect_of_its_party(gate: Gate, bureau: Any) -> None:
    answer = pushed(gate, receipt())
    assert (answer.status_code, answer.text) == (200, "ReceiptTaken m-1 Receipt")
    assert answer.content_type == "text/plain"
    assert gate.journal() == [("in", "tax-zhejiang", "push"), ("out", "tax-zhejiang", "push")]


def test_the_same_push_again_is_the_same_answer(gate: Gate, bureau: Any) -> None:
    assert pushed(gate, receipt()).data == pushed(gate, receipt()).data


def test_the_same_receipt_with_other_content_is_refused(gate: Gate, bureau: Any) -> None:
    pushed(gate, receipt())
    answer = pushed(gate, receipt(amount="961.00"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "duplicate_receipt")
    assert answer.get_json()["party"] == "tax-zhejiang"


def test_a_push_that_is_not_the_partys_own_is_never_read(gate: Gate, bureau: Any) -> None:
    for query in ("", "sign=bad"):
        answer = pushed(gate, receipt(), query)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "authentication_needed")
    assert ("in", "tax-zhejiang", "push") not in gate.journal()


def test_a_party_without_an_agreed_way_to_sign_can_push_nothing(gate: Gate) -> None:
    party: Any = gate.runtime.parties["tax-hunan"]
    party.dialect = LineDialect(READERS)
    assert pushed(gate, receipt(), party="tax-hunan").status_code == HTTPStatus.UNAUTHORIZED


def test_a_message_that_nobody_pushes_is_told_as_unsupported(gate: Gate, bureau: Any) -> None:
    body = b'FindLevy {"reference": "r"}'
    answer = pushed(gate, body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "unsupported")


def test_what_cannot_be_read_is_told_and_kept(gate: Gate, bureau: Any) -> None:
    answer = pushed(gate, b"Receipt {")
    assert (answer.status_code, answer.content_type) == (400, MEDIA_TYPE)
    assert gate.journal()[0] == ("in", "tax-zhejiang", "push")


def test_a_push_that_cannot_be_read_is_its_senders_and_no_answer_of_anybody(
    gate: Gate, bureau: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object, **__: object) -> None:
        raise GatewayError("unreadable", party="x", message="Receipt", reason="SJJE: it does not have the form")

    monkeypatch.setattr(bureau.dialect, "read", unreadable)
    answer = pushed(gate, receipt())
    assert (answer.status_code, answer.get_json()["code"]) == (400, "request_unreadable")
    monkeypatch.setattr(bureau, "dialect", RefusingDialect(READERS))
    monkeypatch.setattr(bureau.dialect, "read", unreadable)
    assert "SJJE：格式不符" in pushed(gate, receipt()).text


def test_a_dialect_with_errors_of_its_own_tells_them_itself(gate: Gate, bureau: Any) -> None:
    bureau.dialect = RefusingDialect(READERS)
    answer = pushed(gate, b"Receipt {", "sign=bad")
    assert (answer.status_code, answer.content_type) == (200, "text/plain")
    assert answer.text.startswith("NO A valid access token is needed")
    assert ":status" not in answer.headers


def test_an_error_of_ours_stays_inside_a_dialects_own_error_too(
    gate: Gate, bureau: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    bureau.dialect = RefusingDialect(READERS)
    monkeypatch.setattr("gateway.web.inbound.push.receive", fail)
    answer = pushed(gate, receipt())
    assert answer.text.startswith("NO Something went wrong on our side; quote req_")
    assert "secret" not in answer.text
