"""What the lines of a block look like: with one sign for letters and digits most are alike, and each is checked once.

A look says all of a column that is letters, digits and hyphens. What it does not say is for the engine to check
(gateway.batch.statement_sql). The name stands last and is the only column with other characters than ASCII: it is
checked here, in the bytes, and the engine makes nothing of it.

In GB18030 a name may hold the byte of a separator (`separators`). Its pairs are told apart in the look; a line that is
not plainly two bytes a character is decoded, and the name asked for.
"""

import re
from collections.abc import Iterator

from gateway.model.statement_plan import StatementPlan

_ASCII = range(0x80)
_HIGH = 0x81
_FIRSTS = range(0x81, 0xFF)
"""Bytes with which a pair of GB18030 begins."""
_NUMBERS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ALIKE = bytes(ord("1") if chr(byte) in _NUMBERS else _HIGH if byte in _FIRSTS else byte for byte in range(256))
_BUT_LINES = bytes(byte for byte in _ASCII if byte != ord("\n"))
_NUMBER = re.compile(r"\[0-9A-Za-z-\]\{[0-9,]+\}")
_KNOWN, _AT_ONCE, _LONGEST = 10_000, 1 << 20, 100
_PAIRS = rb"\x81[\x40-\x7e\x80\x81]"
_CHARACTERS = {"gb18030": _PAIRS, "utf-8": rb"[\x80-\xff]"}
# What a line is asked about whose characters are plain: in GB18030 those that begin as UTF-8 does with a character of
# three bytes, for the strict reader refuses it if it goes on so; in UTF-8 those that no text may hold.
_ODD = {
    "gb18030": re.compile(rb"^(?:[\xc2-\xdf][\x80-\xbf])*[\xe0-\xf4][\x80-\xbf]{2}", re.MULTILINE),
    "utf-8": re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\xef\xbf[\xbe\xbf]"),
}


def is_plain(pattern: str) -> bool:
    """Whether a pattern takes letters, digits and hyphens, any of them anywhere."""
    return _NUMBER.fullmatch(pattern) is not None


class Looks:
    """The looks that lines of a plan may have. `separators`: the most bytes in a line that can be taken for one."""

    def __init__(self, plan: StatementPlan) -> None:
        self._plan, self._odd, self._separator = plan, _ODD[plan.encoding], plan.separator.encode()
        before, name = _before(plan), _plain_name(plan)
        self._fits = re.compile(before + name, re.DOTALL).fullmatch
        self._may = re.compile(before + rb".+", re.DOTALL).fullmatch
        self._known: frozenset[bytes] = frozenset()
        self.separators = len(plan.columns)

    def fit(self, rows: bytes | bytearray) -> bool:
        """Whether every line has the columns that it has to have, as far as looks say, and a name."""
        return all(map(self._fit, _pieces(rows)))

    def _fit(self, lines: bytes) -> bool:
        *looks, rest = lines.translate(_ALIKE).split(b"\n")
        new = set(looks) - self._known
        fitting = frozenset(look for look in new if self._fits(look))
        self.separators = max(self.separators, *(look.count(self._separator) for look in new), 0)
        if rest or (self._plan.encoding != "gb18030" and not _is_text(lines, self._plan.encoding)):
            return False
        if len(self._known) < _KNOWN:
            self._known |= fitting
        rare = new - fitting
        asked = {number for number, look in enumerate(looks) if look in rare} if rare else set()
        return self._right(lines, asked | set(self._doubtful(lines)))

    def _doubtful(self, lines: bytes) -> Iterator[int]:
        """Numbers of lines whose characters may be those that the strict reader refuses."""
        characters = lines.translate(None, _BUT_LINES)
        number = at = 0
        for found in self._odd.finditer(characters):
            number += characters.count(b"\n", at, found.start())
            at = found.start()
            yield number

    def _right(self, lines: bytes, asked: set[int]) -> bool:
        """Whether each of some lines is one, by what it says."""
        each = lines.split(b"\n") if asked else []
        return all(self._is_row(each[number]) for number in asked)

    def _is_row(self, line: bytes) -> bool:
        if self._may(line.translate(_ALIKE)) is None:
            return False
        try:
            _, *cells = line.decode(self._plan.encoding).split(self._plan.separator)
        except UnicodeDecodeError:
            return False
        return len(cells) == len(self._plan.columns) and self._plan.is_name(cells[-1])


def _before(plan: StatementPlan) -> bytes:
    """What the line looks like in front of the name."""
    cells = [_cell(plan, column, pattern) for column, pattern in zip(plan.columns[:-1], plan.patterns, strict=False)]
    return re.escape(plan.separator).join(("[!-~]", *cells, "")).encode()


def _plain_name(plan: StatementPlan) -> bytes:
    """What a name looks like: characters that can be printed, of no more bytes than it may have characters."""
    separator = re.escape(plan.separator.encode())
    return rb"(?:(?!%b)[ -~]|%b){1,%d}" % (separator, _CHARACTERS[plan.encoding], _LONGEST)


def _cell(plan: StatementPlan, column: str, pattern: str) -> str:
    """What a column looks like."""
    made = pattern if is_plain(pattern) else rf"(?:(?!{re.escape(plan.separator)})[!-~])+"
    return f"(?:{made})?" if column in plan.optional else f"(?:{made})"


def _is_text(lines: bytes, encoding: str) -> bool:
    try:
        return bool(lines.decode(encoding))
    except UnicodeDecodeError:
        return False


def _pieces(rows: bytes | bytearray) -> Iterator[bytes]:
    """Some whole lines at a time: as much as a processor has at hand."""
    start = 0
    while start < len(rows):
        end = rows.rfind(b"\n", start, start + _AT_ONCE) + 1 or rows.find(b"\n", start) + 1 or len(rows)
        yield bytes(rows[start:end])
        start = end
