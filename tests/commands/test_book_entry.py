"""`books enter`: an accountant enters what a bank shows and no message tells."""

import pytest
from sqlalchemy import select

from gateway.model.books import EventKind
from gateway.services.book_entry import BY_HAND
from gateway.store.journal_tables import journal_records
from tests.commands.conftest import Terminal
from tests.gateway.services.booked import balances

PLACE = ("--insurance", "pension", "--region", "430103", "--day", "2026-11-09")
BECAUSE = ("--because", "as the bank states it")


def enters(kind: str, document: str, amount: str, *more: str) -> tuple[str, ...]:
    return ("books", "enter", kind, "--document", document, "--amount", amount, *PLACE, *BECAUSE, *more)


def test_money_goes_from_the_treasury_to_the_accounts_and_what_nobody_can_place_is_kept_apart(
    terminal: Terminal,
) -> None:
    for kind, document, amount in (
        *(("unidentified_received", "GK1", "1000.00"), ("unidentified_identified", "GK2", "960.00")),
        *(("transfer_sent", "HB1", "900.00"), ("transfer_received", "YH1", "800.00")),
        *(("expenditure_funded", "YH2", "300.00"), ("income_received", "YH3", "50.00")),
    ):
        terminal.says(*enters(kind, document, amount))
    found = balances(terminal.runtime())
    assert {account: fen for account, fen in found.items() if account not in ("collected", "memorandum")} == {
        "treasury": 100_00,
        "in_transit": 100_00,
        "fiscal_account": 500_00,
        "expenditure_account": 300_00,
        "income_account": 50_00,
        "unidentified": -40_00,
        "contribution_income": -1010_00,
    }


def test_a_document_is_entered_once_and_with_other_content_refused(terminal: Terminal) -> None:
    first = terminal.json(*enters("transfer_sent", "HB1", "900.00", "--as", "lin"))
    assert terminal.json(*enters("transfer_sent", "HB1", "900.00", "--as", "wang")) == first
    assert "books_event_differs" in terminal.refuses(*enters("transfer_sent", "HB1", "901.00"))
    back = terminal.json(*enters("transfer_sent", "HB2", "-900.00", "--corrects", first["entry"]))
    assert balances(terminal.runtime()) == {}
    entries = terminal.json("books", "entries", "--fund", "pension", "--region", "430103", "--day", "2026-11-09")
    assert {line["original"] for line in entries if line["entry"] == back["entry"]} == {first["entry"]}
    terminal.runtime().journal.flush()
    with terminal.runtime().store.engine.connect() as connection:
        rows = connection.execute(select(journal_records.c.party, journal_records.c.message)).all()
    assert {tuple(row) for row in rows} == {("operator", "books-enter")}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--amount", "1,234.5"), "such as 1024.80"),
        (("--amount", "0.00"), "every amount is 0.00"),
        (("--day", "2026-11-11"), "has not come"),
        (("--day", "2026-02-30"), "a date such as"),
        (("--document", "张三 1"), "letters, digits"),
        (("--corrects", "ent_nowhere"), "not_found"),
        (("--because", " "), "say why"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_entered(
    terminal: Terminal, change: tuple[str, str], said: str
) -> None:
    assert said in terminal.refuses(*enters("transfer_sent", "HB1", "900.00"), *change)
    assert balances(terminal.runtime()) == {}


@pytest.mark.parametrize("kind", sorted({each.value for each in EventKind} - {each.value for each in BY_HAND}))
def test_what_follows_from_a_message_or_a_case_is_never_entered_beside_it(terminal: Terminal, kind: str) -> None:
    assert "is not one of" in terminal.refuses(*enters(kind, "X1", "1.00"))
