"""Every command explains itself."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

import app

FOR_MACHINES = {
    "books close",
    "books closings",
    "books enter",
    "books entries",
    "books sign",
    "books trial",
    "books verify",
    "break claim",
    "break comment",
    "break list",
    "break reopen",
    "break resolve",
    "break show",
    "case claim-refund",
    "case list",
    "case refund",
    "case show",
    "client add",
    "client list",
    "journal verify",
    "leg cancel",
    "leg retry",
    "leg settle",
    "party check",
    "party list",
    "party pause",
    "party resume",
    "party shadow",
    "party try",
    "reconcile answer",
    "reconcile run",
    "reconcile sheet",
    "reconcile show",
    "reconcile tell",
    "reconcile told",
    "reconcile totals",
    "settings",
    "statement check",
    "statement ask",
    "statement due",
    "statement pull",
    "webhook keys",
    "webhook new-key",
    "webhook replay",
}


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


EVERY = [pytest.param(path, command, id=" ".join(path)) for path, command in commands(app.cli)]


@pytest.mark.parametrize(("path", "command"), EVERY)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_says_what_it_does(path: tuple[str, ...], command: click.Command, flag: str) -> None:
    done = CliRunner().invoke(app.cli, [*path, flag], terminal_width=200)
    assert done.exit_code == 0
    assert done.output.startswith("Usage:")
    assert (command.help or "").strip().endswith("."), "a sentence at least"


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_option_says_what_it_is_for(path: tuple[str, ...], command: click.Command) -> None:
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_the_help_of_all_lists_every_command_and_where_to_begin() -> None:
    said = CliRunner().invoke(app.cli, ["--help"]).output
    assert "Begin with `run`" in said
    for name in app.cli.commands:
        assert f"\n  {name} " in said


def test_whatever_a_machine_may_read_is_given_as_json() -> None:
    offering = {" ".join(path) for path, command in commands(app.cli) if {"as_json"} & {p.name for p in command.params}}
    assert offering == FOR_MACHINES


def test_every_act_of_an_operator_demands_a_reason() -> None:
    acts = {" ".join(path) for path, command in commands(app.cli) if {"because"} & {p.name for p in command.params}}
    assert acts == {
        "books close",
        "books enter",
        "books sign",
        "break comment",
        "break resolve",
        "break reopen",
        "case claim-refund",
        "case refund",
        "leg retry",
        "leg cancel",
        "leg settle",
        "party pause",
        "party resume",
        "webhook replay",
        "journal rotate-key",
    }


def test_a_command_that_does_not_exist_is_named() -> None:
    done = CliRunner().invoke(app.cli, ["frobnicate"])
    assert done.exit_code == 2
    assert "No such command 'frobnicate'" in done.output
