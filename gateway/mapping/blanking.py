"""Credentials taken out of bytes in one pass, whatever the bytes are: what holds one need not be well-formed."""

import re
from collections.abc import Callable


def element(name: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """How an element opens and closes, with or without a prefix, whatever attributes it has; not one that is empty.

    `name`: a pattern.
    """
    prefixed = rf"(?:[\w.-]+:)?(?:{name})"
    opened = rf"<{prefixed}(?=[\s>])(?![^<>]*/>)[^<>]*>"
    return re.compile(opened.encode()), re.compile(rf"</{prefixed}\s*>".encode())


def within(body: bytes, marks: tuple[re.Pattern[bytes], re.Pattern[bytes]], change: Callable[[bytes], bytes]) -> bytes:
    """`body` with what stands between each opening and closing mark changed; what is never closed is changed whole."""
    opened, closed = marks
    made, at = [], 0
    while found := opened.search(body, at):
        end = closed.search(body, found.end())
        made.append(body[at : found.end()])
        at = end.start() if end else len(body)
        made.append(change(body[found.end() : at]))
    return b"".join([*made, body[at:]])


def nothing(_value: bytes) -> bytes:
    """What is left of a credential."""
    return b""
