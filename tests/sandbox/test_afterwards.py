"""What becomes of a levy and its payment afterwards, as the sandbox plays it and tells it."""

import json
from typing import Any

import pytest

from tests.sandbox.documents import cancellation, levy
from tests.sandbox.started import Sandbox

PARTY = "tax-hunan"


def declared(sandbox: Sandbox) -> None:
    sandbox.save("hunan", levy())
    sandbox.read_results("hunan")


def paid(sandbox: Sandbox) -> str:
    declared(sandbox)
    return str(sandbox.control("pay", party=PARTY, reference="l-1")["voucher"])


def told(sandbox: Sandbox, message: str) -> list[dict[str, Any]]:
    return [push for push in sandbox.state()["pushes"] if push["message"] == message]


def status(sandbox: Sandbox, call: str, **asked: str) -> int:
    return int(sandbox.post(f"/_control/{call}", json.dumps({"party": PARTY, **asked}).encode()).status)


def test_a_locked_levy_is_neither_paid_nor_cancelled_until_it_is_free(sandbox: Sandbox) -> None:
    declared(sandbox)
    assert sandbox.control("lock", party=PARTY, reference="l-1")["state"] == "05"
    assert status(sandbox, "pay", reference="l-1") == 409
    sandbox.save("hunan", cancellation(), batch="B2")
    assert sandbox.read_results("hunan", "B2")[0]["BZ"] == "扣缴中，不能作废"
    assert sandbox.control("unlock", party=PARTY, reference="l-1")["state"] == "01"
    assert sandbox.control("pay", party=PARTY, reference="l-1")["state"] == "02"
    assert len(told(sandbox, "LevyResult")) == 2


def test_a_reversed_payment_leaves_the_levy_payable_under_another_voucher(sandbox: Sandbox) -> None:
    first = paid(sandbox)
    assert sandbox.control("reverse", party=PARTY, reference="l-1")["state"] == "01"
    second = sandbox.control("pay", party=PARTY, reference="l-1")["voucher"]
    assert second != first
    assert len(told(sandbox, "ReversePayment")) == 1
    assert sandbox.count(PARTY, "reversed", "l-1") == 1


@pytest.mark.parametrize(
    ("call", "message", "more"),
    [("post", "PostPayment", {}), ("correct", "CorrectPayment", {"changes": {"SKSSQ": "202512"}})],
)
def test_a_payment_is_posted_and_corrected_by_messages_of_their_own(
    sandbox: Sandbox, call: str, message: str, more: dict[str, Any]
) -> None:
    paid(sandbox)
    sandbox.control(call, party=PARTY, reference="l-1", **more)
    assert len(told(sandbox, message)) == 1


@pytest.mark.parametrize("call", ["post", "reverse", "correct", "unlock"])
def test_what_was_not_paid_or_locked_has_no_afterwards(sandbox: Sandbox, call: str) -> None:
    declared(sandbox)
    assert status(sandbox, call, reference="l-1") == 409


def test_a_refund_is_known_only_once_it_was_asked_for(sandbox: Sandbox) -> None:
    paid(sandbox)
    assert status(sandbox, "refund", reference="refund-1") == 404
