"""A base that is published late: each month that it changes is adjusted exactly once, whatever happens on the way."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gateway.model.codes import LevyState, RefundRoute
from gateway.model.province import CoverFound
from gateway.model.tax import LevyResult
from gateway.model.values import Month
from gateway.services import top_ups
from gateway.services.receive import receive
from gateway.store import refunds as kept_refunds
from gateway.store import work as store_work
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.laws import WAGE, published
from tests.gateway.services.provisional import (
    BUREAU,
    CARRIED,
    JULY,
    SEPTEMBER,
    THREE,
    adjusted,
    following,
    numbered,
    pay_top_ups,
    publish,
    quarter,
    topped_up,
)
from tests.gateway.services.test_journey import events, receipt, view
from tests.gateway.services.test_refunds import grant

UNRELATED = """
  - parameter: reversal
    region: "61"
    content: {payable: true, cover: falls}
"""


class Killed(BaseException):
    """The process is gone."""


def dies(point: str, passed: str) -> None:
    if passed == point:
        raise Killed


@pytest.fixture
def july(world: World, tmp_path: Path) -> Iterator[World]:
    """Hunan on 3 July: last year's wage is carried on."""
    world.clock.at = JULY
    return_to = world.runtime
    world.runtime = replace(world.runtime, law=published(tmp_path / "july", instead=(WAGE, CARRIED)))
    world.hunan.answers("FindCover", accepted(CoverFound(known=False)))
    yield world
    world.runtime = return_to


def test_a_provisional_base_is_shown_as_such(july: World) -> None:
    case, _ = quarter(july)
    assert view(july, case)["levies"][0]["provisional"]
    assert top_ups.adjust_months(july.runtime) == 0, "nothing has been published"


def test_enrolled_on_3_july_and_published_on_20_september_each_month_is_adjusted_exactly_once(
    july: World, tmp_path: Path
) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path)
    assert [top_ups.adjust_months(july.runtime) for _ in range(3)] == [3, 0, 0]
    assert adjusted(july, case) == THREE
    july.carry_due()
    found = topped_up(july, case)
    assert [(each["kind"], each["status"]) for each in found] == [("top_up", "awaiting_payment")] * 3
    owed = [each["levies"][0] for each in found]
    assert [(each["from"], each["to"], each["amount"]) for each in owed] == [
        (month, month, "100.00") for month, _ in THREE
    ]
    assert {each["due"] for each in owed} == {"2026-12-31"}, "its own due date"
    assert {part["name"] for each in owed for part in each["components"]}.isdisjoint({"late_fee", "interest"})
    assert july.tax_hunan.count("DeclareLevy") == 4
    assert not view(july, case)["levies"][0]["provisional"]
    assert events(july, case).count("top_up_found") == 3


@pytest.mark.parametrize("point", ["commit.top_up.before", "commit.top_up.after"])
def test_a_process_that_dies_in_between_leaves_each_month_adjusted_once(
    july: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path)

    with monkeypatch.context() as patch:
        patch.setattr(store_work, "passing", partial(dies, point))
        with pytest.raises(Killed):
            top_ups.adjust_months(july.runtime)
    assert adjusted(july, case) in ([], THREE), "all of a levy's months, or none"
    top_ups.adjust_months(july.runtime)
    assert adjusted(july, case) == THREE


def test_a_top_up_that_is_paid_is_through_and_tells_no_province(july: World, tmp_path: Path) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path)
    july.tax_hunan.answers("DeclareLevy", numbered)
    top_ups.adjust_months(july.runtime)
    july.carry_due()
    asked = july.hunan.count("FindCover")
    first, *_ = topped_up(july, case)
    came = receipt(july, first["case"], levy_number="L2026-07", voucher_number="430000000000000007")
    receive(july.runtime, BUREAU, came)
    july.carry_due()
    assert view(july, first["case"])["status"] == "completed"
    assert july.hunan.count("FindCover") == asked


def test_a_base_that_turns_out_lower_is_given_back_month_by_month(july: World, tmp_path: Path) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path, wage=6500)
    assert [top_ups.adjust_months(july.runtime) for _ in range(2)] == [3, 0]
    with july.runtime.store.reading() as tx:
        rows = kept_refunds.of_origin(tx, case)
    assert [(str(Month(row.first)), row.fen, row.origin) for row in sorted(rows, key=lambda row: row.first)] == [
        (month, fen, "clearing") for month, fen in THREE
    ]


def test_what_was_not_paid_is_not_given_back(july: World, tmp_path: Path) -> None:
    case, came = quarter(july, pay=False)
    publish(july, tmp_path, wage=6500)
    assert top_ups.adjust_months(july.runtime) == 0
    july.clock.at = JULY.replace(day=20)
    receive(july.runtime, BUREAU, came)
    july.clock.at = SEPTEMBER
    assert top_ups.adjust_months(july.runtime) == 3
    assert [fen for _, fen in adjusted(july, case)] == [-10000] * 3


def test_while_a_bank_has_the_levy_nothing_new_is_levied(july: World, tmp_path: Path) -> None:
    case, _ = quarter(july, pay=False)
    receive(july.runtime, BUREAU, LevyResult(found=True, state=LevyState.LOCKED, levy_number="L001"))
    publish(july, tmp_path)
    assert top_ups.adjust_months(july.runtime) == 0
    receive(july.runtime, BUREAU, LevyResult(found=True, state=LevyState.DECLARED, levy_number="L001"))
    assert top_ups.adjust_months(july.runtime) == 3
    assert adjusted(july, case) == THREE


