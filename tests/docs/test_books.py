"""docs/protocols/books.md shows the funds, accounts and postings as they stand in the data."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.mapping.rulebook import load_law
from gateway.model.books import EventKind
from gateway.rules.dated import Value
from gateway.rules.posting import ACCOUNT, FUND, POSTING
from tests.rules.tree import ROOT

PAGE = ROOT / "docs" / "protocols" / "books.md"


def funds(value: Value) -> str:
    fund, part = value.content, value.content.part_names
    told = f"{part.zh} · {part.en}" if part else ""
    return f"| `{value.insurance}` | `{fund.fund}` | {fund.names.zh} | {fund.names.en} | {told} | {value.grade} |"


def accounts(value: Value) -> str:
    account = value.content
    return (
        f"| `{value.subject}` | {account.names.zh} | {account.names.en} | {account.kind} | {account.increases} "
        f"| {value.grade} |"
    )


def postings(value: Value) -> str:
    posting = value.content
    pairs = "<br>".join(f"`{pair.debit}` / `{pair.credit}`: {', '.join(pair.of)}" for pair in posting.pairs)
    return f"| `{value.subject}` | {posting.names.zh} | {posting.names.en} | {pairs} | {posting.closed_day} |"


SHOWN: dict[str, Callable[[Value], str]] = {FUND.name: funds, ACCOUNT.name: accounts, POSTING.name: postings}


def rows(parameter: str) -> Iterator[str]:
    """The rows of the page's table of one parameter, in the order of the data."""
    for value in load_law(ROOT / "mappings").rules.values:
        if value.parameter == parameter:
            yield SHOWN[parameter](value)


def table(page: Path, parameter: str) -> list[str]:
    """The rows of a table of the page: those behind the heading that names the parameter."""
    _, _, rest = page.read_text(encoding="utf-8").partition(f"`{parameter}`\n")
    lines = rest.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    return [line for line in lines[start + 1 : start + 100] if line.startswith("|")][: len(list(rows(parameter)))]


@pytest.mark.parametrize("parameter", SHOWN)
def test_the_page_shows_what_the_data_says(parameter: str) -> None:
    assert table(PAGE, parameter) == list(rows(parameter))


def test_every_event_has_a_posting_or_is_explained() -> None:
    posted = {value.subject for value in load_law(ROOT / "mappings").rules.values if value.parameter == POSTING.name}
    assert {kind.value for kind in EventKind} - posted == {"reversed", "carried_forward"}
    page = PAGE.read_text(encoding="utf-8")
    assert [kind.value for kind in EventKind if f"`{kind.value}`" not in page] == []
