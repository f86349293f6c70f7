"""The balance-adjustment sheet (余额调节表): from our balance to theirs, by what is in transit and broken."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


def as_csv(lines: Sequence[Mapping[str, Any]]) -> str:
    """Lines of sheets as CSV (RFC 4180) with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _sheet(fund: str, sums: Mapping[str, Sum]) -> BalanceSheet:
    def of(side: str, name: str) -> Sum:
        return sums.get(f"{side} {name}", _NOTHING)

    here = of("here", "whole"), of("here", "transit"), of("here", "broken")
    there = of("there", "whole"), of("there", "transit"), of("there", "broken")
    return BalanceSheet(fund, *here, *there, of("here", "matched").fen - of("there", "matched").fen)
