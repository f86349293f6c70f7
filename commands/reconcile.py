"""`reconcile run`, `show`, `totals`, `sheet`: compare a day's books, see what came of it, its totals and sheets."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import click

from commands.output import as_json_option, show, show_one
from commands.reconcile_progress import progress_shown
from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.model.breaks import RunState
from gateway.model.values import parse_date
from gateway.services.balance_sheet import TOTALS_COLUMNS, as_csv, balance_sheets, sheet_line, totals_lines
from gateway.services.reconcile import Reconciled, reconcile
from gateway.services.run_views import run_line, run_view
from gateway.services.runtime import Runtime
from gateway.store import reconciliation
from gateway.store.reconciliation import RunRow
from gateway.store.work import Tx

Opened = Callable[[], Runtime]
_MOST = 1000
_RUN = (
    "\b\n"
    "app.py reconcile run\n"
    "app.py reconcile run --day 2026-11-20 --party tax-hunan\n"
    "app.py reconcile run --day 2026-11-20 --party tax-hunan --pairing collected --json\n"
)
"""Shown below the help; the first character keeps the lines as they are."""
_SHOW = "\b\napp.py reconcile show --day 2026-11-20\napp.py reconcile show rec_01hq3v9zk8r2m4t6w8y0abcd5 --json\n"
_TOTALS = "\b\napp.py reconcile totals --day 2026-11-20 --party tax-hunan\n"
_SHEET = "\b\napp.py reconcile sheet --day 2026-11-20 --party tax-hunan --csv > sheet.csv\n"
day_option = click.option("--day", default="", help="Day, YYYY-MM-DD; yesterday in Beijing if left out.")
party_option = click.option("--party", default="", help="Tax party whose money it is; every one if left out.")


@click.command("run", epilog=_RUN)
@day_option
@party_option
@click.option("--pairing", default="", help="Only this one of mappings/reconciliation/pairings.yaml.")
@as_json_option
@click.pass_obj
def reconcile_run(opened: Opened, day: str, party: str, pairing: str, as_json: bool) -> None:
    """Compare what each side booked up to the end of a day; exit code 1 where something cannot be compared yet.

    Totals come first, then rows. Every fen is matched, in transit until its day, or in a break. What an earlier run
    left open goes into this one, so days without a run of their own are caught up. While a statement that is due is
    absent or was refused, that pairing waits and the statement is named; the others go on. The same inputs again are
    the same run: repeat it as you like. A day whose statement was superseded is run anew, and the days behind it too.
    One that was interrupted goes on behind its last finished step, under its handle, as soon as its claim is over.

    How far it is goes to standard error: a bar on a terminal, else a line a step; with --json one JSON object a line.
    """
    runtime = opened()
    with progress_shown(as_json=as_json) as tell:
        found = reconcile(runtime, _day(runtime, day), party, pairing, tell)
    show([_came(runtime, each) for each in found], as_json=as_json, empty="there is nothing that could be compared")
    if any(each.problem is not None for each in found):
        raise SystemExit(1)


@click.command("show", epilog=_SHOW)
@click.argument("run", default="")
@day_option
@party_option
@as_json_option
@click.pass_obj
def reconcile_show(opened: Opened, run: str, day: str, party: str, as_json: bool) -> None:
    """Show the runs of a day, or one of them (RUN: its handle) line by line with what is in transit until when.

    The breaks that a run found: `app.py break list`.
    """
    runtime = opened()
    with runtime.store.reading() as tx:
        if run:
            row = reconciliation.get(tx, run)
            if row is None:
                raise GatewayError("not_found", thing="reconciliation")
            show_one(run_view(tx, row), as_json=as_json)
            return
        rows = reconciliation.page(tx, day=_day(runtime, day).isoformat(), party=party or None, size=_MOST)
        views = [run_line(tx, row) for row in rows]
    show(views if as_json else [_short(view) for view in views], as_json=as_json, empty="nothing was reconciled")


@click.command("totals", epilog=_TOTALS)
@day_option
@party_option
@click.option("--pairing", default="", help="Only of this pairing.")
@click.option("--csv", "csv_file", is_flag=True, help="Print CSV (RFC 4180).")
@as_json_option
@click.pass_obj
def reconcile_totals(opened: Opened, /, *, day: str, party: str, pairing: str, csv_file: bool, as_json: bool) -> None:
    """Print the totals of a day, both sides beside each other, by day of booking, agency, fund and adjustment flag.

    `agrees` says whether count and amount are the same; what is in transit and in breaks stands beside. Rows are
    compared below every line, whether it agrees or not: `reconcile show`, `break list`.
    """
    runtime = opened()
    with runtime.store.reading() as tx:
        lines = [
            line
            for row in _done(tx, _day(runtime, day), party)
            if pairing in {"", row.pairing}
            for line in totals_lines(row.party, row.pairing, row.day, reconciliation.tallies_of(tx, row.id))
        ]
    if csv_file:
        click.echo(as_csv(lines, TOTALS_COLUMNS), nl=False)
    else:
        show(lines, as_json=as_json, empty="nothing was reconciled")


@click.command("sheet", epilog=_SHEET)
@day_option
@party_option
@click.option("--csv", "csv_file", is_flag=True, help="Print CSV (RFC 4180).")
@as_json_option
@click.pass_obj
def reconcile_sheet(opened: Opened, day: str, party: str, csv_file: bool, as_json: bool) -> None:
    """Print the balance-adjustment sheets (余额调节表) of a day: from our balance to theirs, one line a fund.

    our balance - ours in transit - our breaks - tolerated = their balance - theirs in transit - their breaks, to the
    fen; `ties_out` says so. The balances are those of what the run compared: what is new and what was open.
    """
    runtime = opened()
    with runtime.store.reading() as tx:
        lines = [
            sheet_line(row.party, row.pairing, row.day, sheet)
            for row in _done(tx, _day(runtime, day), party)
            for sheet in balance_sheets(reconciliation.tallies_of(tx, row.id))
        ]
    if csv_file:
        click.echo(as_csv(lines), nl=False)
    else:
        show(lines, as_json=as_json, empty="nothing was reconciled")


def _done(tx: Tx, day: date, party: str) -> list[RunRow]:
    """The runs of a day that stand, by party and pairing."""
    found = reconciliation.page(tx, day=day.isoformat(), party=party or None, state=RunState.DONE.value, size=_MOST)
    return sorted(found, key=lambda row: (row.party, row.pairing))


def _day(runtime: Runtime, text: str) -> date:
    try:
        return parse_date(text) if text else runtime.now().astimezone(BEIJING).date() - timedelta(days=1)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--day") from None


def _came(runtime: Runtime, each: Reconciled) -> dict[str, Any]:
    named = {"party": each.party, "pairing": each.pairing}
    if each.run is None:
        problem = each.problem
        said = (problem.kind.code, str(problem)) if problem is not None else ("", "")
        return {**named, "state": "waiting", **dict.fromkeys(_COLUMNS, ""), "error": said[0], "reason": said[1]}
    with runtime.store.reading() as tx:
        return {**named, **_short(run_line(tx, each.run)), "error": "", "reason": ""}


_COLUMNS = ("run", "here", "there", "matched", "in_transit", "in_breaks", "explained")


def _short(view: dict[str, Any]) -> dict[str, Any]:
    """A run as a line of a table: rows of both sides, and what became of them."""
    totals: dict[str, dict[str, dict[str, Any]]] = view["totals"]

    def both(part: str) -> str:
        return " / ".join(str(totals[side][part]["count"]) for side in ("here", "there"))

    return {
        **{name: view[name] for name in ("party", "pairing", "state")},
        "run": view["reconciliation"],
        **{side: _amount(totals[side]["whole"]) for side in ("here", "there")},
        **{name: both(part) for name, part in (("matched",) * 2, ("in_transit", "transit"), ("in_breaks", "broken"))},
        "explained": view["explained"],
    }


def _amount(whole: dict[str, Any]) -> str:
    return f"{whole['count']}: {whole['amount']}"


RECONCILE: Sequence[click.Command] = (reconcile_run, reconcile_show, reconcile_totals, reconcile_sheet)
