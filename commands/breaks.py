"""`break`: what does not agree, who has it, what repairs it; every act stands in its history and in the journal."""

import getpass
from collections.abc import Callable
from typing import Any

import click

from commands.output import as_json_option, not_blank, show, show_one
from gateway.mapping.converters import BEIJING
from gateway.model.breaks import BreakState
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import RepairCode
from gateway.services import break_views, breaks, operate
from gateway.services.break_views import Viewer
from gateway.services.breaks import Action
from gateway.services.operate import Act
from gateway.services.runtime import Runtime
from gateway.store import break_repairs
from gateway.store.break_repairs import Filter

Opened = Callable[[], Runtime]
_PAGE = 100
_LISTED = (
    *("break", "party", "pairing", "class", "state", "region", "fund", "difference"),
    *("age_days", "owner", "due_on", "claimed_by", "waits_for", "waits_until"),
)
_LIST = "\b\napp.py break list --overdue\napp.py break list --party tax-hunan --class amount --json\n"
_ACTS = (
    "\b\n"
    "app.py break claim brk_...\n"
    "app.py break comment brk_... --because 'asked the bureau by telephone'\n"
    "app.py break resolve brk_... --repair accept_theirs --because 'the bureau showed the voucher'\n"
    "app.py break reopen brk_... --because 'the voucher is of another payer'\n"
)
"""Shown below the help; the first character keeps the lines as they are."""
language_option = click.option(
    "--language", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Of names and words."
)
because_option = click.option(
    "--because", required=True, callback=not_blank, help="Why; it stands in the break's history."
)
as_option = click.option("--as", "person", default=getpass.getuser, help="Who does it; the login name if left out.")


@click.group("break")
def break_group() -> None:
    """Breaks of the reconciliation: list, show, claim, comment, resolve, reopen (docs/protocols/breaks.md)."""


@break_group.command("list", epilog=_LIST)
@click.option("--party", help="Of this party.")
@click.option("--pairing", help="Of this pairing, such as collected.")
@click.option("--class", "kind", type=click.Choice([each.value for each in BreakClass]), help="Of this class.")
@click.option("--flag", type=click.Choice([each.value for each in BreakClass]), help="With this class as a flag.")
@click.option("--state", type=click.Choice([each.value for each in BreakState]), help="In this state.")
@click.option("--region", help="Of this region: six digits, or the first four or two.")
@click.option("--fund", help="Of this insurance.")
@click.option("--owner", help="Belonging to them, such as accounts.")
@click.option("--overdue", is_flag=True, help="Only those past their due date.")
@language_option
@as_json_option
@click.pass_obj
def break_list(opened: Opened, /, *, overdue: bool, language: str, as_json: bool, **chosen: str | None) -> None:
    """List breaks, newest first, 100 at most: class, amounts' difference, age, whom it belongs to, who has it."""
    runtime = opened()
    today = runtime.now().astimezone(BEIJING).date()
    with runtime.store.reading() as tx:
        rows = break_repairs.page(tx, Filter(**chosen, overdue=today.isoformat() if overdue else None), size=_PAGE)
    lines = [break_views.break_line(row, today, language) for row in rows]
    if as_json:
        show(lines, as_json=True)
        return
    show([{name: line[name] or "" for name in _LISTED} for line in lines], as_json=False, empty="no break")


@break_group.command("show")
@click.argument("handle")
@language_option
@as_json_option
@click.pass_obj
def break_show(opened: Opened, handle: str, language: str, as_json: bool) -> None:
    """Show one break: rows of both sides, the proposed repair, repairs, history, and what may be done now."""
    runtime = opened()
    with runtime.store.reading() as tx:
        view = break_views.break_view(
            runtime, tx, breaks.found(tx, handle), Viewer(getpass.getuser(), "operator", language)
        )
    if as_json:
        show_one(view, as_json=True)
        return
    sides = view.pop("rows")
    show_one({**view, "here": sides["here"], "there": sides["there"]}, as_json=False)


@break_group.command("claim", epilog=_ACTS)
@click.argument("handle")
@click.option("--instead-of", default="", help="Who has it now, where it is taken over on purpose.")
@as_option
@as_json_option
@click.pass_obj
def break_claim(opened: Opened, handle: str, instead_of: str, person: str, as_json: bool) -> None:
    """Take a break over, so that nobody else works on it."""
    after = _do(opened(), handle, Act(person, "claim", instead_of), breaks.claim(instead_of))
    _say(after, f"{handle} is claimed by {person}", as_json=as_json)


@break_group.command("comment", epilog=_ACTS)
@click.argument("handle")
@because_option
@as_option
@as_json_option
@click.pass_obj
def break_comment(opened: Opened, handle: str, because: str, person: str, as_json: bool) -> None:
    """Say something about a break; nothing else changes."""
    after = _do(opened(), handle, Act(person, "comment", because), breaks.comment(because))
    _say(after, f"{handle} has a comment more", as_json=as_json)


@break_group.command("resolve", epilog=_ACTS)
@click.argument("handle")
@click.option(
    "--repair", type=click.Choice([each.value for each in RepairCode]), required=True, help="What repairs it."
)
@because_option
@as_option
@as_json_option
@click.pass_obj
def break_resolve(opened: Opened, handle: str, repair: str, because: str, person: str, as_json: bool) -> None:
    """Repair a break by entries, a question to the bureau, a refund case, or (none) leave it as it is.

    Nothing is edited: accept_theirs and reverse_and_reenter enter new rows on our side; accept_ours and ask_bureau go
    into the differences file, and the break waits for the bureau until its day; refund opens a case. The next run
    proves the repair, or opens the break again. Above SECOND_PERSON_ABOVE it waits until another person gives the same
    command.
    """
    action = breaks.resolve(RepairCode(repair), because)
    after = _do(opened(), handle, Act(person, f"resolve as {repair}", because), action)
    waits = after["state"] == BreakState.AWAITING_SECOND.value
    asked = f"waits for {after['waits_for']} until {after['waits_until']}"
    said = "awaits a second person" if waits else asked if after["waits_for"] else f"is {after['state']}"
    _say(after, f"{handle} {said}: {repair}", as_json=as_json)


@break_group.command("reopen", epilog=_ACTS)
@click.argument("handle")
@because_option
@as_option
@as_json_option
@click.pass_obj
def break_reopen(opened: Opened, handle: str, because: str, person: str, as_json: bool) -> None:
    """Take up a break again that has ended, or give up a repair that waits for a second person."""
    after = _do(opened(), handle, Act(person, "reopen", because), breaks.reopen(because))
    _say(after, f"{handle} is open again", as_json=as_json)


def _do(runtime: Runtime, handle: str, act: Act, action: Action) -> dict[str, Any]:
    """Into the journal before anything is done, as every act of a person; the break afterwards."""
    with runtime.store.reading() as tx:
        row = breaks.found(tx, handle)
    operate.journal_act(runtime, act, {"break": row.id, "party": row.party})
    breaks.do(runtime, handle, act.operator, action)
    with runtime.store.reading() as tx:
        viewer = Viewer(act.operator, "operator", "en")
        return break_views.break_view(runtime, tx, breaks.found(tx, handle), viewer)


def _say(after: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        show_one(after, as_json=True)
    else:
        click.echo(sentence)
