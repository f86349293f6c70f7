"""One line of a statement as text, and the record that stands in it."""

import re
from typing import Any

from gateway.mapping.statement_faults import Faults
from gateway.mapping.statement_layout import Layout
from gateway.mapping.statement_lines import Line

# Three bytes of UTF-8 each; GB18030 pairs that read as such, all through a line, are no names of anybody.
_HAN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_COMPRESSED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd", b"Rar!")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x84\x31\x95\x33")


class Record:
    """A line's record. `value`: None where a column could not be read."""

    def __init__(self, kind: str, text: str, layout: Layout) -> None:
        self.kind, self.text = kind, text
        self.value: Any = None
        self._layout = layout

    def byte_of(self, column: str) -> int:
        """Where a column begins in the line, in bytes."""
        return self._layout.form.byte_of(self.kind, self.text, column)


def text_of_line(line: Line, body: bytes, encoding: str, faults: Faults) -> str | None:
    """The text of a line; None, and a fault, where its bytes are not in the encoding that was agreed."""
    if body.isascii():
        return body.decode("ascii")
    if encoding == "gb18030" and _is_utf_8(body):
        first = next(place for place, byte in enumerate(body) if byte > 0x7F)  # noqa: PLR2004 - the last ASCII byte
        faults.add(line, first, "statement_encoding", encoding, "characters in utf-8")
        return None
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"the byte {body[error.start]:#04x}, which {encoding} does not have there"
        faults.add(line, error.start, "statement_encoding", encoding, found)
        return None


def check_start(line: Line, faults: Faults) -> None:
    """Note where a file begins as one of another kind; what is compressed is refused, never unpacked."""
    if line.body.startswith(_COMPRESSED):
        faults.add(line, 0, "statement_encoding", "a file that is not compressed", "a compressed one")
    elif line.body.startswith(_MARKS):
        faults.add(line, 0, "statement_encoding", "the head in the first byte", "a byte order mark")
    faults.over = bool(faults.listed)


def _is_utf_8(body: bytes) -> bool:
    try:
        return _HAN.search(body.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return False
