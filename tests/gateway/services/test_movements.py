"""Money that both sides of a run agree on moves in the books, once, and from one source."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.errors import GatewayError
from gateway.mapping.statement_writer import write_statement
from gateway.model.books import BookEvent, EventKind
from gateway.model.codes import Insurance
from gateway.model.reconciliation import Book
from gateway.model.statement import StatementHead, StatementRow
from gateway.model.values import Money
from gateway.services import book_entry
from gateway.services.operate import Act
from gateway.services.runtime import Runtime
from gateway.services.statements import take_in
from gateway.store import books
from gateway.store.tables_books import book_entries
from tests.gateway.mapping.statements import KEY
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import at, stated
from tests.gateway.services.reconciled import MONDAY, TUESDAY, reconciling, run
from tests.gateway.services.stated_sides import OF, layout_of_side, send, with_sides

ACT = Act("lin", "books-enter", "bank statement")
ROWS = [stated(number, MONDAY) for number in (1, 2, 3)]
WHOLE = sum(row.amount.fen for row in ROWS)


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return with_sides(reconciling(world, tmp_path))


def moved(runtime: Runtime) -> dict[str, int]:
    """The accounts that money moves between, in fen."""
    with runtime.store.reading() as tx:
        sums = books.sums(tx, "pension", str(ROWS[0].agency), after=None, through=TUESDAY)
    found = {place.account: turnover.balance for place, turnover in sums.items()}
    accounts = ("treasury", "in_transit", "fiscal_account", "expenditure_account")
    return {account: found.get(account, 0) for account in accounts}


def transferred(world: World, runtime: Runtime, rows: Sequence[StatementRow] = tuple(ROWS)) -> None:
    send(world, runtime, Book.TREASURY, MONDAY, ROWS)
    send(world, runtime, Book.TRANSFER, MONDAY, rows)
    run(world, runtime, MONDAY, "transferred", OF)


def events(runtime: Runtime) -> list[tuple[str, str, bool]]:
    """Each entry: its event, the day it is booked on, and whether it names another."""
    with runtime.store.reading() as tx:
        rows = tx.all(select(book_entries).order_by(book_entries.c.id), books.EntryRow)
    return sorted((row.event, row.day, row.corrects is not None) for row in rows)


def entered(kind: EventKind, document: str, fen: int, corrects: str | None = None) -> BookEvent:
    return BookEvent(
        kind=kind,
        origin=f"document/{ROWS[0].agency}/pension/{document}",
        insurance=Insurance.PENSION,
        region=ROWS[0].agency,
        day=MONDAY,
        amount=Money(fen),
        corrects=corrects,
    )


def test_what_treasury_and_fiscal_account_agree_on_has_moved_and_a_run_again_moves_nothing(
    world: World, runtime: Runtime
) -> None:
    transferred(world, runtime, ROWS[:2])
    agreed = WHOLE - ROWS[2].amount.fen
    assert moved(runtime) == {"treasury": -agreed, "in_transit": 0, "fiscal_account": agreed, "expenditure_account": 0}
    run(world, runtime, MONDAY, "transferred", OF)
    assert events(runtime) == [("transfer_received:1", str(MONDAY), False), ("transfer_sent:1", str(MONDAY), False)]


def test_what_arrives_later_moves_with_the_run_that_finds_it(world: World, runtime: Runtime) -> None:
    transferred(world, runtime, ROWS[:2])
    send(world, runtime, Book.TREASURY, TUESDAY, [])
    send(world, runtime, Book.TRANSFER, TUESDAY, [ROWS[2]])
    run(world, runtime, TUESDAY, "transferred", OF)
    assert moved(runtime)["fiscal_account"] == WHOLE
    assert moved(runtime)["treasury"] == -WHOLE


def test_the_agency_s_account_is_funded_by_what_it_has_received(world: World, runtime: Runtime) -> None:
    transferred(world, runtime)
    send(world, runtime, Book.AGENCY, MONDAY, ROWS)
    run(world, runtime, MONDAY, "received", OF)
    assert moved(runtime) == {"treasury": -WHOLE, "in_transit": 0, "fiscal_account": 0, "expenditure_account": WHOLE}


def test_a_statement_in_place_of_another_moves_the_difference_by_an_entry_that_names_the_first(
    world: World, runtime: Runtime
) -> None:
    transferred(world, runtime)
    layout = layout_of_side(Book.TRANSFER)
    head = StatementHead(1, layout.party, MONDAY, 1, 1, 2)
    world.clock.at = at(MONDAY + timedelta(days=1), 1)
    kept = take_in(runtime, layout.party, [b"".join(write_statement(head, ROWS[:1], layout, KEY))], "upload")
    assert kept.state == "kept"
    run(world, runtime, MONDAY, "transferred", OF)
    assert moved(runtime)["fiscal_account"] == ROWS[0].amount.fen
    assert events(runtime) == [
        *(("transfer_received:1", str(MONDAY), False), ("transfer_received:2", str(MONDAY), True)),
        *(("transfer_sent:1", str(MONDAY), False), ("transfer_sent:2", str(MONDAY), True)),
    ]


def test_what_a_person_has_entered_from_a_document_is_left_to_that_entry(world: World, runtime: Runtime) -> None:
    world.clock.at = at(TUESDAY)
    book_entry.enter(runtime, entered(EventKind.TRANSFER_RECEIVED, "YH1", WHOLE), ACT)
    transferred(world, runtime)
    assert moved(runtime)["fiscal_account"] == WHOLE
    assert [event for event, _, _ in events(runtime)] == ["transfer_received", "transfer_sent:1"]


def test_what_a_run_has_posted_is_entered_by_nobody_but_as_a_correction(world: World, runtime: Runtime) -> None:
    transferred(world, runtime)
    with pytest.raises(GatewayError) as refused:
        book_entry.enter(runtime, entered(EventKind.TRANSFER_RECEIVED, "YH1", WHOLE), ACT)
    assert refused.value.kind.code == "books_followed"
    with runtime.store.reading() as tx:
        rows = tx.all(select(book_entries), books.EntryRow)
    posted = next(row.id for row in rows if row.event == "transfer_received:1")
    assert posted in str(refused.value)
    book_entry.enter(runtime, entered(EventKind.TRANSFER_RECEIVED, "YH2", -100, posted), ACT)
    assert moved(runtime)["fiscal_account"] == WHOLE - 100


def test_what_comes_for_a_closed_day_is_an_entry_of_today(world: World, runtime: Runtime) -> None:
    with runtime.store.work("test") as tx:
        books.shut(tx, books.share(tx, "pension", str(ROWS[0].agency)), MONDAY)
    transferred(world, runtime)
    assert events(runtime) == [("transfer_received:1", str(TUESDAY), False), ("transfer_sent:1", str(TUESDAY), False)]
    assert moved(runtime)["fiscal_account"] == WHOLE
