"""Pairings are data that say what they follow; what does not fit is refused with its line."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.pairings import FILE, Arrives, compared_on, expected_on, load_pairings
from gateway.mapping.rulecalendar import load_calendar
from gateway.model.reconciliation import Book, BreakClass
from tests.rules.tree import ROOT

SHIPPED = (ROOT / "mappings" / FILE).read_text(encoding="utf-8")
DAY = date(2026, 11, 20)
Changed = Callable[[str, str], Path]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """The shipped file with one text in the place of another, in a tree of its own."""

    def made(before: str, after: str) -> Path:
        assert before in SHIPPED
        (tmp_path / FILE).parent.mkdir()
        (tmp_path / FILE).write_text(SHIPPED.replace(before, after, 1), encoding="utf-8")
        return tmp_path

    return made


def test_every_class_of_every_pairing_has_an_owner_a_due_date_and_a_repair() -> None:
    pairings = load_pairings(ROOT / "mappings").on(DAY)
    assert {each.id for each in pairings} == {
        *("collected", "posted", "transferred", "received", "recorded", "assessed"),
    }
    assert {book for each in pairings for book in (each.pairing.here, each.pairing.there)} == set(Book)
    for each in pairings:
        assert set(each.breaks) == set(BreakClass)
        assert all(rule.owner and rule.due > 0 for rule in each.breaks.values())


def test_nothing_is_compared_before_the_first_version() -> None:
    pairings = load_pairings(ROOT / "mappings")
    assert pairings.on(date(2024, 12, 31)) == ()
    with pytest.raises(GatewayError, match="pairing nobody"):
        compared_on(pairings, DAY, "nobody")


def test_a_later_version_holds_from_its_day_on_and_the_earlier_one_before(changed: Changed) -> None:
    first = SHIPPED[SHIPPED.index("  - from: 2025-01-01") :]
    second = first.replace("2025-01-01", "2026-12-01").replace("after: 5", "after: 9")
    pairings = load_pairings(changed(first, first + second))
    days = {day: compared_on(pairings, day, "transferred") for day in (DAY, date(2026, 12, 1))}
    assert [each.there.arrives.after for each in days.values()] == [5, 9]
    assert len({each.version for each in days.values()}) == 2


def test_versions_stand_in_order(changed: Changed) -> None:
    first = SHIPPED[SHIPPED.index("  - from: 2025-01-01") :]
    with pytest.raises(GatewayError, match="each version begins later"):
        load_pairings(changed(first, first + first))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("key: [voucher, fund]", "key: [fund]", "the voucher belongs to every one"),
        ("key: [voucher, fund]", "key: [voucher, trace]", "a key is made of"),
        ("accounting_month, adjustment, state]", "adjustment, trace]", "trace is no column that can be compared"),
        ("id: posted", "id: collected", "a pairing stands twice"),
        (
            "      amount: {owner: accounts, due: 3, repair: book_difference}\n",
            "",
            "nothing is said of the class amount",
        ),
        ("repair: book_difference", "repair: forget_it", "Invalid enum value 'forget_it'"),
        ("book: treasury", "book: shoebox", "Invalid enum value 'shoebox'"),
        ("after: 1}}", "after: -1}}", "after: from 0"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(changed: Changed, before: str, after: str, said: str) -> None:
    with pytest.raises(GatewayError, match=r"pairings\.yaml") as refused:
        load_pairings(changed(before, after))
    assert said in str(refused.value)
    assert int(refused.value.params["line"]) > 1


@pytest.mark.parametrize(
    "tolerance",
    [
        "{column: amount, by: 1, rule: ' '}",
        "{column: amount, by: 0, rule: a rule}",
        "{column: state, by: 1, rule: a rule}",
    ],
)
def test_a_tolerance_without_its_rule_or_of_another_column_is_refused(changed: Changed, tolerance: str) -> None:
    with pytest.raises(GatewayError, match="with the rule that allows it"):
        load_pairings(changed("key: [voucher, fund]", f"tolerances: [{tolerance}]\n        key: [voucher, fund]"))


def test_a_tolerance_with_its_rule_is_taken(changed: Changed) -> None:
    tolerance = "tolerances: [{column: amount, by: 1, rule: rounding of the bureau}]"
    pairings = load_pairings(changed("key: [voucher, fund]", f"{tolerance}\n        key: [voucher, fund]"))
    (allowed,) = compared_on(pairings, DAY, "collected").pairing.tolerances
    assert (allowed.column, allowed.by, allowed.rule) == ("amount", 1, "rounding of the bureau")


@pytest.mark.parametrize(
    ("days", "after", "until"),
    [("every", 1, date(2026, 10, 1)), ("working", 1, date(2026, 10, 8)), ("working", 2, date(2026, 10, 9))],
)
def test_what_is_in_transit_waits_by_the_calendar_of_the_side_that_lacks_it(days: str, after: int, until: date) -> None:
    arrives = Arrives(days, after)  # type: ignore[arg-type]  # one of the words that there are
    assert expected_on(arrives, date(2026, 9, 30), load_calendar()) == until
