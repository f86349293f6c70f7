"""The names of a block, checked in their bytes: most are told at once, each of the others by itself.

In GB18030 those are told at once whose characters all have two high bytes, in UTF-8 those without the signs that no
text may hold; a name that might have been written in the other encoding is asked for one by one.
"""

import re

import numpy as np
from numpy.typing import NDArray

from gateway.batch.statement_alike import Bytes, Lines, Whole
from gateway.batch.statement_terms import DoubtError
from gateway.model.statement_plan import StatementPlan

_LONGEST = 100  # characters; no character is shorter than a byte
_HIGH = np.uint8(0x80)
_PLAIN = {
    "gb18030": rb"(?:(?!%b)[ -~]|[\x81-\xfe][\x40-\x7e\x80-\xfe]){1,%d}",
    "utf-8": rb"(?:(?!%b)[ -~]|[\x80-\xff]){1,%d}",
}
# In GB18030 what begins as UTF-8 does with a character of three bytes, for the strict reader refuses it if it goes on
# so; in UTF-8 what no text may hold.
_ODD = {
    "gb18030": re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf])*[\xe0-\xf4][\x80-\xbf]{2}").match,
    "utf-8": re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\xef\xbf[\xbe\xbf]").search,
}
_ASCII = bytes(range(0x80))
_BEGINNINGS = np.frombuffer(b"\xc2\xe2\xef", np.uint8)


class Names:
    """What the names of a plan's files are held against."""

    def __init__(self, plan: StatementPlan) -> None:
        self._plan = plan
        self._told = _told_gb18030 if plan.encoding == "gb18030" else _told_utf_8
        self._plain = re.compile(_PLAIN[plan.encoding] % (re.escape(plan.separator.encode()), _LONGEST)).fullmatch
        self._odd = _ODD[plan.encoding]

    def check(self, text: bytes | bytearray, lines: Lines) -> None:
        """DoubtError where one is none."""
        if self._plan.encoding != "gb18030":
            _check_text(text, self._plan.encoding)
        starts, ends = lines.names
        widths = ends - starts
        for width in np.flatnonzero(np.bincount(widths)).tolist():
            of_width = starts[widths == width]
            asked = of_width[~self._told(_names(text, of_width, width))] if 1 < width <= _LONGEST else of_width
            if not all(self._is_one(bytes(text[start : start + width])) for start in asked.tolist()):
                raise DoubtError

    def _is_one(self, name: bytes) -> bool:
        if self._plain(name) and not self._odd(name.translate(None, _ASCII)):
            return True
        try:
            said = name.decode(self._plan.encoding)
        except UnicodeDecodeError:
            return False
        return bool(said) and self._plan.separator not in said and self._plan.is_name(said)


def _names(text: bytes | bytearray, starts: Whole, width: int) -> Bytes:
    """The bytes of some names, those of one place in each row."""
    every = np.ndarray((len(text) - width + 1,), f"V{width}", text, strides=(1,))
    return np.ascontiguousarray(every[starts].view(np.uint8).reshape(len(starts), width).T)


def _told_gb18030(signs: Bytes) -> NDArray[np.bool_]:
    """Which names are plainly some: pairs of high bytes, the first two of which do not begin as UTF-8 does."""
    firsts, seconds = signs[0::2], signs[1::2]
    if len(firsts) != len(seconds):
        return np.zeros(signs.shape[1], np.bool_)
    short = _within(seconds, 0x40, 0x7E)
    pairs = (_within(firsts, 0x81, 0xFE) & (_within(seconds, 0x80, 0xFE) | short)).all(axis=0)
    return np.asarray(pairs & ~_may_be_utf_8(firsts, seconds, np.asarray(short.any(axis=0))))


def _may_be_utf_8(firsts: Bytes, seconds: Bytes, short: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which pairs may begin, ASCII left out, as UTF-8 does: with a character of three bytes, or one of two and more.

    `short`: of which bytes are left out.
    """
    begins = _within(firsts[0], 0xC2, 0xF4)
    goes_on = _within(seconds, 0x80, 0xBF)
    if len(firsts) == 1:
        return np.asarray(begins & short)
    of_three = _within(firsts[0], 0xE0, 0xF4) & goes_on[0]
    of_two = _within(firsts[0], 0xC2, 0xDF) & goes_on[0] & _within(firsts[1], 0xC2, 0xF4) & goes_on[1]
    return np.asarray((begins & short) | of_three | of_two)


def _within(signs: Bytes, least: int, most: int) -> NDArray[np.bool_]:
    return np.asarray((signs - np.uint8(least)) <= most - least)


def _told_utf_8(signs: Bytes) -> NDArray[np.bool_]:
    """Which names are plainly some: no sign of ASCII, and none of the bytes with which odd characters begin."""
    odd = (signs < _HIGH) | np.isin(signs, _BEGINNINGS)
    return ~np.asarray(odd.any(axis=0))


def _check_text(text: bytes | bytearray, encoding: str) -> None:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        raise DoubtError from None
