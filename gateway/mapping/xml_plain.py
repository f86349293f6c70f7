"""Pieces of XML in UTF-8 in which every character stands for itself: what may not be in them, told without a parser.

References, what XML forbids or changes (section 2.2 and 2.11 of XML 1.0) and what we refuse make a piece other than
plain. Such a one is left to the parser, which says what it is.
"""

import re

# Bytes that stand in no plain piece: controls but tab and line feed, and what begins a reference.
ODD = bytes(set(range(32)) - {0x09, 0x0A}) + b"&\x7f"
# C1 controls, the last two code points of the plane, and what may not stand in a text.
_SUSPECT = re.compile(b"\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]|]]>").search
_BEGIN_SUSPECT = (b"\xc2", b"\xef", b"]")  # sought first: one byte is found ten times as quickly


def plain_text(raw: bytes) -> str | None:
    """The text of a piece, None where it is not plain or not UTF-8."""
    if len(raw.translate(None, ODD)) != len(raw) or suspect(raw):
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def suspect(raw: bytes) -> bool:
    """Whether a piece holds characters of more than one byte that XML or we refuse, or `]]>`."""
    return any(byte in raw for byte in _BEGIN_SUSPECT) and _SUSPECT(raw) is not None