def test_rules_that_leave_the_base_alone_adjust_nothing(july: World, tmp_path: Path) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path)
    top_ups.adjust_months(july.runtime)
    told = events(july, case)
    law = published(tmp_path / "other", instead=(WAGE, following(7500)), more=UNRELATED)
    july.runtime = replace(july.runtime, law=law)
    assert top_ups.adjust_months(july.runtime) == 0
    assert adjusted(july, case) == THREE
    assert events(july, case) == told


@pytest.mark.parametrize("point", ["", "commit.top_up.before", "commit.top_up.after"])
def test_a_corrected_base_is_adjusted_by_what_it_differs_from_all_that_was_settled_exactly_once(
    july: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path)
    top_ups.adjust_months(july.runtime)
    publish(july, tmp_path, wage=7600)
    if point:
        with monkeypatch.context() as patch:
            patch.setattr(store_work, "passing", partial(dies, point))
            with pytest.raises(Killed):
                top_ups.adjust_months(july.runtime)
    top_ups.adjust_months(july.runtime)
    assert top_ups.adjust_months(july.runtime) == 0
    assert adjusted(july, case) == [(month, fen) for month, _ in THREE for fen in (10000, 2000)]
    july.carry_due()
    declared = [work.message for work in july.tax_hunan.delivered if type(work.message).__name__ == "DeclareLevy"][1:]
    assert sorted((str(each.first), str(each.amount)) for each in declared) == [
        (month, amount) for month, _ in THREE for amount in ("100.00", "20.00")
    ]


def test_a_base_that_is_corrected_back_and_forth_is_settled_each_time(july: World, tmp_path: Path) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path, wage=6500)
    assert top_ups.adjust_months(july.runtime) == 3
    publish(july, tmp_path, wage=6400)
    assert top_ups.adjust_months(july.runtime) == 3
    publish(july, tmp_path / "again", wage=6500)
    assert top_ups.adjust_months(july.runtime) == 3
    publish(july, tmp_path / "again", wage=6400)
    assert top_ups.adjust_months(july.runtime) == 0, "what is owed again is not paid yet"
    pay_top_ups(july, case)
    assert [top_ups.adjust_months(july.runtime) for _ in range(2)] == [3, 0]
    assert [fen for month, fen in adjusted(july, case) if month == "2026-07"] == [-10000, -2000, 2000, -2000]
    with july.runtime.store.reading() as tx:
        rows = kept_refunds.of_origin(tx, case)
    assert sorted(row.fen for row in rows if row.first == Month.parse("2026-07").ordinal) == [2000, 2000, 10000]


def test_a_base_that_was_right_all_along_and_is_corrected_later_is_adjusted_then(july: World, tmp_path: Path) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path, wage=7000)
    assert top_ups.adjust_months(july.runtime) == 0
    publish(july, tmp_path, wage=7500)
    assert [top_ups.adjust_months(july.runtime) for _ in range(2)] == [3, 0]
    assert [each for each in adjusted(july, case) if each[1]] == THREE


def test_of_a_top_up_that_was_cancelled_nothing_goes_back(july: World, tmp_path: Path) -> None:
    case, _ = quarter(july)
    publish(july, tmp_path)
    july.tax_hunan.answers("DeclareLevy", numbered)
    top_ups.adjust_months(july.runtime)
    july.carry_due()
    for month, _ in THREE:
        receive(july.runtime, BUREAU, LevyResult(found=True, state=LevyState.CANCELLED, levy_number=f"L{month}"))
    publish(july, tmp_path, wage=7400)
    assert [top_ups.adjust_months(july.runtime) for _ in range(2)] == [3, 0]
    with july.runtime.store.reading() as tx:
        assert kept_refunds.of_origin(tx, case) == []
    publish(july, tmp_path, wage=6900)
    top_ups.adjust_months(july.runtime)
    with july.runtime.store.reading() as tx:
        assert [row.fen for row in kept_refunds.of_origin(tx, case)] == [2000] * 3, (
            "what was paid too much, and no more"
        )


def test_a_credit_is_set_off_against_the_next_levy_and_used_once(july: World, tmp_path: Path) -> None:
    case, came = quarter(july)
    receive(july.runtime, BUREAU, replace(came, voucher_number="430000000000000002"))
    with july.runtime.store.reading() as tx:
        (row,) = kept_refunds.of_origin(tx, case)
    grant(july, row.case, RefundRoute.OFFSET)
    publish(july, tmp_path)
    top_ups.adjust_months(july.runtime)
    july.carry_due()
    declared = [work.message for work in july.tax_hunan.delivered if type(work.message).__name__ == "DeclareLevy"][1:]
    assert [str(each.amount) for each in declared] == ["0.01"] * 3, "a bureau collects no levy of nothing"
    assert [str(each.components[-1].amount) for each in declared] == ["-99.99"] * 3
    with july.runtime.store.reading() as tx:
        (credit,) = kept_refunds.open_credits(tx, view(july, case)["worker"], "pension", BUREAU)
    assert (credit.fen, credit.used_fen) == (came.amount.fen, 3 * 9999)
