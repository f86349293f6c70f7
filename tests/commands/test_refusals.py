"""What operators are refused, and in which words; the public keys of platforms."""

import os

import pytest

from gateway.security.webhooks import public_of
from tests.commands.conftest import Terminal
from tests.commands.test_operators import BECAUSE, enrol_leg


@pytest.mark.parametrize(
    "act",
    [
        ("leg", "retry", "leg_1"),
        ("leg", "cancel", "leg_1"),
        ("leg", "settle", "leg_1", "--as", "refused"),
        ("party", "pause", "zhejiang"),
        ("party", "resume", "zhejiang"),
        ("webhook", "replay", "leg_1"),
        ("journal", "rotate-key"),
    ],
    ids=" ".join,
)
def test_no_act_is_done_for_no_reason(terminal: Terminal, act: tuple[str, ...]) -> None:
    assert "Invalid value for '--because': say why; it is kept" in terminal.refuses(*act, "--because", "  ")


def test_legs_are_not_listed_by_the_status_of_a_case(terminal: Terminal) -> None:
    assert "give one of the two" in terminal.refuses("case", "list", "--stuck", "--status", "completed")


def test_what_is_not_there_is_refused_with_where_to_find_what_is(terminal: Terminal) -> None:
    case = terminal.enrolled()
    asked = terminal.leg(case).id
    assert "`case list --stuck` lists" in terminal.refuses("leg", "retry", "leg_1", *BECAUSE)
    assert "(there are demo-platform, tax-zhejiang, zhejiang)" in terminal.refuses("party", "pause", "none", *BECAUSE)
    assert "(there are demo-platform, tax-zhejiang, zhejiang)" in terminal.refuses("party", "check", "none")
    assert "a leg of FindCover: `leg retry`" in terminal.refuses("webhook", "replay", asked, *BECAUSE)


@pytest.mark.parametrize("answer", ["{", "[]", '{"decision": "perhaps"}'])
def test_an_answer_that_is_none_is_refused_by_the_name_of_its_option(terminal: Terminal, answer: str) -> None:
    leg = enrol_leg(terminal, terminal.enrolled())
    said = terminal.refuses("leg", "settle", leg, "--as", "accepted", "--answer", answer, *BECAUSE)
    assert said.startswith(
        "setting_invalid: The setting --answer is not usable: it is not a canonical EnrolmentDecided"
    )
    assert ("/decision: " in said) is ("perhaps" in answer)


def test_the_public_keys_of_platforms_are_those_of_the_secrets_that_sign(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = terminal.json("webhook", "new-key")
    assert public_of(fresh["secret_key"]) == fresh["public_key"]
    before = os.environ["PARTY_DEMO_PLATFORM_SECRET"]
    monkeypatch.setenv("PARTY_DEMO_PLATFORM_SECRET", f"{fresh['secret_key']} {before}")
    assert terminal.json("webhook", "keys") == [
        {"party": "demo-platform", "public_key": fresh["public_key"]},
        {"party": "demo-platform", "public_key": public_of(before)},
    ]
    assert "whsk_" not in terminal.says("webhook", "keys")
    monkeypatch.delenv("PARTY_DEMO_PLATFORM_URL")
    assert terminal.says("webhook", "keys") == "no platform has an address (PARTY_<ID>_URL)\n"
