"""A document that is rows of text and nothing else: no header, no envelope; columns joined, or of a width in bytes.

That is how files in a folder and answers in bulk look (wire facts, section 2 D3 for the columns; the document around
them is ours). Such a document says what it is by the shape of its lines alone: as many columns, or as many bytes.

Groups: of a request `call` (`rows`: the name of its layout) and `asked`, its one row; of an answer `row`, a list.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import declared_charset, unreadable
from gateway.mapping.syntax_rows import Layout, layout, lines_of
from gateway.ports import Document
from gateway.security.charset import decode

_MEDIA_TYPES = {"gb18030": "text/plain;charset=GBK", "utf-8": "text/plain;charset=UTF-8"}


class BareRows:
    """Both directions.

    Options: `requests`, `replies`: the layout of each call's rows by its name (`syntax_rows.layout`); no line may fit
    two layouts. `encoding`: the bytes that widths count (`gb18030`, where nothing is said). `ends`: how a line ends,
    `crlf` or `lf`.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._encoding = str(options.get("encoding", "gb18030"))
        self._end = {"crlf": "\r\n", "lf": "\n"}[str(options.get("ends", "crlf"))]
        self._requests = {name: layout(of, self._encoding) for name, of in options["requests"].items()}
        self._replies = {name: layout(of, self._encoding) for name, of in options["replies"].items()}
        made = [*self._requests.values(), *self._replies.values()]
        self.reserved = "".join(sorted({each for one in made for each in one.reserved}))
        self._media_type = _MEDIA_TYPES[self._encoding]
        _check_apart([*options["requests"].values(), *options["replies"].values()])

    def parse(self, document: Document) -> Form:
        """The rows, by the layout that they fit; a document without a line is an answer without a row."""
        lines = lines_of(decode(document.body, declared_charset(document) or self._encoding))
        if not lines:
            return {"row": []}
        for name, each in self._requests.items():
            found = _fitting(each, lines)
            if found and len(found) == 1:
                return {"call": {"rows": name}, "asked": found[0]}
        rows = next((found for each in self._replies.values() if (found := _fitting(each, lines))), None)
        if rows is None:
            raise unreadable("its lines have the columns of no call and of no answer")
        return {"row": rows}

    def text(self, form: Form, *, reply: bool) -> str:
        """The lines."""
        if not reply:
            return self._requests[form["call"]["rows"]].line(form["asked"]) + self._end
        rows = form.get("row", [])
        return "".join(self._answering(rows).line(row) + self._end for row in rows)

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:  # noqa: ARG002 - both directions are alike
        """Nothing but the bytes."""
        return Document(body, self._media_type)

    def blank(self, document: Document) -> bytes:
        """Rows carry no credentials: whoever reads the folder is known by that."""
        return document.body

    def _answering(self, rows: Sequence[Mapping[str, str]]) -> Layout:
        """The layout whose columns the rows have."""
        names = {name for row in rows for name in row}
        found = [each for each in self._replies.values() if names <= set(each.names)]
        return min(found, key=lambda each: len(each.names))


def _fitting(one: Layout, lines: Sequence[str]) -> list[dict[str, str]] | None:
    try:
        return [one.row(line) for line in lines]
    except GatewayError:
        return None


def _check_apart(layouts: Sequence[Mapping[str, Any]]) -> None:
    """TypeError where lines of one layout would be lines of another."""
    kinds = list(_kinds(layouts))
    if len(set(kinds)) != len(kinds):
        raise TypeError("two layouts have as many columns, or bytes: their lines cannot be told apart")


def _kinds(layouts: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    for each in layouts:
        if "widths" in each:
            yield "bytes", sum(each["widths"].values())
        else:
            yield str(each.get("separator", "\t")), len(each["columns"])
