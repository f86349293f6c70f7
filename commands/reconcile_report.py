"""`reconcile report`, `reconcile differences`: the report of a day to be signed, and what its bureau is told."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO

import click

from commands.party_options import mappings_option
from gateway.mapping.difference_writer import difference_layout, write_differences
from gateway.mapping.statement_layout import key_of, layout_of
from gateway.model.values import parse_date
from gateway.services.daily_report import daily_report
from gateway.services.differences import differences
from gateway.services.report_csv import report_csv
from gateway.services.report_html import report_html
from gateway.services.runtime import Runtime

Opened = Callable[[], Runtime]
_REPORT = (
    "\b\n"
    "app.py reconcile report --day 2026-11-20 --language zh --html 20261120.html --csv 20261120.csv\n"
    "app.py reconcile report --day 2026-11-20 > report.html\n"
)
_DIFFERENCES = "\b\napp.py reconcile differences --party tax-hunan --day 2026-11-20 > 20261120-differences.txt\n"
day_option = click.option("--day", required=True, help="Day that was reconciled, YYYY-MM-DD.")


@click.command("report", epilog=_REPORT)
@day_option
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the report.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the page here.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the CSV file here.")
@click.pass_obj
def reconcile_report(opened: Opened, day: str, language: str, html: Path | None, csv_file: Path | None) -> None:
    """Make the report of a day: totals, what matched, what is in transit until when, breaks, adjustment sheets.

    The page is to be printed and signed by two; the CSV file holds every break. Without --html and --csv the page goes
    to standard output. What was not reconciled stands on it too: exit code 1 then.
    """
    report = daily_report(opened(), _day(day))
    if html is not None:
        _write(html, report_html(report, language), "--html")
    if csv_file is not None:
        _write(csv_file, report_csv(report, language), "--csv")
    if html is None and csv_file is None:
        sys.stdout.buffer.write(report_html(report, language))
    if report.absent:
        click.echo(f"{len(report.absent)} thing(s) of {day} are not reconciled; they stand on the report", err=True)
        raise SystemExit(1)


@click.command("differences", epilog=_DIFFERENCES)
@click.option("--party", required=True, help="Tax party that is told.")
@click.option("--pairing", default="collected", show_default=True, help="Pairing that its statements were compared in.")
@day_option
@click.option("--key-file", type=click.File("rb"), help="File with the key, instead of PARTY_<ID>_STATEMENT_SECRET.")
@mappings_option
@click.pass_obj
def reconcile_differences(
    opened: Opened, party: str, pairing: str, day: str, key_file: IO[bytes] | None, mappings: Path
) -> None:
    """Write the differences of a day for a bureau, laid out and signed as its own statements are, to standard output.

    Breaks that are settled without the bureau are left out. The format: docs/protocols/differences.md.
    """
    runtime = opened()
    layout = layout_of(mappings, party)
    key = key_file.read().strip() if key_file else key_of(layout, runtime.settings.parties)
    head, rows = differences(runtime, party, pairing, _day(day))
    for line in write_differences(head, rows, difference_layout(mappings, layout), key):
        sys.stdout.buffer.write(line)


def _write(path: Path, content: bytes, option: str) -> None:
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise click.BadParameter(f"{path} cannot be written: {problem.strerror}", param_hint=option) from None


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--day") from None
