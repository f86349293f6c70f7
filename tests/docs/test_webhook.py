"""What docs/protocols/webhook.md tells receivers: its program verifies, its example is one of ours."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from gateway.mapping.canonical_json import reader
from gateway.model.platform import CaseChanged
from gateway.security import webhooks
from tests.docs.markdown import blocks
from tests.rules.tree import ROOT

PAGE = ROOT / "docs" / "protocols" / "webhook.md"
BODY = b'{"case":"case_1"}'
Verify = Callable[[str, dict[str, str], bytes], bool]


def body_of(info: str) -> str:
    (found,) = (block.body for block in blocks(PAGE) if block.info == info)
    return found


@pytest.fixture
def is_ours() -> Verify:
    names: dict[str, Verify] = {}
    exec(body_of("python"), names)  # noqa: S102 - the program that the page shows
    return names["is_ours"]


def signed(*secrets: str, at: datetime | None = None) -> dict[str, str]:
    return webhooks.sign(secrets, "leg_1", at or datetime.now(UTC), BODY)


def test_the_program_on_the_page_takes_what_we_sign_and_nothing_else(is_ours: Verify) -> None:
    mine, other = webhooks.generate_secret(), webhooks.generate_secret()
    public = webhooks.public_of(mine)
    assert is_ours(public, signed(mine), BODY)
    assert is_ours(public, signed(other, mine), BODY)
    assert not is_ours(public, signed(other), BODY)
    assert not is_ours(public, signed(mine), BODY + b" ")
    assert not is_ours(public, {**signed(mine), "webhook-id": "leg_2"}, BODY)
    assert not is_ours(public, signed(mine, at=datetime.now(UTC) - timedelta(minutes=6)), BODY)


def test_the_example_on_the_page_is_a_webhook_of_ours() -> None:
    head, _, body = body_of("http").partition("\n\n")
    changed = reader(CaseChanged)(body.strip().encode())
    assert (changed.event, list(json.loads(body))) == (
        "levy_assessed",
        ["case", "worker", "status", "items", "event", "at"],
    )
    names = {line.partition(":")[0].lower() for line in head.splitlines()[1:]}
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= names
