"""Bureaus whose pushes carry their password: it lets them in and is kept nowhere."""

from typing import Any

import pytest

from gateway.web import body
from tests.gateway.web.door import Gate
from tests.mappings.samples import PASSWORD, Sample


@pytest.mark.parametrize("dialect", ["gt3-bus/1.0", "gt3-tirip/1.0"])
def test_a_receipt_is_answered_in_its_dialect_and_kept_without_the_password(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    sample, kept = Sample(dialect, "receipt.push.xml", "request"), list[bytes]()
    bureau: Any = gate.runtime.parties["tax-zhejiang"]
    bureau.dialect = sample.spoken
    recorded = body.record

    def record(call: Any, party: str, name: str, document: bytes) -> None:
        kept.append(document)
        recorded(call, party, name, document)

    monkeypatch.setattr(body, "record", record)
    pushed = sample.document
    answer = gate.http.post("/in/tax-zhejiang?sign=good", data=pushed.body, content_type=pushed.media_type)
    assert answer.status_code == 200
    assert b"351026000000000017" in answer.data or answer.headers["retcode"] == "00000000"
    assert kept == [pushed.body.replace(PASSWORD.encode(), b"")]
