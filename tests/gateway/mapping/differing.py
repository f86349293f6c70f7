"""Differences that tests write down."""

from dataclasses import replace
from datetime import date

from gateway.model.codes import Insurance
from gateway.model.difference import DifferenceHead, DifferenceRow
from gateway.model.reconciliation import BreakClass, RowState
from gateway.model.repair import RepairCode
from gateway.model.values import Money, Month, Region

DAY = date(2026, 1, 20)


def head(party: str, **changed: object) -> DifferenceHead:
    return replace(DifferenceHead(1, party, DAY, 2), **changed)  # type: ignore[arg-type]  # fields of the record


def rows() -> list[DifferenceRow]:
    """One that both sides have, and one that only theirs has."""
    both = DifferenceRow(
        number=1,
        reference="brk_1m80k9v6ewbg4yewewj3b33md",
        class_=BreakClass.AMOUNT,
        asks=RepairCode.ACCEPT_THEIRS,
        voucher_number="343012611000000001",
        item="10201",
        month=Month.parse("2026-01"),
        sequence=1,
        insurance=Insurance.PENSION,
        agency=Region("430103"),
        our_count=1,
        our_total=Money(24000),
        their_count=2,
        their_total=Money(24144),
        trace_number="00000001",
        our_day=DAY,
        their_day=DAY,
        our_state=RowState.BOOKED,
        their_state=RowState.BOOKED,
    )
    nothing = {"our_count": 0, "our_total": Money(0), "our_day": None, "our_state": None}
    only = replace(both, number=2, class_=BreakClass.ONLY_THERE, asks=RepairCode.ASK_BUREAU, **nothing)  # type: ignore[arg-type]  # fields of the record
    return [both, replace(only, reference="brk_1m80k9vcs64fhcqmj2cpgbv8y", voucher_number="343012611000000002")]
