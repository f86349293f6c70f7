"""Totals of both sides beside each other, and the balance-adjustment sheet (余额调节表) of each fund.

Totals come first: count and amount by day, agency, fund and adjustment flag (整理期). A sheet goes from our balance to
theirs, by what is in transit and broken.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.model.reconciliation import Sum, Tally
from gateway.model.values import Money

COLUMNS = (
    *("party", "pairing", "day", "fund", "our_count", "our_balance"),
    *("our_transit_count", "our_transit", "their_transit_count", "their_transit"),
    *("our_breaks_count", "our_breaks", "their_breaks_count", "their_breaks", "tolerated"),
    *("their_count", "their_balance", "ties_out"),
)
"""Columns of the sheet as CSV."""
TOTALS_COLUMNS = (
    *("party", "pairing", "day", "booked_on", "agency", "fund", "adjustment", "our_count", "our_amount"),
    *("their_count", "their_amount", "difference", "in_transit", "in_breaks", "agrees"),
)
"""Columns of the totals as CSV. `day`: of the run; `booked_on`: when the side booked it."""
_NOTHING = Sum(0, 0)


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """One fund's sheet. `our`, `their`: what each side booked; `..._transit`, `..._breaks`: what of it the other lacks.

    `tolerated`: fen by which matched rows differ because a rule allows it.
    """

    fund: str
    our: Sum
    our_transit: Sum
    our_breaks: Sum
    their: Sum
    their_transit: Sum
    their_breaks: Sum
    tolerated: int

    @property
    def adjusted(self) -> tuple[int, int]:
        """What our balance and theirs come to once each has what is in transit to it, in fen."""
        return self.our.fen + self.their_transit.fen, self.their.fen + self.our_transit.fen

    @property
    def unexplained(self) -> int:
        """What stays when everything named is taken off, in fen: nothing."""
        ours = self.our.fen - self.our_transit.fen - self.our_breaks.fen - self.tolerated
        return ours - (self.their.fen - self.their_transit.fen - self.their_breaks.fen)


def balance_sheets(lines: Iterable[Tally]) -> list[BalanceSheet]:
    """A sheet per fund, by fund, from the totals of a run."""
    sums: dict[str, dict[str, Sum]] = {}
    for line in lines:
        of_fund = sums.setdefault(line.fund, {})
        for name in ("whole", "matched", "transit", "broken"):
            place = f"{line.side} {name}"
            of_fund[place] = of_fund.get(place, _NOTHING) + getattr(line, name)
    return [_sheet(fund, of_fund) for fund, of_fund in sorted(sums.items())]


def sheet_line(party: str, pairing: str, day: str, sheet: BalanceSheet) -> dict[str, Any]:
    """A sheet as a line of COLUMNS; amounts in yuan."""
    line: dict[str, Any] = {"party": party, "pairing": pairing, "day": day, "fund": sheet.fund}
    for whose in ("our", "their"):
        balance: Sum = getattr(sheet, whose)
        line |= {f"{whose}_count": balance.count, f"{whose}_balance": str(Money(balance.fen))}
        for what in ("transit", "breaks"):
            part: Sum = getattr(sheet, f"{whose}_{what}")
            line |= {f"{whose}_{what}_count": part.count, f"{whose}_{what}": str(Money(part.fen))}
    line |= {"tolerated": str(Money(sheet.tolerated)), "ties_out": sheet.unexplained == 0}
    return {name: line[name] for name in COLUMNS}


def totals_lines(party: str, pairing: str, day: str, lines: Iterable[Tally]) -> list[dict[str, Any]]:
    """Both sides' totals of a run beside each other, as lines of TOTALS_COLUMNS; amounts in yuan.

    By day of booking, agency, fund and adjustment flag, in that order. `agrees`: count and amount are the same. Where
    they are, rows are compared all the same, for two errors may make up for each other.
    """
    parts: dict[tuple[date, str, str, bool], list[Tally]] = {}
    for line in lines:
        parts.setdefault((line.day, line.region, line.fund, line.adjustment), []).append(line)
    return [
        {"party": party, "pairing": pairing, "day": day, **_totals(key, balance_sheets(some)[0])}
        for key, some in sorted(parts.items())
    ]


def _totals(key: tuple[date, str, str, bool], sheet: BalanceSheet) -> dict[str, Any]:
    our, their = sheet.our, sheet.their
    return {
        **dict(zip(("booked_on", "agency", "fund", "adjustment"), (key[0].isoformat(), *key[1:]), strict=True)),
        "our_count": our.count,
        "our_amount": str(Money(our.fen)),
        "their_count": their.count,
        "their_amount": str(Money(their.fen)),
        "difference": str(Money(our.fen - their.fen)),
        "in_transit": sheet.our_transit.count + sheet.their_transit.count,
        "in_breaks": sheet.our_breaks.count + sheet.their_breaks.count,
        "agrees": our == their,
    }


def as_csv(lines: Sequence[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """Lines of sheets, or of totals, as CSV (RFC 4180) with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _sheet(fund: str, sums: Mapping[str, Sum]) -> BalanceSheet:
    def of(side: str, name: str) -> Sum:
        return sums.get(f"{side} {name}", _NOTHING)

    here = of("here", "whole"), of("here", "transit"), of("here", "broken")
    there = of("there", "whole"), of("there", "transit"), of("there", "broken")
    return BalanceSheet(fund, *here, *there, of("here", "matched").fen - of("there", "matched").fen)
