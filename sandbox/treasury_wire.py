"""Documents of the treasury network as it writes and reads them (wire facts, section 3.4)."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from sandbox.parties import secret_of

MEDIA_TYPE = "text/xml;charset=GBK"
CENTRE = "100000000000"
_SIGNED = re.compile(rb"(.*)<!--<CA>([0-9a-f]{64})</CA>-->\s*", re.DOTALL)
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")

Group = Mapping[str, Any]


class DocumentError(Exception):
    """A document that cannot be taken: (result code, why)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def sign(party: str, body: bytes) -> bytes:
    """The keyed SM3 over the bytes before it, in hexadecimal digits, with the secret shared with `party`."""
    running = HMAC(secret_of(party).encode(), SM3())
    running.update(body)
    return running.finalize().hex().encode()


def signed(party: str, body: bytes) -> bytes:
    """The document with its signature behind it."""
    return body + b"<!--<CA>" + sign(party, body) + b"</CA>-->\n"


def opened(party: str, body: bytes, known: Collection[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """HEAD and MSG of a signed document; DocumentError where it is not signed right, or none of the `known` numbers."""
    found = _SIGNED.fullmatch(body)
    if found is None or sign(party, found[1]) != found[2]:
        raise DocumentError("91100", "签名不正确")
    try:
        root = ET.fromstring(_DECLARED.sub("", found[1].decode("gb18030")))  # noqa: S314 - of our own caller, in tests
        head = {child.tag: child.text or "" for child in root.find("HEAD")}  # type: ignore[union-attr]  # TypeError below
        message = _group(root.find("MSG"), head["MsgNo"])
    except (ET.ParseError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        raise DocumentError("92100", "报文无法解析") from None
    if head["MsgNo"] not in known:
        raise DocumentError("92100", f"不支持的报文 {head['MsgNo']}")
    return head, message


def document(number: str, serial: str, answers: str, day: str, blocks: Iterable[tuple[str, Group]]) -> bytes:
    """A document. `answers`: the serial that it refers to; `blocks`: names without the number, in order."""
    head = {"VER": "1.0", "SRC": "024300000000", "DES": CENTRE, "APP": "TIPS", "MsgNo": number, "MsgID": serial}
    head |= {"MsgRef": answers, "WorkDate": day, "Reserve": ""}
    inside = "".join(_block(name, values, number) for name, values in blocks)
    flat = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in head.items())
    text = f'<?xml version="1.0" encoding="GBK"?>\n<CFX><HEAD>{flat}</HEAD>\n<MSG>{inside}</MSG></CFX>\n'
    return text.encode("gb18030")


def rows(message: Group, name: str) -> list[Group]:
    """The records of a block, however many there are."""
    found = message.get(name, [])
    return found if isinstance(found, list) else [found]


def _block(name: str, values: Group, number: str) -> str:
    inside = "".join(f"<{each}>{escape(str(value))}</{each}>" for each, value in values.items())
    return f"<{name}{number}>{inside}</{name}{number}>"


def _group(parent: Any, number: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in parent:
        name = child.tag.removesuffix(number)
        value = _group(child, number) if len(child) else child.text or ""
        if name in made:
            made[name] = [*(made[name] if isinstance(made[name], list) else [made[name]]), value]
        else:
            made[name] = value
    return made
