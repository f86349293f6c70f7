"""A report of a day that is the same on every run: two pairings, something in transit, breaks, hostile names."""

from dataclasses import replace
from datetime import date, datetime

from gateway.mapping.converters import BEIJING
from gateway.mapping.pairings import compared_on, load_pairings
from gateway.model.breaks import InTransit, RunState
from gateway.model.reconciliation import Sum, Tally
from gateway.services.balance_sheet import balance_sheets
from gateway.services.daily_report import DailyReport, NotReconciled, Part, ReportedBreak, class_lines
from gateway.store.breaks import BreakRow
from gateway.store.provisional import ProvisionalLine
from gateway.store.reconciliation import RunRow
from tests.gateway.services.broken import DAY, FUND, MAPPINGS, PARTY, REGION

MADE_AT = datetime(2026, 11, 10, 9, 30, tzinfo=BEIJING)
HOSTILE = '<img src=x onerror="alert(1)">&\'"'
FORMULA = '=HYPERLINK("http://example.test","x")'


def _run(pairing: str) -> RunRow:
    return RunRow(
        id=f"rec_{pairing}",
        party=PARTY,
        pairing=pairing,
        day=DAY.isoformat(),
        since=DAY.isoformat(),
        number=1,
        state=RunState.DONE.value,
        fingerprint="f" * 64,
        previous=None,
        here_count=0,
        here_fen=0,
        there_count=0,
        there_fen=0,
        error=None,
        reason=None,
        claimed_until=None,
        created_at=MADE_AT,
        done_at=MADE_AT,
    )


def break_row(number: int, **changed: object) -> BreakRow:
    """A break about 960.00 and 950.00 yuan."""
    made = BreakRow(
        id=f"brk_{number:025d}",
        party=PARTY,
        pairing="collected",
        group_blind=b"",
        kind="amount",
        flags="",
        state="open",
        here_count=1,
        here_fen=96000,
        there_count=1,
        there_fen=95000,
        region=REGION,
        fund=FUND,
        day=DAY.isoformat(),
        first_seen=DAY.isoformat(),
        last_seen=DAY.isoformat(),
        first_run="rec_collected",
        last_run="rec_collected",
        owner="accounts",
        due_on="2026-11-12",
        repair="book_difference",
        claimed_by=None,
        resolution=None,
        resolved_by=None,
        agreed_by=None,
        waits_for=None,
        waits_until=None,
        entries=1,
        sealed=b"",
        created_at=MADE_AT,
        updated_at=MADE_AT,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # columns of the row


def _part(pairing: str, found: list[ReportedBreak], transit: Sum) -> Part:
    lines = []
    for side in ("here", "there"):
        broken = Sum(
            sum(getattr(each.row, f"{side}_count") for each in found),
            sum(getattr(each.row, f"{side}_fen") for each in found),
        )
        moving = transit if side == "here" else Sum(0, 0)
        even = Sum(3, 288000)
        lines.append(Tally(side, DAY, REGION, FUND, False, even + moving + broken, even, moving, broken))
    late = [InTransit("here", DAY, date(2026, 11, 10), REGION, FUND, False, transit)] if transit.count else []
    compared = compared_on(load_pairings(MAPPINGS), DAY, pairing)
    return Part(_run(pairing), compared, lines, late, class_lines(found), found, balance_sheets(lines))


def report(breaks: int = 2) -> DailyReport:
    """The report; `breaks`: how many there are, the second one claimed by somebody with a name that is HTML."""
    found = [ReportedBreak(break_row(number), 1, number == 1, "") for number in range(1, breaks + 1)]
    if breaks > 1:
        hostile = break_row(2, kind="only_here", there_count=0, there_fen=0, state="claimed", claimed_by=HOSTILE)
        found[1] = ReportedBreak(hostile, 1, False, FORMULA)
    return DailyReport(
        day=DAY,
        made_at=MADE_AT,
        parts=[_part("collected", found, Sum(1, 96000)), _part("posted", [], Sum(0, 0))],
        absent=[NotReconciled("tax-beijing", "", "statement_absent", "1")],
        provisional=[ProvisionalLine(tax=PARTY, insurance=FUND, first=24322, last=24322, count=2, fen=192000)],
        parties={PARTY: {"zh": "湖南税务", "en": f"Hunan tax {HOSTILE}"}},
    )
