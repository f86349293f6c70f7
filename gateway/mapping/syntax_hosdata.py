"""`HOSDATA`: an XML document in the one string of a SOAP call (wire facts, section 2 D4).

Groups: `REQUESTDATA` or `RESPONSEDATA`, their elements by name in upper case; `INPUT` and `OUTPUT` in them are groups,
where a repeated value is a list and `..XML` is a list of the groups `..ROW` in it, whatever their number. `fault`
(`text`).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lxml import etree

from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import add, escaped, unreadable
from gateway.mapping.syntax_one_string import OneString
from gateway.ports import Document
from gateway.security.xml import parse_text

_ENVELOPE = OneString("urn:hosdata", "Business_Handle", "InputData", "OutputData")
_GROUPS = ("INPUT", "OUTPUT")
_HEAD = (
    "AAE140",
    "AAC001",
    "MSGNO",
    "MSGID",
    "GRANTID",
    "ORGMSGNO",
    "ORGMSGID",
    "OPERID",
    "OPERNAME",
    "BATNO",
    "OPTTIME",
)
_REQUEST = (*_HEAD, "INPUT", "KC21XML", "KC22XML")
_LIST, _ROW = "XML", "ROW"
_NO_CYCLE = b"&lt;BATNO&gt;&lt;/BATNO&gt;"
# In the string the marks stand in CDATA, or are escaped: what is escaped in the secret itself is then escaped twice.
_SECRET = re.compile(rb"(<GRANTID>)[^<]*|(&lt;GRANTID&gt;)(?:[^<&]|&(?!lt;))*", re.IGNORECASE)


class Hosdata:
    """Both directions; no options."""

    def __init__(self, _options: Mapping[str, Any]) -> None:
        pass

    def parse(self, document: Document) -> Form:
        """The groups in the string of an envelope."""
        told = _ENVELOPE.opened(document)
        if told.fault:
            return {"fault": {"text": told.text}}
        root = parse_text(told.text)
        expected = "RESPONSEDATA" if told.reply else "REQUESTDATA"
        if root.tag != "HOSDATA" or len(root) != 1 or root[0].tag != expected:
            raise unreadable(f"the string is not HOSDATA with {expected}")
        found = _group(root[0], _GROUPS)
        return {expected: {name: value for name, value in found.items() if name not in _GROUPS or value}}

    def text(self, form: Form, *, reply: bool) -> str:
        """The envelope."""
        if "fault" in form:
            return _ENVELOPE.refused(form["fault"]["text"])
        if not reply:
            given = form["REQUESTDATA"]
            form = {"REQUESTDATA": {name: given.get(name, "") for name in _REQUEST}}
        return _ENVELOPE.around(f"<HOSDATA>{_elements(form)}</HOSDATA>", reply=reply)

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """With the empty action of the service; a fault has its status (SOAP 1.1, section 6.2)."""
        answered = {":status": "500"} if "fault" in form else {}
        return Document(body, "text/xml;charset=UTF-8", answered if reply else {"SOAPAction": '""'})

    def blank(self, document: Document) -> bytes:
        """The authorisation code is the element GRANTID."""
        return _SECRET.sub(rb"\1\2", document.body)


def in_cycle(document: Document, number: str) -> Document:
    """A request that this module wrote, in the business cycle `number`: it leaves room for it."""
    if document.body.count(_NO_CYCLE) != 1:
        raise ValueError("a cycle can be given only to a request that this module wrote")
    given = f"&lt;BATNO&gt;{escaped(escaped(number))}&lt;/BATNO&gt;"
    return replace(document, body=document.body.replace(_NO_CYCLE, given.encode()))


def _group(parent: etree._Element, groups: tuple[str, ...] = ()) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in parent:
        name = str(child.tag).upper()
        if name in groups:
            _once(made, name, _group(child))
        elif name.endswith(_LIST) and not groups:
            _once(made, name, _rows(child, name.removesuffix(_LIST) + _ROW))
        elif len(child):
            raise unreadable("a value is not a text")
        else:
            add(made, name, child.text or "")
    return made


def _rows(parent: etree._Element, name: str) -> list[dict[str, Any]]:
    rows = [_group(child) for child in parent if str(child.tag).upper() == name]
    if len(rows) != len(parent):
        raise unreadable("a list holds something else than its rows")
    return rows


def _once(group: dict[str, Any], name: str, value: object) -> None:
    if name in group:
        raise unreadable("a group stands twice")
    group[name] = value


def _elements(group: Mapping[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in group.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, list) and name.endswith(_LIST):
        row = name.removesuffix(_LIST) + _ROW
        return f"<{name}>{''.join(_element(row, one) for one in value)}</{name}>"
    return "".join(f"<{name}>{escaped(one)}</{name}>" for one in (value if isinstance(value, list) else (value,)))
