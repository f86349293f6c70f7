"""What operators are refused, and in which words; the public keys of platforms."""

import os
import socket
from pathlib import Path

import pytest

from gateway.security.webhooks import public_of
from tests.commands.conftest import Terminal
from tests.commands.test_operators import ACTS, BECAUSE, enrol_leg


@pytest.mark.parametrize("act", [*ACTS, ("journal", "rotate-key")], ids=" ".join)
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


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("party", "new", "provinces/mine"),
        ("party", "check", "hunan", "--samples"),
        ("statement", "check", __file__),
    ],
    ids=" ".join,
)
def test_a_folder_that_holds_no_mappings_is_named(terminal: Terminal, tmp_path: Path, command: tuple[str, ...]) -> None:
    said = terminal.refuses(*command, "--mappings", str(tmp_path))
    assert "--mappings" in said
    assert f"{tmp_path} holds no " in said


@pytest.mark.parametrize("option", ["--html", "--csv"])
def test_a_report_that_cannot_be_written_is_refused_by_its_option(
    terminal: Terminal, tmp_path: Path, option: str
) -> None:
    there = tmp_path / "none" / "report"
    said = terminal.refuses("reconcile", "report", "--day", "2026-11-09", option, str(there))
    assert f"Invalid value for {option}: {there} cannot be written: No such file or directory" in said


@pytest.mark.parametrize(("command", "name"), [("serve", "PORT"), ("worker", "WORKER_PORT"), ("run", "PORT")])
def test_a_second_process_does_not_share_the_port_of_the_first(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, free_port: int, command: str, name: str
) -> None:
    monkeypatch.setenv(name, str(free_port))
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        first.bind(("127.0.0.1", free_port))
        first.listen()
        said = terminal.refuses(command)
    assert f"setting_invalid: The setting {name} is not usable: {free_port} is taken" in said
    assert not (terminal.var / "settings.toml").exists()


def test_an_address_that_is_not_of_this_machine_is_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIND", "192.0.2.1")
    assert "nobody can listen at 192.0.2.1 (BIND) on" in terminal.refuses("serve")
