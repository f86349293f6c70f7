"""Posting rules alone: which day, which year, which lines."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.model.books import AccountKind, BookEvent, Component, Entry, EventKind, Line, Place, Side, Turnover, totals
from gateway.model.codes import Insurance
from gateway.model.values import Money, Region
from gateway.rules.law import Law
from gateway.rules.posting import (
    POSTING,
    AdjustmentPeriod,
    accounting_year,
    booking_day,
    brought_forward,
    closing_lines,
    fund_of,
    lines_of,
)

ON, TEN = date(2026, 11, 10), AdjustmentPeriod(1, 10)
TABLED = [kind for kind in EventKind if kind not in (EventKind.REVERSED, EventKind.CARRIED_FORWARD)]
FEN = st.integers(-(10**15), 10**15)


@given(kind=st.sampled_from(TABLED), insurance=st.sampled_from(list(Insurance)), amount=FEN, late=FEN, interest=FEN)
def test_whatever_an_event_amounts_to_its_lines_balance_by_themselves_and_none_is_below_zero(
    shipped: Law, kind: EventKind, insurance: Insurance, amount: int, late: int, interest: int
) -> None:
    region = Region("430103")
    posting = shipped.rules.find(POSTING, region.code, ON, insurance=insurance.value, subject=kind.value).content
    placed = {component for pair in posting.pairs for component in pair.of}
    fen = [fen if part in placed else 0 for part, fen in zip(Component, (amount, late, interest), strict=True)]
    first, second, third = map(Money, fen)
    event = BookEvent(
        kind=kind,
        origin="o",
        insurance=insurance,
        region=region,
        day=ON,
        amount=first,
        late_fee=second,
        interest=third,
    )
    lines = lines_of(shipped.rules, event, ON)
    assert all(line.fen > 0 for line in lines)
    for memorandum in (False, True):
        debit, credit = totals(line for line in lines if line.memorandum is memorandum)
        assert debit == credit
    assert bool(lines) or not any(fen) or sum(fen) == 0


@pytest.mark.parametrize(
    ("stated", "today", "closed", "booked"),
    [
        ("2026-11-09", "2026-11-10", None, "2026-11-09"),
        ("2026-11-09", "2026-11-10", "2026-11-08", "2026-11-09"),
        ("2026-11-09", "2026-11-10", "2026-11-09", "2026-11-10"),
        ("2026-11-11", "2026-11-10", None, "2026-11-10"),
    ],
)
def test_an_event_is_booked_on_its_day_while_that_is_open_and_today_otherwise(
    stated: str, today: str, closed: str | None, booked: str
) -> None:
    through = date.fromisoformat(closed) if closed else None
    found = booking_day(date.fromisoformat(stated), date.fromisoformat(today), through)
    assert found.isoformat() == booked


@pytest.mark.parametrize(
    ("stated", "booked", "flag", "year"),
    [
        ("2026-12-31", "2026-12-31", True, 2026),
        ("2026-12-31", "2027-01-10", True, 2026),
        ("2026-12-31", "2027-01-11", True, 2027),
        ("2026-12-31", "2027-01-10", False, 2027),
        ("2027-01-05", "2027-01-05", True, 2026),
        ("2027-01-05", "2027-01-05", False, 2027),
        ("2027-01-10", "2027-01-11", True, 2027),
        ("2027-03-05", "2027-03-05", True, 2027),
    ],
)
def test_the_flag_gives_an_item_to_the_old_year_while_the_adjustment_period_lasts(
    stated: str,
    booked: str,
    flag: bool,
    year: int,
) -> None:
    days = date.fromisoformat(stated), date.fromisoformat(booked)
    assert accounting_year(*days, adjustment=flag, until=TEN) == year


def test_where_no_adjustment_period_is_known_the_year_is_that_of_the_day() -> None:
    assert accounting_year(date(2026, 12, 31), date(2027, 1, 2), adjustment=True, until=None) == 2027


KINDS = {
    "treasury": AccountKind.ASSET,
    "contribution_income": AccountKind.INCOME,
    "benefit_expenditure": AccountKind.EXPENDITURE,
    "fund_balance": AccountKind.BALANCE,
}


@given(income=st.integers(0, 10**12), spent=st.integers(0, 10**12))
def test_what_is_carried_forward_is_what_the_next_year_opens_with(income: int, spent: int) -> None:
    stood = {
        Place(2026, "pension", "treasury"): Turnover(income, spent),
        Place(2026, "pension", "contribution_income"): Turnover(0, income),
        Place(2026, "pension", "benefit_expenditure"): Turnover(spent, 0),
    }
    lines = closing_lines(stood, KINDS.items()).get("pension", ())
    debit, credit = totals(lines)
    assert debit == credit
    after = {place: turnover.balance for place, turnover in stood.items()}
    for line in lines:
        place = Place(2026, "pension", line.account)
        after[place] = after.get(place, 0) + (line.fen if line.side is Side.DEBIT else -line.fen)
    assert not after[Place(2026, "pension", "contribution_income")]
    opened = {place.account: turnover.balance for place, turnover in brought_forward(stood, 2027, KINDS).items()}
    assert opened == {place.account: fen for place, fen in after.items() if fen}


def test_occupational_injury_is_a_marked_part_of_the_work_injury_fund(shipped: Law) -> None:
    fund = fund_of(shipped.rules, Insurance.OCCUPATIONAL_INJURY, "430103", ON)
    assert (fund.fund, fund.part_names is not None) == ("work_injury", True)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((), "it needs lines"),
        ((Line("treasury", Side.DEBIT, 1),), "debit 0.01 is not credit 0.00"),
        ((Line("treasury", Side.DEBIT, 0), Line("unidentified", Side.CREDIT, 0)), "each above 0.00"),
        ((Line("treasury", Side.DEBIT, 1), Line("levied", Side.CREDIT, 1, memorandum=True)), "is not credit"),
    ],
    ids=["none", "one side", "nothing", "memorandum against the balance"],
)
def test_an_entry_that_does_not_balance_cannot_be_made(lines: tuple[Line, ...], reason: str) -> None:
    with pytest.raises(GatewayError) as raised:
        Entry(
            id="ent_1",
            fund="pension",
            part="pension",
            region="430103",
            day=ON,
            year=2026,
            stated=ON,
            adjustment=False,
            origin="o",
            event="levied",
            lines=lines,
        )
    assert reason in raised.value.params["reason"]
