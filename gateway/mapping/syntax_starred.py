"""Chinese tags with an asterisk, which are no XML, and lines of columns behind them (wire facts, section 2 D5).

Groups: `params` (of a request) or `answer`, by the names of their tags without the asterisk; `cards` (`row`: the lines,
by the names in the header line); `bare` (`text` of an answer without a tag), `fault` (`text`). Nothing is escaped in
the string: what it needs for itself is refused in a value.
"""

import re
from collections.abc import Mapping
from typing import Any

from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import unreadable
from gateway.mapping.syntax_one_string import OneString
from gateway.mapping.syntax_rows import Row, lines_of, unreserved
from gateway.ports import Document

_TAG = re.compile(r"<([^<>/*\s]{1,40})(\*?)>([^<>]*)</\1\2>")
_END = "\r\n"
_COMMA = ","


class StarredTags:
    """Both directions.

    Options: `namespace` and `operation` of the service, `columns` of the lines in the order in which they are written,
    `also`: other names of tags and columns -> ours, `secret`: the tags that hold credentials.
    """

    reserved = '<>",\r\n\t'

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._envelope = OneString(options["namespace"], options["operation"], "arg0", "ns:return", typed=True)
        self._columns: tuple[str, ...] = tuple(options["columns"])
        self._also: Mapping[str, str] = dict(options["also"])
        secret = "|".join(re.escape(name) for name in options["secret"])
        mark, end = "(?:<|&lt;)", "(?:>|&gt;)"
        self._secret = re.compile(rf"({mark}(?:{secret})\*?{end})[^<&]*(?:&(?!lt;)[^<&]*)*(?={mark}/)".encode())

    def parse(self, document: Document) -> Form:
        """The groups in the string of an envelope."""
        told = self._envelope.opened(document)
        if told.fault:
            return {"fault": {"text": told.text}}
        if not told.reply:
            fields, rest = self._fields(told.text)
            if rest.strip():
                raise unreadable("there is text behind its tags")
            return {"params": fields}
        if "<" not in told.text:
            return {"bare": {"text": told.text.strip() or "empty"}}
        fields, rest = self._fields(told.text)
        return {"answer": fields} | ({"cards": {"row": self._rows(rest)}} if rest.strip() else {})

    def text(self, form: Form, *, reply: bool) -> str:
        """The envelope."""
        if "fault" in form:
            return self._envelope.refused(form["fault"]["text"])
        if not reply:
            return self._envelope.around(self._tags(form["params"]), reply=False)
        if "bare" in form:
            return self._envelope.around(form["bare"]["text"], reply=True)
        lines = self._lines(form["cards"]["row"]) if "cards" in form else []
        return self._envelope.around(_END.join((self._tags(form["answer"]), *lines)), reply=True)

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:  # noqa: ARG002 - the body says it all
        """With the empty action that one client had to send (wire facts, section 2 D5)."""
        return Document(body, "text/xml;charset=UTF-8", {} if reply else {"SOAPAction": '""'})

    def blank(self, document: Document) -> bytes:
        """Credentials are the values of tags that the options name, escaped in the envelope or in CDATA."""
        return self._secret.sub(rb"\1", document.body)

    def _fields(self, text: str) -> tuple[dict[str, str], str]:
        """The tags at the beginning of the string, one after another, and what is left behind them."""
        made: dict[str, str] = {}
        at = len(text) - len(text.lstrip())
        while (found := _TAG.match(text, at)) is not None:
            name = self._also.get(found[1], found[1])
            if name in made:
                raise unreadable("a tag stands twice")
            made[name], at = found[3], found.end()
        if not made or "<" in text[at:]:
            raise unreadable("it is not tags one after another")
        return made, text[at:]

    def _rows(self, text: str) -> list[Row]:
        header, *lines = lines_of(text.removeprefix("\r").removeprefix("\n"))
        names = [self._also.get(name, name) for name in header.split(_COMMA)]
        if len(set(names)) != len(names):
            raise unreadable("two columns have one name")
        made = [line.split(_COMMA) for line in lines]
        if any(len(cells) != len(names) for cells in made):
            raise unreadable(f"a line does not have {len(names)} columns")
        return [dict(zip(names, cells, strict=True)) for cells in made]

    def _tags(self, fields: Mapping[str, str]) -> str:
        return "".join(f"<{name}*>{unreserved(value, self.reserved)}</{name}*>" for name, value in fields.items())

    def _lines(self, rows: list[Row]) -> list[str]:
        cells = [[unreserved(row.get(name, ""), self.reserved) for name in self._columns] for row in rows]
        return [_COMMA.join(self._columns), *(_COMMA.join(line) for line in cells)]
