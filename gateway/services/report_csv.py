"""The daily report as one CSV file: a line for every total, every item in transit and every break; UTF-8 with a mark.

The mark is for spreadsheets, which read Chinese wrongly without it; a text that a spreadsheet would take for a formula
gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.model.reconciliation import Sum
from gateway.model.values import Money, Month
from gateway.services.balance_sheet import BalanceSheet
from gateway.services.daily_report import DailyReport, Part, ReportedBreak
from gateway.services.reconciliation_words import fund_name, label, said, why_absent

_COLUMNS = (
    *("section", "party", "pairing", "run", "side", "booked_on", "expected_on", "region", "fund", "adjustment"),
    *("class", "number", "state", "count", "amount", "ours", "theirs", "difference", "due_on", "owner", "claimed_by"),
    *("reason",),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PARTS = ("whole", "matched", "transit", "broken")


def report_csv(report: DailyReport, language: str) -> bytes:
    """The report as CSV (RFC 4180) with a head; amounts in yuan, texts in `language`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([label(name, language) for name in _COLUMNS])
    for line in _lines(report, language):
        writer.writerow([_plain(line.get(name, "")) for name in _COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _lines(report: DailyReport, language: str) -> Iterator[Mapping[str, Any]]:
    for each in report.absent:
        why = " ".join(filter(None, (label(each.why, language), why_absent(each.why, each.reason, language))))
        yield {"section": label("absent", language), "party": each.party, "pairing": each.what, "reason": why}
    for part in report.parts:
        about = {"party": part.run.party, "pairing": part.run.pairing, "run": part.run.id}
        for said_of in _of_part(part, language):
            yield {**about, **said_of}
    for line in report.provisional:
        months = f"{Month(line.first)} {Month(line.last)}"
        of_levies = {"party": line.tax, "fund": fund_name(line.insurance, language), "reason": months}
        yield {"section": label("provisional", language), **of_levies, **_sum(Sum(line.count, line.fen))}


def _of_part(part: Part, language: str) -> Iterator[Mapping[str, Any]]:
    for line in part.lines:
        where = _where(line.region, line.fund, line.adjustment, language)
        for name in _PARTS:
            section = {"section": label(name, language), "side": label(line.side, language)}
            yield {**section, "booked_on": line.day, **where, **_sum(getattr(line, name))}
    for each in part.transit:
        section = {"section": label("in_transit", language), "side": label(each.side, language)}
        dated = {"booked_on": each.day, "expected_on": each.expected_on}
        yield {**section, **dated, **_where(each.region, each.fund, each.adjustment, language), **_sum(each.sum)}
    for found in part.breaks:
        yield _break(found, language)
    for sheet in part.sheets:
        yield from _sheet(sheet, language)


def _break(found: ReportedBreak, language: str) -> Mapping[str, Any]:
    row = found.row
    return {
        "section": label("breaks", language),
        "booked_on": row.day,
        "region": row.region,
        "fund": fund_name(row.fund, language),
        "class": said("class", row.kind, language),
        "number": row.id,
        "state": said("state", row.state, language),
        "count": row.here_count + row.there_count,
        "ours": Money(row.here_fen),
        "theirs": Money(row.there_fen),
        "difference": Money(row.here_fen - row.there_fen),
        "due_on": row.due_on,
        "owner": said("owner", row.owner, language),
        "claimed_by": row.claimed_by or "",
        "reason": found.comment,
    }


def _sheet(sheet: BalanceSheet, language: str) -> Iterator[Mapping[str, Any]]:
    """The lines of a balance-adjustment sheet."""
    ours, theirs = sheet.adjusted
    figures = {
        "balance": (sheet.our.fen, sheet.their.fen),
        "add_in_transit": (sheet.their_transit.fen, sheet.our_transit.fen),
        "adjusted": (ours, theirs),
        "take_breaks": (sheet.our_breaks.fen, sheet.their_breaks.fen),
    }
    section = {"section": label("balance_sheets", language), "fund": fund_name(sheet.fund, language)}
    for name, (our, their) in figures.items():
        amounts = {"ours": Money(our), "theirs": Money(their), "difference": Money(our - their)}
        yield {**section, "reason": label(name, language), **amounts}


def _where(region: str, fund: str, adjustment: bool, language: str) -> dict[str, str]:  # noqa: FBT001 - a column of the row
    period = said("adjustment", str(adjustment).lower(), language)
    return {"region": region, "fund": fund_name(fund, language), "adjustment": period}


def _sum(each: Sum) -> dict[str, Any]:
    return {"count": each.count, "amount": Money(each.fen)}


def _plain(value: Any) -> str:
    """A cell that no spreadsheet computes; amounts below zero are numbers, not formulas."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, Money) else text
