"""`CFX`: the XML of the treasury network (wire facts, section 3.4): `HEAD`, and in `MSG` blocks named by the message.

Groups: `HEAD` (flat), `MSG` with its blocks, each by its name without the four digits of `HEAD.MsgNo` that end it
(`RealHead1001` is `MSG.RealHead`). A block whose name ends in `List` is a list of groups, whatever their number.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import escaped, unreadable
from gateway.ports import Document
from gateway.security.xml import Limits, parse

_HEAD = ("VER", "SRC", "DES", "APP", "MsgNo", "MsgID", "MsgRef", "WorkDate", "Reserve")
_NUMBER = re.compile("[0-9]{4}", re.ASCII)
_LIST = "List"
_MOST = 1000
_LIMITS = Limits(size=4 << 20, elements=100_000)


class Cfx:
    """Both directions; no options. A package holds at most 1,000 records (wire facts, section 3.4)."""

    def __init__(self, _options: Mapping[str, Any]) -> None:
        pass

    def parse(self, document: Document) -> Form:
        """The groups of a document; GatewayError `xml_refused`."""
        root = parse(document.body, charset="gb18030", limits=_LIMITS)
        if root.tag != "CFX" or [child.tag for child in root] != ["HEAD", "MSG"]:
            raise unreadable("it is not CFX with HEAD and MSG")
        head = _texts(root[0])
        number = head.get("MsgNo", "")
        if not _NUMBER.fullmatch(number):
            raise unreadable("HEAD has no MsgNo of four digits")
        return {"HEAD": head, "MSG": _group(root[1], number)}

    def text(self, form: Form, *, reply: bool) -> str:  # noqa: ARG002 - both directions are written alike
        """The document. GatewayError `no_place` where a package would hold more records than one may."""
        head = {name: form["HEAD"].get(name, "") for name in _HEAD}
        number = head["MsgNo"]
        message = form.get("MSG", {})
        _check(message, lambda: _too_many(number))
        blocks = "".join(_written(name, value, number) for name, value in message.items())
        flat = "".join(f"<{name}>{escaped(value)}</{name}>" for name, value in head.items())
        return f'<?xml version="1.0" encoding="GBK"?>\n<CFX><HEAD>{flat}</HEAD><MSG>{blocks}</MSG></CFX>\n'

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:  # noqa: ARG002 - as `text`
        """As XML in GBK."""
        return Document(body, "text/xml;charset=GBK")

    def blank(self, document: Document) -> bytes:
        """No credential stands in a document: it is signed."""
        return document.body


def _texts(parent: etree._Element) -> dict[str, str]:
    if any(len(child) for child in parent) or len({child.tag for child in parent}) != len(parent):
        raise unreadable("HEAD holds texts, each once")
    return {str(child.tag): child.text or "" for child in parent}


def _group(parent: etree._Element, number: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in parent:
        tag = str(child.tag)
        block = tag.endswith(number)
        name = tag.removesuffix(number)
        if block and name.endswith(_LIST):
            made.setdefault(name, []).append(_group(child, number))
        elif name in made:
            raise unreadable("a value stands twice")
        elif block:
            made[name] = _group(child, number)
        elif len(child):
            raise unreadable("the name of a block does not end in its MsgNo")
        else:
            made[name] = child.text or ""
    _check(made, lambda: unreadable(f"a package holds at most {_MOST} records"))
    return made


def _check(group: Mapping[str, Any], error: Callable[[], GatewayError]) -> None:
    if any(isinstance(value, list) and len(value) > _MOST for value in group.values()):
        raise error()


def _written(name: str, value: Any, number: str) -> str:
    if isinstance(value, list):
        return "".join(_written(name, one, number) for one in value)
    if not isinstance(value, dict):
        return f"<{name}>{escaped(value)}</{name}>"
    _check(value, lambda: _too_many(number))
    inner = "".join(_written(each, one, number) for each, one in value.items())
    return f"<{name}{number}>{inner}</{name}{number}>"


def _too_many(number: str) -> GatewayError:
    reason = f"a package carries at most {_MOST} records"
    return GatewayError("no_place", party="treasury", field="rows", message=number, reason=reason)
