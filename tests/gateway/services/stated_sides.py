"""Files of every side of a tax party's money, each in another form, as the parties that keep those books send them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from gateway.mapping.statement_layout import Layout, layouts
from gateway.mapping.statement_writer import write_statement
from gateway.model.reconciliation import Book
from gateway.model.statement import StatementHead, StatementRow
from gateway.services.runtime import Runtime
from gateway.services.statements import take_in
from tests.gateway.mapping.statements import KEY
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import at
from tests.rules.tree import ROOT

OF = "tax-hunan"
SHIPPED = layouts(ROOT / "mappings")
FORMS = {
    Book.TRANSFER: "fiscal-hunan",
    Book.AGENCY: "agency-hunan",
    Book.PROVINCE: "record-hunan",
    Book.ASSESSMENT: "assessor-hunan",
    Book.LEVY: "intake-hunan",
}
"""Who keeps a book: fixed widths, CSV, XML, separated, separated and signed by line."""


def layout_of_side(book: Book) -> Layout:
    """How the files of a side are laid out, as shipped."""
    if book in {Book.RECEIPT, Book.TREASURY}:
        return SHIPPED[OF if book is Book.RECEIPT else "treasury-hunan"]
    return SHIPPED[FORMS[book]]


def with_sides(runtime: Runtime) -> Runtime:
    """A gateway to which every side sends its files."""
    made = [layout_of_side(book) for book in (*FORMS, Book.RECEIPT, Book.TREASURY)]
    secrets = {f"PARTY_{each.party.upper().replace('-', '_')}_STATEMENT_SECRET": KEY.decode() for each in made}
    settings = replace(runtime.settings, parties={**runtime.settings.parties, **secrets})
    return replace(runtime, statements={each.party: each for each in made}, settings=settings)


def file_of(book: Book, day: date, rows: Sequence[StatementRow]) -> bytes:
    """The file of a side for a day."""
    layout = layout_of_side(book)
    numbered = [replace(row, number=number) for number, row in enumerate(rows, 1)]
    return b"".join(write_statement(StatementHead(1, layout.party, day, 1, 1, 1), numbered, layout, KEY))


def send(world: World, runtime: Runtime, book: Book, day: date, rows: Sequence[StatementRow]) -> None:
    """Let the file of a side come in, the morning after."""
    world.clock.at = at(day + timedelta(days=1), 0)
    kept = take_in(runtime, layout_of_side(book).party, [file_of(book, day, rows)], "upload")
    assert kept.state == "kept", kept
