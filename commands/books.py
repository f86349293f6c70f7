"""`books`: the funds' accounts: trial balances, entries, closing, signing, and the proof that nothing was changed."""

import getpass
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import click

from commands.output import as_json_option, not_blank, show, show_one
from gateway.mapping.converters import BEIJING
from gateway.model.books import TrialBalance
from gateway.model.closing import Period
from gateway.model.values import Money, Region, parse_date
from gateway.services import closing
from gateway.services.book_views import closing_view, trial_view
from gateway.services.closing_proof import verify
from gateway.services.operate import Act
from gateway.services.runtime import Runtime
from gateway.services.trial import trial
from gateway.store import books as kept
from gateway.store.books import EntryRow
from gateway.store.work import Tx

Opened = Callable[[], Runtime]

_TRIAL = "\b\napp.py books trial --fund pension --region 430103 --day 2026-11-10\n"
_CLOSE = (
    "\b\n"
    "app.py books close 2026-11-10 --fund pension --region 430103 --because 'daily closing'\n"
    "app.py books sign 2026-11-10 --fund pension --region 430103 --because 'checked against the bank'\n"
    "app.py books close 2026-11 --fund pension --region 430103 --because 'monthly closing'\n"
)
fund_option = click.option("--fund", required=True, help="Fund, such as pension, medical or work_injury.")


def _six_digits(_context: click.Context, _parameter: click.Parameter, given: str) -> str:
    """A region whose books there can be; anything else would be looked up, and even closed, as books of nobody."""
    try:
        return str(Region.parse(given))
    except ValueError:
        raise click.BadParameter("six digits (GB/T 2260), such as 430103") from None


region_option = click.option("--region", required=True, callback=_six_digits, help="Region of the agency, six digits.")
because_option = click.option("--because", required=True, callback=not_blank, help="Why; it stands in the journal.")
as_option = click.option("--as", "person", default=getpass.getuser, help="Who does it; the login name if left out.")


@click.group()
def books() -> None:
    """Accounts of the funds: double entries, closed by day, month and year (docs/protocols/books.md)."""


@books.command("trial", epilog=_TRIAL)
@fund_option
@region_option
@click.option("--day", default="", help="Day, YYYY-MM-DD; today in Beijing if left out.")
@click.option("--year", type=int, default=None, help="Accounting year, where it is not the day's (整理期).")
@as_json_option
@click.pass_obj
def books_trial(opened: Opened, fund: str, region: str, day: str, year: int | None, as_json: bool) -> None:
    """Show what stood on each account, what the day did, and what stands now; debit positive, in yuan.

    Exit code 1 where it does not balance. What is marked memorandum stands outside the balance of the fund.
    """
    runtime = opened()
    with runtime.store.reading() as tx:
        found = trial(runtime, tx, fund, region, _day(runtime, day), year)
    told = trial_view(runtime.law.rules, found, "zh")
    if as_json:
        show_one(told, as_json=True)
    else:
        show(told["lines"], as_json=False, empty=f"nothing is booked for {fund} in {region}")
        state = "balances" if found.balanced else "DOES NOT BALANCE"
        click.echo(f"{fund} {region} {found.day}, year {found.year}: {state}{_provisional(found)}")
    if not found.balanced:
        raise SystemExit(1)


@books.command("entries")
@fund_option
@region_option
@click.option("--day", default="", help="Day, YYYY-MM-DD; today in Beijing if left out.")
@as_json_option
@click.pass_obj
def books_entries(opened: Opened, fund: str, region: str, day: str, as_json: bool) -> None:
    """List the entries booked on a day with their lines, and which entry each takes back or corrects."""
    runtime = opened()
    about = _day(runtime, day)
    with runtime.store.reading() as tx:
        rows = [
            line
            for row in kept.page(tx, fund, region, first=about, last=about, size=10_000)
            for line in _lines(tx, row)
        ]
    show(rows, as_json=as_json, empty=f"nothing is booked for {fund} in {region} on {about}")


@books.command("close", epilog=_CLOSE)
@click.argument("period")
@fund_option
@region_option
@because_option
@as_option
@as_json_option
@click.pass_obj
def books_close(opened: Opened, /, period: str, *, as_json: bool, **given: str) -> None:
    """Close PERIOD: a day (2026-11-10), a month (2026-11) or a year (2026).

    A day closes once it is over, the day before is closed, every due statement is there, and the day is reconciled with
    its totals explained; what stands in the way is listed. A month wants all its days; a year its months, signed, and
    the end of the adjustment period: its income and expenditure are then carried into the balance of the fund.

    There is no command that opens a closed period again: its balances are signed, and whoever read them could not
    know that they have changed. What comes later is a new entry, booked today, that names the original.
    """
    act = Act(given["person"], "books-close", given["because"])
    done = closing.close(opened(), given["fund"], given["region"], _period(period), act)
    show_one(closing_view(done), as_json=as_json)


@books.command("sign", epilog=_CLOSE)
@click.argument("period")
@fund_option
@region_option
@because_option
@as_option
@as_json_option
@click.pass_obj
def books_sign(opened: Opened, /, period: str, *, as_json: bool, **given: str) -> None:
    """Sign the closing of PERIOD. It has to be another person than the one who closed it."""
    act = Act(given["person"], "books-sign", given["because"])
    done = closing.sign(opened(), given["fund"], given["region"], _period(period), act)
    show_one(closing_view(done), as_json=as_json)


@books.command("closings")
@fund_option
@region_option
@as_json_option
@click.pass_obj
def books_closings(opened: Opened, fund: str, region: str, as_json: bool) -> None:
    """List what is closed, by whom, and who signed it."""
    with opened().store.reading() as tx:
        rows = [closing_view(each) for each in closing.closed(tx, fund, region)]
    show(
        rows if as_json else [_short(row) for row in rows],
        as_json=as_json,
        empty=f"nothing is closed for {fund} in {region}",
    )


@books.command("verify")
@as_json_option
@click.pass_obj
def books_verify(opened: Opened, as_json: bool) -> None:
    """Reckon anew whatever was closed, and check every entry; exit code 1 where something was changed.

    Finds an entry that was changed, removed from or put into a closed day, changed balances, closings, signatures.
    That the last closings were cut off together with the book's own note of them shows in the journal, which holds
    each hash.
    """
    found = verify(opened())
    counted = {"ok": found.ok, "books": found.books, "closings": found.closings, "entries": found.entries}
    show_one({**counted, "faults": [asdict(each) for each in found.faults]}, as_json=as_json)
    if not found.ok:
        raise SystemExit(1)


_MOST = 10_000
_SHOWN = ("number", "period", "entries", "closed_by", "closed_at")


def _day(runtime: Runtime, text: str) -> date:
    try:
        return parse_date(text) if text else runtime.now().astimezone(BEIJING).date()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--day") from None


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="PERIOD") from None


def _provisional(found: TrialBalance) -> str:
    return f"; {found.year - 1} is not closed, what was brought forward is provisional" if found.provisional else ""


def _lines(tx: Tx, row: EntryRow) -> list[dict[str, Any]]:
    said = {"entry": row.id, "event": row.event.partition(":")[0], "origin": row.origin, "year": row.year}
    original = row.reverses or row.corrects or ""
    return [
        {**said, "account": line.account, "side": line.side.value, "amount": str(Money(line.fen)), "original": original}
        for line in kept.lines(tx, row.id)
    ]


def _short(closing: dict[str, Any]) -> dict[str, Any]:
    signers = " ".join(each["signer"] for each in closing["signatures"])
    return {**{name: closing[name] for name in _SHOWN}, "signed_by": signers}
