"""Commands for operators: cases, legs, parties. Every act is audited and journalled."""

import getpass
from collections.abc import Callable
from dataclasses import asdict

import click

from commands.output import as_json_option, done, not_blank, show, show_one
from commands.refunds import claim_refund, refund
from gateway.model.codes import CaseStatus, LegState
from gateway.services import operate, views
from gateway.services.operate import Act
from gateway.services.runtime import Runtime
from gateway.store import leases

because_option = click.option(
    "--because",
    required=True,
    callback=not_blank,
    help="Why; it stands in the journal, and on the timeline of a case.",
)
language_option = click.option(
    "--language", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Of texts and the timeline."
)
_CASES = (
    "\b\n"
    "app.py case list --stuck\n"
    "app.py case list --status needs_person --json\n"
    "app.py case show case_01hq3v9zk8r2m4t6w8y0abcd5 --language zh\n"
)
_LEGS = (
    "\b\n"
    "app.py case list --stuck\n"
    "app.py leg retry leg_01hq3v9zk8r2m4t6w8y0abcd5 --because 'they say that nothing arrived' --i-know\n"
    "app.py leg settle leg_01hq3v9zk8r2m4t6w8y0abcd5 --as refused --because 'told by telephone'\n"
    "app.py leg settle leg_01hq3v9zk8r2m4t6w8y0abcd5 --as accepted --because 'told by telephone' \\\n"
    '    --answer \'{"decision": "accepted", "person_number": "4301", "registration_number": "DJ43"}\'\n'
)
_PARTIES = "\b\napp.py party pause tax-hunan --because 'maintenance announced for tonight'\n"
"""Shown below the help; the first character keeps the lines as they are."""
_ASKED_ON = {"accepted": LegState.ACCEPTED, "refused": LegState.REFUSED}

Opened = Callable[[], Runtime]


def act_of(action: str, because: str) -> Act:
    """An act of whoever is signed in on this machine."""
    return Act(getpass.getuser(), action, because)


@click.group()
def case() -> None:
    """Look at cases; claim and decide refunds."""


@case.command("list", epilog=_CASES)
@click.option("--stuck", is_flag=True, help="Only legs that wait for somebody: uncertain, held, handed to a person.")
@click.option("--status", type=click.Choice([each.value for each in CaseStatus]), help="Only cases with this status.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many cases.")
@as_json_option
@click.pass_obj
def case_list(opened: Opened, stuck: bool, status: str | None, limit: int, as_json: bool) -> None:
    """List cases, newest first; with --stuck the legs that wait for somebody, oldest first."""
    if stuck and status is not None:
        raise click.UsageError("--stuck lists legs, which have no --status of a case: give one of the two")
    runtime = opened()
    if stuck:
        rows = [asdict(row) for row in operate.stuck(runtime)]
        show(rows, as_json=as_json, empty="no leg waits for anybody")
        return
    with runtime.store.reading() as tx:
        found, more = views.page(tx, client=None, person=None, status=status, after=None, size=limit)
    show([{key: row[key] for key in ("case", "status", "updated_at")} for row in found], as_json=as_json)
    if more is not None:
        click.echo(f"these are the newest {limit}; there are more (--limit)", err=True)


@case.command("show", epilog=_CASES)
@click.argument("handle")
@language_option
@as_json_option
@click.pass_obj
def case_show(opened: Opened, handle: str, language: str, as_json: bool) -> None:
    """Show one case: status, insurances, levies, legs, timeline."""
    runtime = opened()
    with runtime.store.reading() as tx:
        view = views.case_view(runtime, tx, handle, None, language)
    show_one(view, as_json=as_json)


case.add_command(claim_refund)
case.add_command(refund)


@click.group()
def leg() -> None:
    """Act on one leg by hand: ask the party first, then tell the gateway (docs/operations.md)."""


@leg.command("retry", epilog=_LEGS)
@click.argument("handle")
@click.option("--i-know", is_flag=True, help="You have made sure that it did not take effect.")
@because_option
@as_json_option
@click.pass_obj
def leg_retry(opened: Opened, handle: str, i_know: bool, because: str, as_json: bool) -> None:
    """Send a leg again. HANDLE: of `case list --stuck`. One that could take effect twice demands --i-know."""
    operate.retry(opened(), handle, act_of("retry", because), i_know=i_know)
    done(f"{handle} is due now", as_json=as_json, leg=handle, state=LegState.PENDING.value)


@leg.command("cancel", epilog=_LEGS)
@click.argument("handle")
@because_option
@as_json_option
@click.pass_obj
def leg_cancel(opened: Opened, handle: str, because: str, as_json: bool) -> None:
    """Give a leg up; what its party did stays as it is."""
    operate.cancel(opened(), handle, act_of("cancel", because))
    done(f"{handle} is cancelled", as_json=as_json, leg=handle, state=LegState.CANCELLED.value)


@leg.command("settle", epilog=_LEGS)
@click.argument("handle")
@click.option("--as", "outcome", type=click.Choice(sorted(_ASKED_ON)), required=True, help="What the party did.")
@click.option("--answer", help="The party's answer as canonical JSON, where the case needs its numbers.")
@because_option
@as_json_option
@click.pass_obj
def leg_settle(opened: Opened, handle: str, outcome: str, answer: str | None, because: str, as_json: bool) -> None:
    """Settle a leg on your word, after you have asked the party.

    --answer is what the party says, as canonical JSON (docs/protocols/gateway.md): a registration needs its numbers, a
    duplicate check whether it knows of cover ('{"known": false}'). What follows from it goes out at once.
    """
    given = None if answer is None else answer.encode()
    operate.settle_as(opened(), handle, _ASKED_ON[outcome], act_of(f"settle as {outcome}", because), given)
    done(f"{handle} is settled as {outcome}", as_json=as_json, leg=handle, state=outcome)


@click.group()
def party() -> None:
    """Look after counterparties."""


@party.command("list")
@as_json_option
@click.pass_obj
def party_list(opened: Opened, as_json: bool) -> None:
    """List the configured parties and what they take."""
    runtime = opened()
    with runtime.store.reading() as tx:
        paused = leases.paused(tx)
    rows = [
        {
            "party": each.id,
            "family": each.family,
            "name": each.names["en"],
            "paused": each.id in paused,
            "takes": " ".join(sorted(each.supports)),
        }
        for each in runtime.parties.values()
    ]
    show(rows, as_json=as_json)


@party.command("pause", epilog=_PARTIES)
@click.argument("name")
@because_option
@as_json_option
@click.pass_obj
def party_pause(opened: Opened, name: str, because: str, as_json: bool) -> None:
    """Stop sending to a party; its legs wait."""
    operate.pause(opened(), name, paused=True, act=act_of("pause", because))
    done(f"{name} is paused", as_json=as_json, party=name, state="paused")


@party.command("resume", epilog=_PARTIES)
@click.argument("name")
@because_option
@as_json_option
@click.pass_obj
def party_resume(opened: Opened, name: str, because: str, as_json: bool) -> None:
    """Send to a party again."""
    operate.pause(opened(), name, paused=False, act=act_of("resume", because))
    done(f"{name} is resumed", as_json=as_json, party=name, state="open")
