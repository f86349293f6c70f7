"""`books`: what an accountant does at the command line."""

from datetime import date

import pytest
from sqlalchemy import update

import app
from gateway.model.books import EventKind
from gateway.store.tables_books import book_lines
from tests.commands.conftest import Terminal
from tests.gateway.services.booked import event, posted, reconciled

DAY = date(2026, 11, 9)
BOOK = ("--fund", "pension", "--region", "430103")
BECAUSE = ("--because", "daily closing")


def test_a_day_is_looked_at_closed_and_signed_by_another_person(terminal: Terminal) -> None:
    runtime = terminal.runtime()
    posted(runtime, event(EventKind.TREASURY_POSTED, "r1", "960.00", DAY, late_fee="4.80"))
    said = terminal.json("books", "trial", *BOOK, "--day", "2026-11-09")
    assert (said["balanced"], said["year"], said["provisional"]) == (True, 2026, False)
    treasury = next(line for line in said["lines"] if line["account"] == "treasury")
    assert (treasury["name"], treasury["opening"], treasury["debit"], treasury["closing"]) == (
        *("国库存款", "0.00", "964.80"),
        "964.80",
    )
    entries = terminal.json("books", "entries", *BOOK, "--day", "2026-11-09")
    assert {(line["account"], line["side"], line["amount"]) for line in entries} >= {
        ("contribution_income", "credit", "960.00"),
        ("late_fee_income", "credit", "4.80"),
    }
    refused = terminal.refuses("books", "close", "2026-11-09", *BOOK, *BECAUSE)
    assert "books_not_closable: 2026-11-09 cannot be closed in the pension books of 430103 yet: 2 reason(s)" in refused
    assert "The statement of tax-hunan for 2026-11-09 is absent" in refused
    assert "tax-hunan (collected, 2026-11-09) has not been reconciled." in refused


def test_what_is_closed_is_signed_listed_and_verified(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "layouts", lambda _mappings: {})  # no bureau owes a statement
    runtime = terminal.runtime()
    posted(runtime, event(EventKind.LEVIED, "lev_1", "960.00", DAY))
    reconciled(runtime, DAY)
    done = terminal.json("books", "close", "2026-11-09", *BOOK, *BECAUSE)
    assert (done["closed_by"], done["entries"], done["signatures"]) == ("tester", 1, [])
    assert "has to be another one" in terminal.refuses("books", "sign", "2026-11-09", *BOOK, *BECAUSE)
    signed = terminal.json("books", "sign", "2026-11-09", *BOOK, *BECAUSE, "--as", "wang")
    assert [each["signer"] for each in signed["signatures"]] == ["wang"]
    (listed,) = terminal.json("books", "closings", *BOOK)
    assert listed["content"] == done["content"]
    assert "wang" in terminal.says("books", "closings", *BOOK)
    assert terminal.json("books", "verify")["ok"]
    with runtime.store.work("test") as tx:
        tx.run(update(book_lines).values(fen=1))
    assert "closing 2026-11-09" in terminal.refuses("books", "verify", code=1)


@pytest.mark.parametrize("region", ["4301", "43010", "430103000", "湖南"])
@pytest.mark.parametrize("command", ["close", "sign"])
def test_books_of_a_region_that_there_cannot_be_are_never_closed(terminal: Terminal, command: str, region: str) -> None:
    said = terminal.refuses("books", command, "2026-11-09", "--fund", "pension", "--region", region, *BECAUSE)
    assert "six digits (GB/T 2260)" in said


def test_a_blank_is_no_reason(terminal: Terminal) -> None:
    assert "say why" in terminal.refuses("books", "close", "2026-11-09", *BOOK, "--because", " ")
    assert "say why" in terminal.refuses("break", "resolve", "brk_1", "--repair", "none", "--because", "")


def test_a_day_and_a_period_are_read_strictly(terminal: Terminal) -> None:
    assert "such as 2026-01-31" in terminal.refuses("books", "trial", *BOOK, "--day", "today")
    assert "such as 2026-11-10, 2026-11 or 2026" in terminal.refuses("books", "close", "soon", *BOOK, *BECAUSE)
    assert "nothing is booked" in terminal.says("books", "trial", *BOOK)
