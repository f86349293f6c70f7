"""From the bytes of a file of rows to text that the engine can take apart: decoded first, split afterwards.

In GBK the second byte of a character may be that of a separator (the bytes of 億 are 0x83 0x7C, and 0x7C is `|`), but
never that of a line end. So lines are found in the bytes, and columns in the text. A part of the file is in memory at a
time, whatever its size.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import BinaryIO

from gateway.errors import GatewayError
from gateway.model.column_plan import ColumnPlan

LINE_LIMIT = 65_536
"""Bytes of the longest line that is read."""
PART_BYTES = 16 << 20
"""Bytes of a part, about."""

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\x84\x31\x95\x33": "gb18030", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:=+*/%&()<>?@[]^{}~"
_NOT_SECOND = "!"  # no second byte of a character: where a column cuts one in two, decoding fails
_LONG = 12


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a file. `before`: lines of the file before these; `start`: the byte at which they begin.

    `text`: every line is the separator and its columns, joined by it. `returns` stands for a carriage return inside a
    line; `marker` is the only cell that counts in a line whose bytes cannot be read; `delimiter` stands nowhere.
    """

    number: int
    before: int
    start: int
    raw: bytes
    lines: int
    text: str
    separator: str
    returns: str
    marker: str
    delimiter: str

    def starts(self, rows: list[int]) -> Iterator[int]:
        """The byte in the file at which each of the rows begins; `rows` counts the lines here from 0, and ascends."""
        position = line = 0
        for row in rows:
            while line < row:
                position, line = self.raw.index(b"\n", position) + 1, line + 1
            yield self.start + position


def parts(source: Path, plan: ColumnPlan, *, line_limit: int = LINE_LIMIT, size: int = PART_BYTES) -> Iterator[Part]:
    """The parts of a file, one at least.

    GatewayError `unreadable` for a line that is longer than `line_limit`, naming line and byte, and for a byte order
    mark of another encoding.
    """
    with source.open("rb") as file:
        start, before, number = _after_mark(file, plan), 0, 0
        for raw in _blocks(file, plan, (start, line_limit, max(size, line_limit))):
            part = _part(raw, plan, (number, before, start))
            yield part
            start, before, number = start + len(raw), before + part.lines, number + 1
        if not number:
            yield _part(b"", plan, (0, 0, start))


def unreadable(plan: ColumnPlan, reason: str) -> GatewayError:
    """The file as a whole cannot be read."""
    return GatewayError("unreadable", party=plan.party, message=plan.message, reason=reason)


def _after_mark(file: BinaryIO, plan: ColumnPlan) -> int:
    head = file.read(4)
    mark, encoding = next(
        ((mark, said) for mark, said in _MARKS.items() if head.startswith(mark)), (b"", plan.encoding)
    )
    if encoding != plan.encoding:
        raise unreadable(plan, f"its byte order mark says {encoding}, and {plan.encoding} is agreed")
    return file.seek(len(mark))


def _blocks(file: BinaryIO, plan: ColumnPlan, bounds: tuple[int, int, int]) -> Iterator[bytes]:
    """Whole lines, some at a time."""
    start, line_limit, size = bounds
    rest, lines = b"", 0
    while chunk := file.read(size):
        block = rest + chunk
        at = too_long(block, line_limit)
        if at is not None:
            line = lines + block.count(b"\n", 0, at) + 1
            raise unreadable(plan, f"line {line}, which begins at byte {start + at}, is longer than {line_limit} bytes")
        cut = block.rfind(b"\n") + 1
        rest = block[cut:]
        if cut:
            yield block[:cut]
            start, lines = start + cut, lines + block.count(b"\n", 0, cut)
    if rest:
        yield rest


def too_long(block: bytes | bytearray, line_limit: int) -> int | None:
    """Where a line begins that is longer than the limit: from one line end that is near enough to the next."""
    at = 0
    while len(block) - at > line_limit:
        end = block.rfind(b"\n", at, at + line_limit + 1)
        if end < 0:
            return at
        at = end + 1
    return None


def _part(raw: bytes, plan: ColumnPlan, place: tuple[int, int, int]) -> Part:
    number, before, start = place
    text, separator, marker = _joined(raw, plan) if plan.widths else _decoded(raw, plan)
    returns = ""
    if "\r" in text:
        returns = _absent(text, _LONG, separator)
        text = text.replace("\r", returns)
    lines = text.count("\n")
    if lines:
        text = separator + text[:-1].replace("\n", f"\n{separator}") + "\n"
    return Part(
        number, before, start, raw, lines, text, separator, returns, marker, _absent(text + separator, 4, separator)
    )


def _decoded(raw: bytes, plan: ColumnPlan) -> tuple[str, str, str]:
    """The text of separated rows with one kind of line end, the separator, and the marker of what cannot be read."""
    try:
        text = raw.decode(plan.encoding).replace("\r\n", "\n")
    except UnicodeDecodeError:
        return _marked(_lines(raw), plan, plan.separator)
    if not text.endswith("\n"):
        text = text.removesuffix("\r")
        text += "" if text.endswith("\n") or not text else "\n"
    return text, plan.separator, ""


def _joined(raw: bytes, plan: ColumnPlan) -> tuple[str, str, str]:
    """As `_decoded`, of rows of a fixed width: the columns are cut in bytes, and joined by a separator of ours."""
    cut, whole = Struct("".join(f"{width}s" for width in plan.widths)).unpack, sum(plan.widths)
    between = _NOT_SECOND + _absent(raw.decode("latin-1"), _LONG, "")
    joiner, odd = between.encode(), between.encode() * (len(plan.widths) + 1)
    lines = [joiner.join(cut(line)) if len(line) == whole else odd for line in _lines(raw)]
    try:
        return b"".join([line + b"\n" for line in lines]).decode(plan.encoding), between, ""
    except UnicodeDecodeError:
        return _marked(lines, plan, between)


def _marked(lines: list[bytes], plan: ColumnPlan, separator: str) -> tuple[str, str, str]:
    """As `_decoded`, line by line: one whose bytes cannot be read has the marker, and one column too many."""
    found = [_decoded_line(line, plan) for line in lines]
    marker = _absent("\n".join(line or "" for line in found), _LONG, separator)
    shown = (marker + separator * len(plan.columns) if line is None else line for line in found)
    return "".join(f"{line}\n" for line in shown), separator, marker


def _decoded_line(line: bytes, plan: ColumnPlan) -> str | None:
    try:
        return line.decode(plan.encoding)
    except UnicodeDecodeError:
        return None


def _lines(raw: bytes) -> list[bytes]:
    """The lines of a text; CRLF and LF end one, and the last one may end or not (gateway.mapping.syntax_rows)."""
    lines = [line.removesuffix(b"\r") for line in raw.split(b"\n")]
    return lines if lines[-1] else lines[:-1]


def _absent(text: str, length: int, but: str) -> str:
    """Letters that stand nowhere in a text, drawn by lot: whoever wrote the file cannot know them."""
    letters = [letter for letter in _LETTERS if letter not in but]
    while (found := "".join(secrets.choice(letters) for _ in range(length))) in text:
        continue
    return found
