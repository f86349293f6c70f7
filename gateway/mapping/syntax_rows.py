"""Rows of text without a header: columns in a fixed order, joined by a character or of a fixed width in bytes.

What the form cannot say is refused while writing: GatewayError `bad_character` names the character that would make two
columns of one, and a value that is wider than its column is `too_long_for_party`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gateway.errors import GatewayError
from gateway.mapping.syntax import unreadable

Row = dict[str, str]
_LINE_ENDS = "\r\n"


class Layout(Protocol):
    """How the columns of one row stand in one line."""

    reserved: str
    """Characters that no value may hold."""

    @property
    def names(self) -> Sequence[str]:
        """The columns in their order."""
        ...

    def line(self, row: Mapping[str, str]) -> str:
        """The line of a row, without its end; a column that the row does not have is empty."""
        ...

    def row(self, line: str) -> Row:
        """The columns of a line; GatewayError where it does not have as many."""
        ...


class Separated:
    """Columns joined by one character, nothing quoted."""

    def __init__(self, columns: Sequence[str], separator: str) -> None:
        self.columns = tuple(columns)
        self.reserved = separator + _LINE_ENDS
        self._separator = separator

    @property
    def names(self) -> Sequence[str]:
        """The columns in their order."""
        return self.columns

    def line(self, row: Mapping[str, str]) -> str:
        """The line of a row."""
        return self._separator.join(unreserved(row.get(name, ""), self.reserved) for name in self.columns)

    def row(self, line: str) -> Row:
        """The columns of a line."""
        cells = line.split(self._separator)
        if len(cells) != len(self.columns):
            raise unreadable(f"a row has {len(cells)} columns, not {len(self.columns)}")
        return dict(zip(self.columns, cells, strict=True))


class FixedWidth:
    """Columns of a fixed width in bytes of the party's encoding, filled up with spaces on the right."""

    reserved = _LINE_ENDS

    def __init__(self, widths: Mapping[str, int], encoding: str) -> None:
        self._widths = dict(widths)
        self._encoding = encoding
        self._whole = sum(self._widths.values())

    @property
    def names(self) -> Sequence[str]:
        """The columns in their order."""
        return tuple(self._widths)

    def line(self, row: Mapping[str, str]) -> str:
        """The line of a row."""
        return "".join(self._cell(name, row.get(name, ""), width) for name, width in self._widths.items())

    def row(self, line: str) -> Row:
        """The columns of a line; spaces at their right end are filling."""
        body = line.encode(self._encoding, "surrogatepass")
        if len(body) != self._whole:
            raise unreadable(f"a row has {len(body)} bytes, not {self._whole}")
        made, start = {}, 0
        for name, width in self._widths.items():
            made[name] = self._text(body[start : start + width])
            start += width
        return made

    def _cell(self, name: str, value: str, width: int) -> str:
        if unreserved(value, self.reserved).endswith(" "):
            raise GatewayError("bad_character", character="U+0020")
        missing = width - len(value.encode(self._encoding))
        if missing < 0:
            raise GatewayError("too_long_for_party", party="", field=name, max=str(width))
        return value + " " * missing

    def _text(self, cell: bytes) -> str:
        try:
            return cell.decode(self._encoding).rstrip(" ")
        except UnicodeDecodeError:
            raise unreadable("a column ends in the middle of a character") from None


def layout(options: Mapping[str, Any], encoding: str = "gb18030") -> Layout:
    """The layout that options describe: `columns` and `separator`, or `widths`."""
    if "widths" in options:
        return FixedWidth(options["widths"], encoding)
    return Separated(options["columns"], options.get("separator", "\t"))


def lines_of(text: str) -> list[str]:
    """The lines of a text; CRLF and LF end one, and the last one may end or not."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines if lines[-1] else lines[:-1]


def unreserved(value: str, reserved: str) -> str:
    """`value`; GatewayError `bad_character` where it holds a character that the form needs for itself."""
    found = next((character for character in value if character in reserved), "")
    if found:
        raise GatewayError("bad_character", character=f"U+{ord(found):04X}")
    return value
