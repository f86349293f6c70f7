"""Answers of more rows than stand on one page: how many there are, and what asks for the next.

A party that pages says how many rows there are in all (`total` of a table), and is asked for another page by its number
or by the row that it starts with, as its requests have a place for either.
"""

from collections.abc import Callable, Mapping

from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.model.messages import Message
from gateway.ports import Document

PAGE, FIRST_ROW = "page", "startrow"
"""What `control.extra` says to ask for a page: its number, or the number of its first row; both count from 1."""
MOST = 40
"""Pages that are asked for at most: whoever has more rows to tell is told to look again."""

Another = Callable[[Mapping[str, str]], Document]


def every_page(dialect: object, about: Message, first: Document, another: Another) -> list[Document]:
    """`first` and the pages behind it. `another`: asks the same with this in `control.extra`.

    GatewayError `unreadable` where the pages do not come to the number of rows that the first one names.
    """
    pages = [first]
    if not isinstance(dialect, TableDialect) or not (way := _way(dialect, about)):
        return pages
    rows, total = _counted(dialect, about, first)
    while rows < total:
        if len(pages) == MOST:
            raise _unreadable(dialect, about, f"it holds {total} rows on more than {MOST} pages")
        pages.append(another({way: str(len(pages) + 1 if way == PAGE else rows + 1)}))
        more, again = _counted(dialect, about, pages[-1])
        if not more or again != total:
            dialect.read_part(pages[-1], about)  # what the party itself says went wrong comes first
            raise _unreadable(
                dialect, about, f"page {len(pages)} holds {more} of {again} rows, the first was one of {total}"
            )
        rows += more
    return pages


def _way(dialect: TableDialect, about: Message) -> str:
    """What asks for another page of the answer; "" where the party does not page it."""
    name = type(about).__name__
    request, reply = dialect.tables.requests.get((name, "")), dialect.tables.replies.get(name)
    if request is None or reply is None or reply.block.rows is None or not reply.block.rows.total:
        return ""
    places = {line.line.control for line in dialect.tables.folder.of_block(request.located, "request", "head")}
    return next((way for way in (PAGE, FIRST_ROW) if f"extra.{way}" in places), "")


def _counted(dialect: TableDialect, about: Message, page: Document) -> tuple[int, int]:
    """Rows on a page and rows in all; 0 and 0 where it does not say so: then its reader says what is wrong."""
    try:
        return dialect.counted(page, about)
    except GatewayError:
        return 0, 0


def _unreadable(dialect: TableDialect, about: Message, reason: str) -> GatewayError:
    return GatewayError("unreadable", party=dialect.name, message=type(about).__name__, reason=reason)
