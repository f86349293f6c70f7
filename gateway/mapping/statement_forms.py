"""How the records of a statement stand in lines: separated, of fixed width, as CSV, as XML elements."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.schema import FORBIDDEN
from gateway.mapping.syntax import escaped
from gateway.mapping.syntax_rows import FixedWidth, Separated
from gateway.security.xml import Limits, NotWellFormedError, parse_text

HEAD, ROW, FOOT = "H", "D", "T"
RECORD = "record"
_ELEMENTS = {HEAD: "head", ROW: "row", FOOT: "foot"}
_KINDS = {name: kind for kind, name in _ELEMENTS.items()}
_ONE_ELEMENT = Limits(depth=1, elements=1)
_CELL = re.compile(r'(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)')
_NAME = re.compile(r"\s*<([A-Za-z]+)[\s/>]")


class MisfitError(ValueError):
    """A line does not have the columns of its record."""

    def __init__(self, expected: str, found: str, byte: int = 0) -> None:
        super().__init__(expected, found)
        self.expected, self.found, self.byte = expected, found, byte


class LineForm(Protocol):
    """One way to put records into lines. `opening`, `closing`: lines around all records."""

    opening: tuple[str, ...]
    closing: tuple[str, ...]
    glue: str
    """What stands between a line and its signature."""

    def kind(self, text: str) -> str:
        """HEAD, ROW or FOOT; another text where the line is no record."""
        ...

    def cells(self, kind: str, text: str) -> Mapping[str, str]:
        """The columns of a line by name; MisfitError where it does not have them."""
        ...

    def byte_of(self, kind: str, text: str, column: str) -> int:
        """Where a column of the line begins, in bytes."""
        ...

    def line(self, kind: str, cells: Mapping[str, str]) -> str:
        """The line of a record; GatewayError `bad_character`, `too_long_for_party`."""
        ...


class SeparatedForm:
    """Columns joined by a character, nothing quoted; the first one says what record it is."""

    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()

    def __init__(self, columns: Mapping[str, Sequence[str]], separator: str, encoding: str) -> None:
        self.glue = separator
        self._encoding = encoding
        self._columns = {kind: (RECORD, *names) for kind, names in columns.items()}
        self._layouts = {kind: Separated(names, separator) for kind, names in self._columns.items()}

    def kind(self, text: str) -> str:
        """What the first column says."""
        return text.partition(self.glue)[0]

    def cells(self, kind: str, text: str) -> Mapping[str, str]:
        """The columns by name."""
        try:
            return self._layouts[kind].row(text)
        except GatewayError:
            found = text.count(self.glue) + 1
            raise MisfitError(f"{len(self._columns[kind])} columns", f"{found} columns") from None

    def byte_of(self, kind: str, text: str, column: str) -> int:
        """Where a column begins."""
        before = text.split(self.glue)[: self._columns[kind].index(column)]
        return sum(len(cell.encode(self._encoding)) + 1 for cell in before)

    def line(self, kind: str, cells: Mapping[str, str]) -> str:
        """The line of a record."""
        return self._layouts[kind].line({RECORD: kind, **cells})


class FixedForm:
    """Columns of a fixed width in bytes; the first byte says what record it is."""

    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    glue = ""

    def __init__(self, widths: Mapping[str, Mapping[str, int]], encoding: str) -> None:
        self._encoding = encoding
        self._widths = {kind: {RECORD: 1, **given} for kind, given in widths.items()}
        self._layouts = {kind: FixedWidth(given, encoding) for kind, given in self._widths.items()}

    def kind(self, text: str) -> str:
        """What the first byte says."""
        return text[:1]

    def cells(self, kind: str, text: str) -> Mapping[str, str]:
        """The columns by name."""
        try:
            return self._layouts[kind].row(text)
        except GatewayError:
            raise self._misfit(kind, text.encode(self._encoding)) from None

    def byte_of(self, kind: str, text: str, column: str) -> int:  # noqa: ARG002 - the place does not depend on the line
        """Where a column begins."""
        names = list(self._widths[kind])
        return sum(self._widths[kind][name] for name in names[: names.index(column)])

    def line(self, kind: str, cells: Mapping[str, str]) -> str:
        """The line of a record."""
        return self._layouts[kind].line({RECORD: kind, **cells})

    def _misfit(self, kind: str, body: bytes) -> MisfitError:
        whole = sum(self._widths[kind].values())
        if len(body) != whole:
            return MisfitError(f"{whole} bytes", f"{len(body)} bytes", min(len(body), whole))
        start = 0
        for width in self._widths[kind].values():
            try:
                body[start : start + width].decode(self._encoding)
            except UnicodeDecodeError:
                break
            start += width
        return MisfitError("whole characters in each column", "a character that lies in two columns", start)


class CsvForm:
    """Columns as in RFC 4180, one record a line; the first one says what record it is."""

    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    glue = ","

    def __init__(self, columns: Mapping[str, Sequence[str]], encoding: str) -> None:
        self._encoding = encoding
        self._columns = {kind: (RECORD, *names) for kind, names in columns.items()}

    def kind(self, text: str) -> str:
        """What the first column says."""
        return text.partition(",")[0]

    def cells(self, kind: str, text: str) -> Mapping[str, str]:
        """The columns by name."""
        names, found = self._columns[kind], self._split(text)
        if len(found) != len(names):
            raise MisfitError(f"{len(names)} columns", f"{len(found)} columns")
        return dict(zip(names, (cell for _, cell in found), strict=True))

    def byte_of(self, kind: str, text: str, column: str) -> int:
        """Where a column begins."""
        start, _ = self._split(text)[self._columns[kind].index(column)]
        return len(text[:start].encode(self._encoding))

    def line(self, kind: str, cells: Mapping[str, str]) -> str:
        """The line of a record."""
        return ",".join(_quoted({RECORD: kind, **cells}.get(name, "")) for name in self._columns[kind])

    def _split(self, text: str) -> list[tuple[int, str]]:
        """The columns, each with where it begins."""
        found: list[tuple[int, str]] = []
        start = 0
        while start <= len(text):
            match = _CELL.match(text, start)
            if match is None:
                at = len(text[:start].encode(self._encoding))
                raise MisfitError("a column, in quotes where it holds a quote or a comma", "a stray quote", at)
            quoted, plain = match.groups()
            found.append((start, plain if quoted is None else quoted.replace('""', '"')))
            if not match[0].endswith(",") or match.end() == start:
                break
            start = match.end()
        return found


class XmlForm:
    """One element a line, its columns as attributes."""

    opening: tuple[str, ...]
    closing: tuple[str, ...] = ("</statement>",)
    glue = ""

    def __init__(self, names: Mapping[str, Mapping[str, str]], encoding: str) -> None:
        self.opening = (f'<?xml version="1.0" encoding="{encoding.upper()}"?>', "<statement>")
        self._encoding = encoding
        self._names = names

    def kind(self, text: str) -> str:
        """What the element is called."""
        found = _NAME.match(text)
        return _KINDS.get(found[1], found[1]) if found else ""

    def cells(self, kind: str, text: str) -> Mapping[str, str]:
        """The columns by name."""
        try:
            element = parse_text(text, limits=_ONE_ELEMENT)
        except NotWellFormedError as error:
            found = f"XML that is not well-formed there (parser: {error.why})"
            raise MisfitError(f"one element {_ELEMENTS[kind]}", found, self._byte_at(text, error)) from None
        except GatewayError as error:
            raise MisfitError(f"one element {_ELEMENTS[kind]}", error.params.get("reason", "no element")) from None
        return self._of(kind, element)

    def byte_of(self, kind: str, text: str, column: str) -> int:
        """Where the value of an attribute begins; the element, where it does not have it."""
        name = self._names[kind].get(column, "")
        found = re.search(rf"\s{re.escape(name)}\s*=\s*[\"']", text)
        return len(text[: found.end()].encode(self._encoding)) if found else 0

    def line(self, kind: str, cells: Mapping[str, str]) -> str:
        """The line of a record."""
        names = self._names[kind]
        attributes = "".join(f' {names[column]}="{escaped(value)}"' for column, value in cells.items() if value)
        return f"<{_ELEMENTS[kind]}{attributes}/>"

    def _byte_at(self, text: str, error: NotWellFormedError) -> int:
        """Where in the line a fault is. XML takes a CR that stands alone for the end of a line; a file does not."""
        before = text.split("\r")[: error.line - 1]
        start = sum(len(each) + 1 for each in before)
        return len(text[: start + error.column - 1].encode(self._encoding))

    def _of(self, kind: str, element: etree._Element) -> Mapping[str, str]:
        names = self._names[kind]
        unknown = sorted(set(map(str, element.attrib)) - set(names.values()))
        if unknown or element.text:
            raise MisfitError(f"the attributes {', '.join(names.values())}", "another attribute, or text")
        return {column: str(element.get(name, "")) for column, name in names.items()}


def _quoted(value: str) -> str:
    found = FORBIDDEN.search(value) or re.search("[\r\n]", value)
    if found:
        raise GatewayError("bad_character", character=f"U+{ord(found[0]):04X}")
    return '"' + value.replace('"', '""') + '"' if '"' in value or "," in value else value
