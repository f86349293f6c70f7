"""`books enter`: what happens to a fund's money and no message tells."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import click

from commands.books import as_option, because_option, region_option
from commands.output import as_json_option, done
from gateway.mapping.converters import BEIJING
from gateway.model.books import BookEvent, Component, EventKind
from gateway.model.codes import Insurance
from gateway.model.values import Money, Region, parse_date
from gateway.services.book_entry import BY_HAND, enter
from gateway.services.operate import Act
from gateway.services.runtime import Runtime

_NUMBER = re.compile(r"[0-9A-Za-z._-]{1,64}", re.ASCII)
_EXAMPLES = (
    "\b\n"
    "app.py books enter transfer_received --document YH20261110-17 --insurance pension --region 430103"
    " --day 2026-11-10 --amount 960.00 --because 'bank statement of the fiscal account'\n"
)


def _money(_context: click.Context, _parameter: click.Parameter, given: str) -> Money:
    try:
        return Money.parse(given)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


def _document(_context: click.Context, _parameter: click.Parameter, given: str) -> str:
    if not _NUMBER.fullmatch(given):
        raise click.BadParameter("1 to 64 letters, digits, '-', '_' and '.'")
    return given


def _event(runtime: Runtime, kind: EventKind, given: Mapping[str, Any]) -> BookEvent:
    try:
        day = parse_date(given["day"])
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--day") from None
    if day > runtime.now().astimezone(BEIJING).date():
        raise click.BadParameter(f"{day} has not come", param_hint="--day")
    insurance, region = Insurance(given["insurance"]), Region(given["region"])
    said = {name: given[name] for name in ("amount", "late_fee", "interest", "adjustment", "corrects")}
    # A transfer may hold the money of several funds and regions: each has an entry of its own under its number.
    origin = f"document/{region}/{insurance.value}/{given['document']}"
    return BookEvent(
        kind=kind, origin=origin, insurance=insurance, region=region, day=day, note=given["because"], **said
    )


@click.command("enter", epilog=_EXAMPLES)
@click.argument("event", type=click.Choice([kind.value for kind in BY_HAND]))
@click.option(
    "--document",
    required=True,
    callback=_document,
    help="Number of the document that shows it: entered once with each event.",
)
@click.option("--insurance", type=click.Choice([each.value for each in Insurance]), required=True, help="Whose money.")
@region_option
@click.option("--day", required=True, help="Day that it happened on, YYYY-MM-DD.")
@click.option("--amount", required=True, callback=_money, help="In yuan, such as 960.00; below 0.00 to take back.")
@click.option("--late-fee", default="0.00", callback=_money, help="Late fee beside the amount, in yuan.")
@click.option("--interest", default="0.00", callback=_money, help="Interest beside the amount, in yuan.")
@click.option("--adjustment", is_flag=True, help="Booked in the adjustment period (整理期).")
@click.option("--corrects", default=None, help="Handle of the entry that this one puts right.")
@because_option
@as_option
@as_json_option
@click.pass_obj
def books_enter(opened: Callable[[], Runtime], /, event: str, *, as_json: bool, **given: Any) -> None:
    """Enter EVENT: what happens to a fund's money and no message tells, as a bank or the treasury shows it.

    Transfers between treasury, fiscal account and the agency's accounts, their interest, benefits, and money that
    nobody can place (暂收) until it is identified or returned. What it posts: docs/protocols/books.md, section 3.
    """
    runtime = opened()
    asked = _event(runtime, EventKind(event), given)
    if not any(asked.fen(component) for component in Component):
        raise click.BadParameter("nothing to enter: every amount is 0.00", param_hint="--amount")
    entry = enter(runtime, asked, Act(given["person"], "books-enter", given["because"]))
    done(f"{entry} is the entry", as_json=as_json, entry=entry, origin=asked.origin, event=asked.event)
