"""Every pairing over the files of its sides: what differs is found with its class, what is under way waits its days."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.mapping.pairings import compared_on, expected_on, load_pairings
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.mapping.statement_samples import samples_of
from gateway.model.reconciliation import Book, Sum
from gateway.model.statement import StatementRow
from gateway.model.values import Money
from gateway.services.runtime import Runtime
from gateway.store import reconciliation
from tests.gateway.mapping.statements import KEY
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import at, stated
from tests.gateway.services.reconciled import MONDAY, kept, kinds, reconciling, run
from tests.gateway.services.stated_sides import FORMS, OF, file_of, layout_of_side, send, with_sides
from tests.rules.tree import ROOT

PAIRINGS = {each.id: each for each in load_pairings(ROOT / "mappings").on(MONDAY) if each.here.source == "statements"}
ROWS = (stated(1, MONDAY, agency=stated(1, MONDAY).agency), stated(2, MONDAY, -70000, reverses="00000009"))


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return with_sides(reconciling(world, tmp_path))


def here_rows() -> list[StatementRow]:
    """Seven payments as the one side has them."""
    return [stated(number, MONDAY) for number in range(1, 8)]


def there_rows(compared: tuple[str, ...]) -> list[StatementRow]:
    """The same as the other side has them: two differ, one is absent, one more is there, and one in another person."""
    rows = {row.voucher_number[-1]: row for row in here_rows()}
    rows["2"] = replace(rows["2"], amount=Money(80000))
    rows["3"] = replace(rows["3"], agency=replace(rows["3"].agency, code="430200"))
    del rows["4"]
    if "person" in compared:
        rows["6"] = replace(rows["6"], tax_person_number="T99999999")
    return [*rows.values(), stated(8, MONDAY)]


def test_every_pairing_of_statements_is_gone_through_here() -> None:
    assert set(PAIRINGS) == {"posted", "transferred", "received", "recorded", "assessed"}
    assert {side.book for each in PAIRINGS.values() for side in (each.here, each.there)} == {
        *FORMS,
        Book.RECEIPT,
        Book.TREASURY,
    }


@pytest.mark.parametrize("pairing", PAIRINGS)
def test_what_two_sides_have_otherwise_is_found_with_its_class(world: World, runtime: Runtime, pairing: str) -> None:
    compared = compared_on(runtime.pairings, MONDAY, pairing)
    here, there = compared.here.book, compared.there.book
    send(world, runtime, here, MONDAY, here_rows())
    send(world, runtime, there, MONDAY, there_rows(compared.pairing.compared))
    row = run(world, runtime, MONDAY, pairing, OF)
    found = {"amount": "open", "wrong_region": "open"}
    if "person" in compared.pairing.compared:
        found["wrong_person"] = "open"
    assert kinds(kept(runtime)) == found
    with runtime.store.reading() as tx:
        transit = {each.side: each for each in reconciliation.transit_of(tx, row.id)}
    assert {side: each.sum for side, each in transit.items()} == {"here": Sum(1, 90004), "there": Sum(1, 90008)}
    calendar = runtime.law.calendar
    for side, absent_from in (("here", compared.there), ("there", compared.here)):
        assert transit[side].expected_on == expected_on(absent_from.arrives, MONDAY, calendar)


def test_what_has_not_arrived_on_its_day_is_a_break_on_the_next(world: World, runtime: Runtime) -> None:
    send(world, runtime, Book.TRANSFER, MONDAY, [stated(1, MONDAY)])
    send(world, runtime, Book.AGENCY, MONDAY, [stated(2, MONDAY)])
    for days in (1, 2, 3):
        for book in (Book.TRANSFER, Book.AGENCY):
            send(world, runtime, book, MONDAY + timedelta(days=days), [])
    run(world, runtime, MONDAY + timedelta(days=2), "received", OF)
    assert kinds(kept(runtime)) == {"only_there": "open"}
    after = run(world, runtime, MONDAY + timedelta(days=3), "received", OF)
    assert kinds(kept(runtime)) == {"only_there": "open", "only_here": "open"}
    with runtime.store.reading() as tx:
        assert reconciliation.transit_of(tx, after.id) == []


@pytest.mark.parametrize("book", FORMS)
def test_a_sample_of_each_side_is_what_its_party_would_send_and_is_read(book: Book) -> None:
    layout = layout_of_side(book)
    (sample,) = (path for path in samples_of(layout.folder) if path.name.startswith("20261116-01."))
    assert sample.read_bytes() == file_of(book, MONDAY, ROWS)
    rows: list[StatementRow] = []
    terms = Terms((at(MONDAY) + timedelta(days=1)).date(), KEY)
    checked = check_statement([sample.read_bytes()], layout, terms, lambda _line, row: rows.append(row))
    assert checked.faults == ()
    assert rows == [replace(row, number=number) for number, row in enumerate(ROWS, 1)]
