"""The balance-adjustment sheet ties out to the fen, and says so where it does not."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.reconciliation import Sum, Tally
from gateway.services.balance_sheet import COLUMNS, as_csv, balance_sheets, sheet_line

SUMS = st.builds(Sum, st.integers(0, 10**6), st.integers(-(10**12), 10**12))
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
FUNDS = st.sampled_from(["pension", "medical", "unemployment"])


@st.composite
def lines(draw: st.DrawFn) -> list[Tally]:
    """Totals of a run: what agrees comes to the same on both sides."""
    made = []
    for _ in range(draw(st.integers(0, 6))):
        place = draw(DAYS), draw(st.sampled_from(["330100", "330200"])), draw(FUNDS), draw(st.booleans())
        matched = draw(SUMS)
        for side in ("here", "there"):
            transit, broken = draw(SUMS), draw(SUMS)
            made.append(Tally(side, *place, matched + transit + broken, matched, transit, broken))
    return made


def whole(some: Sequence[Tally], side: str) -> int:
    return sum(line.whole.fen for line in some if line.side == side)


@given(lines())
def test_from_our_balance_to_theirs_nothing_is_left_unexplained(some: list[Tally]) -> None:
    sheets = balance_sheets(some)
    assert [sheet.fund for sheet in sheets] == sorted({line.fund for line in some})
    assert all(sheet.unexplained == 0 and sheet.tolerated == 0 for sheet in sheets)
    assert sum(sheet.our.fen for sheet in sheets) == whole(some, "here")
    assert sum(sheet.their.fen for sheet in sheets) == whole(some, "there")
    for sheet in sheets:
        ours, theirs = sheet.adjusted
        assert ours - theirs == sheet.our_breaks.fen - sheet.their_breaks.fen


@given(lines().filter(bool), st.data())
def test_a_fen_that_is_nowhere_explained_shows(some: list[Tally], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(some) - 1))
    lost = data.draw(st.integers(-(10**6), 10**6).filter(bool))
    some[at] = replace(some[at], whole=some[at].whole + Sum(0, lost))
    (wrong,) = (sheet for sheet in balance_sheets(some) if sheet.unexplained)
    assert wrong.fund == some[at].fund
    assert abs(wrong.unexplained) == abs(lost)
    assert sheet_line("tax-hunan", "collected", "2026-11-20", wrong)["ties_out"] is False


def test_what_a_rule_tolerates_has_a_column_of_its_own() -> None:
    place = date(2026, 11, 20), "330100", "pension", False
    nothing = Sum(0, 0)
    here = Tally("here", *place, Sum(1, 100), Sum(1, 100), nothing, nothing)
    there = Tally("there", *place, Sum(1, 99), Sum(1, 99), nothing, nothing)
    (sheet,) = balance_sheets([here, there])
    assert (sheet.tolerated, sheet.unexplained) == (1, 0)


def test_as_csv_every_line_has_every_column_and_amounts_in_yuan() -> None:
    place = date(2026, 11, 20), "330100", "pension", False
    here = Tally("here", *place, Sum(3, 30010), Sum(1, 10000), Sum(1, 20000), Sum(1, 10))
    there = Tally("there", *place, Sum(1, 10000), Sum(1, 10000), Sum(0, 0), Sum(0, 0))
    (sheet,) = balance_sheets([here, there])
    (read,) = csv.DictReader(io.StringIO(as_csv([sheet_line("tax-hunan", "collected", "2026-11-20", sheet)])))
    assert tuple(read) == COLUMNS
    assert (read["our_balance"], read["our_transit"], read["our_breaks"]) == ("300.10", "200.00", "0.10")
    assert (read["their_balance"], read["ties_out"]) == ("100.00", "True")
