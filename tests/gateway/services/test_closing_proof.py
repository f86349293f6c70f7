"""What was changed behind the gateway's back is found: in entries, balances, closings and signatures."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Table, delete, update

from gateway.model.books import EventKind
from gateway.services.closing_proof import verify
from gateway.services.runtime import Runtime
from gateway.store.tables_books import (
    book_balances,
    book_closings,
    book_entries,
    book_lines,
    book_signatures,
    books,
)
from tests.gateway.services.booked import closes, event, posted, reconciled, signs
from tests.gateway.services.conftest import World

FIRST, SECOND = date(2026, 11, 8), date(2026, 11, 9)


@pytest.fixture
def runtime(world: World) -> Runtime:
    """Two closed days with two entries each, the second signed."""
    for number, day in ((1, FIRST), (2, SECOND)):
        posted(world.runtime, event(EventKind.LEVIED, f"lev_{number}", "5.00", day))
        posted(world.runtime, event(EventKind.TREASURY_POSTED, f"r{number}", "5.00", day))
    reconciled(world.runtime, FIRST, SECOND)
    closes(world.runtime, str(FIRST), str(SECOND))
    signs(world.runtime, str(SECOND))
    assert verify(world.runtime).faults == []
    return world.runtime


def changed(runtime: Runtime, table: Table, where: Any, values: dict[str, Any]) -> None:
    with runtime.store.work("test") as tx:
        assert tx.run(update(table).where(where).values(values)) > 0


def faults(runtime: Runtime) -> Sequence[tuple[str, str]]:
    return [(each.where, each.what) for each in verify(runtime).faults]


def test_a_changed_amount_is_found_even_where_the_entry_still_balances(runtime: Runtime) -> None:
    changed(runtime, book_lines, book_lines.c.account.in_(("levied", "memorandum")), {"fen": 600})
    assert ("closing 2026-11-08", "its balances are not those that its entries come to") in faults(runtime)
    assert ("closing 2026-11-09", "its entries or what it says of itself have been changed") in faults(runtime)


def test_an_entry_that_does_not_balance_any_more_is_named(runtime: Runtime) -> None:
    changed(runtime, book_lines, (book_lines.c.account == "levied") & (book_lines.c.fen == 500), {"fen": 501})
    assert [what for where, what in faults(runtime) if where.startswith("entry ent_")] == [
        "debit 5.01 is not credit 5.00"
    ] * 2


def test_an_entry_that_was_moved_to_another_day_is_found(runtime: Runtime) -> None:
    changed(runtime, book_entries, book_entries.c.origin == "lev_1", {"day": str(SECOND)})
    assert {where for where, _ in faults(runtime)} == {"closing 2026-11-08", "closing 2026-11-09"}


@pytest.mark.parametrize(
    ("table", "values", "where"),
    [
        (book_balances, {"debit": 1}, "closing 2026-11-08"),
        (book_closings, {"closed_by": "zhao"}, "closing 2026-11-08"),
        (book_closings, {"mac": b"x" * 32}, "closing 2026-11-08"),
        (book_signatures, {"signer": "zhao"}, "closing 2026-11-09"),
        (books, {"closed_through": "2026-11-08"}, "the last closed day"),
        (books, {"closings": 3}, "the end of the chain"),
    ],
    ids=["balance", "closer", "mac", "signer", "last-day", "count"],
)
def test_whatever_else_was_changed_is_found(runtime: Runtime, table: Table, values: dict[str, Any], where: str) -> None:
    changed(runtime, table, next(iter(table.primary_key)) != "", values)
    assert where in {found for found, _ in faults(runtime)}


def test_a_removed_closing_is_found(runtime: Runtime) -> None:
    with runtime.store.work("test") as tx:
        tx.run(delete(book_signatures))
        tx.run(delete(book_balances))
        tx.run(delete(book_closings).where(book_closings.c.period == str(SECOND)))
    assert ("the end of the chain", "closings were removed behind it") in faults(runtime)
