"""Attribute SOAP of the core-platform generation (wire facts, section 2 D1): every value is an attribute.

Groups: `system` and `business` (one `para` per value; a repeated one becomes a list), `result` (attributes of the
`result` elements), one group per `resultset` by its name (its attributes, and `row`, a list), `fault` (`msg`), `http`
(`session`). Names are read without regard to case. SQL in a parameter is refused like every unknown name. One vendor
(Shanxi) writes marks of its own instead of markup and the ends of lines, which are read wherever they come from.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import add, envelope_root, escaped, header, unreadable
from gateway.ports import Document

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_MOLSS = "http://www.molss.gov.cn/"
_SYSTEM, _BUSINESS = f"{{{_MOLSS}}}system", f"{{{_MOLSS}}}business"
_HEAD = (
    '<?xml version="1.0" encoding="GBK"?>\n'
    f'<soap:Envelope xmlns:soap="{_SOAP}" soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
)
_RESERVED = ("http", "system", "business", "result", "fault")
_COOKIE = re.compile(r"(?:^|[;,]\s*)JSESSIONID=([A-Za-z0-9._!-]{1,200})")
_PASSWORD = re.compile(rb"""(<para\s(?:[^<]*?\s)?pwd\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
_MARKS = {
    "___l_t;": "<",
    "___g_t;": ">",
    "___am_p;": "&",
    "___quo_t;": '"',
    "___apo_s;": "'",
    "STEAF_NEWLIN_E": "\n",
}
_MARK = re.compile("|".join(_MARKS))
_MARKED = {ord(character): mark for mark, character in _MARKS.items()}

Escaped = Callable[[str], str]


class AttributeSoap:
    """Both directions; the media type is text/html, as it is there. Option `marks`: markup is written as marks."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._media_type = str(options.get("media_type", "text/html;charset=GBK"))
        self._escaped: Escaped = marked if options.get("marks") else unmarked

    def parse(self, document: Document) -> Form:
        """The groups of an envelope."""
        root = envelope_root(document, "gb18030")
        if root.tag != f"{{{_SOAP}}}Envelope":
            raise unreadable("it is not a SOAP envelope")
        form: Form = {}
        for part in root:
            for element in part:
                self._part(element, form)
        cookie = _COOKIE.search(header(document, "Set-Cookie") or header(document, "Cookie"))
        if cookie:
            form["http"] = {"session": cookie[1]}
        return form

    def text(self, form: Form, *, reply: bool) -> str:
        """The envelope."""
        written = self._escaped
        if "fault" in form:
            return f"{_HEAD}<soap:Body>{_fault(form['fault'], written)}</soap:Body></soap:Envelope>"
        prefix = "out" if reply else "in"
        namespace = f'xmlns:{prefix}="{_MOLSS}"'
        system = (_result if reply else _paras)(form.get("system", {}), written)
        business = _results(form, written) if reply else _paras(form.get("business", {}), written)
        return (
            f"{_HEAD}<soap:Header><{prefix}:system {namespace}>{system}</{prefix}:system></soap:Header>"
            f"<soap:Body><{prefix}:business {namespace}>{business}</{prefix}:business></soap:Body></soap:Envelope>"
        )

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """With the session in its cookie."""
        session = form.get("http", {}).get("session", "")
        if reply:
            return Document(body, self._media_type, {"Set-Cookie": f"JSESSIONID={session}; Path=/"} if session else {})
        headers = {"SOAPAction": "mainservlet"}
        return Document(body, self._media_type, headers | ({"Cookie": f"JSESSIONID={session}"} if session else {}))

    def blank(self, document: Document) -> bytes:
        """The password is the attribute `pwd` of a `para`, whatever stands beside it."""
        return _PASSWORD.sub(rb'\1""', document.body)

    def _part(self, element: etree._Element, form: Form) -> None:
        if element.tag == f"{{{_SOAP}}}Fault":
            messages = [_text(found.get("msg")) for found in element.iter() if found.get("msg")]
            form["fault"] = {"msg": (messages or ["fault"])[0]}
            return
        if element.tag not in (_SYSTEM, _BUSINESS):
            raise unreadable("it holds an element that is neither system nor business nor a fault")
        group = "system" if element.tag == _SYSTEM else "business"
        for child in element:
            self._child(child, group, form)

    def _child(self, child: etree._Element, group: str, form: Form) -> None:
        if child.tag == "para":
            for name, value in child.attrib.items():
                add(form.setdefault(group, {}), _name(name), _text(value))
        elif child.tag == "result":
            for name, value in child.attrib.items():
                add(form.setdefault("system" if group == "system" else "result", {}), _name(name), _text(value))
        elif child.tag == "resultset":
            _resultset(child, form)
        else:
            raise unreadable("it holds an element that is no para, result or resultset")


def unmarked(text: str) -> str:
    """`text` for an attribute; GatewayError `bad_character` for what would be read as a mark."""
    if found := _MARK.search(text):
        raise GatewayError("bad_character", character=found[0])
    return escaped(text)


def marked(text: str) -> str:
    """`text` for an attribute, with marks for markup and the ends of lines; errors as `unmarked`."""
    unmarked(text)
    return escaped(text.translate(_MARKED))


def _text(value: object) -> str:
    text = str(value)
    return _MARK.sub(lambda found: _MARKS[found[0]], text) if "___" in text or "STEAF_" in text else text


def _name(name: object) -> str:
    return str(name).lower()


def _attributes(element: etree._Element) -> dict[str, Any]:
    made = {_name(name): _text(value) for name, value in element.attrib.items()}
    if len(made) != len(element.attrib):
        raise unreadable("two attributes differ only in the case of their names")
    return made


def _resultset(element: etree._Element, form: Form) -> None:
    made = _attributes(element)
    name = made.pop("name", "")
    if not name or name in form or name in _RESERVED:
        raise unreadable("a resultset has no name of its own")
    if any(child.tag != "row" or len(child) for child in element):
        raise unreadable("a resultset holds something else than rows")
    form[name] = {**made, "row": [_attributes(child) for child in element]}


def _paras(group: Mapping[str, Any], escape: Escaped) -> str:
    return "".join(
        f'<para {name}="{escape(one)}"/>'
        for name, value in group.items()
        for one in (value if isinstance(value, list) else (value,))
    )


def _result(group: Mapping[str, Any], escape: Escaped) -> str:
    return "".join(f"<result{_written({name: value}, escape)}/>" for name, value in group.items())


def _written(attributes: Mapping[str, Any], escape: Escaped) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def _results(form: Form, escape: Escaped) -> str:
    result = dict(form.get("result", {}))
    first = {name: result.pop(name) for name in ("result",) if name in result}
    sets = "".join(_set(name, group, escape) for name, group in form.items() if name not in _RESERVED)
    return f"{_result(first, escape)}{sets}{_result(result, escape)}"


def _set(name: str, group: Mapping[str, Any], escape: Escaped) -> str:
    attributes = _written({key: value for key, value in group.items() if key != "row"}, escape)
    rows = "".join(f"<row{_written(row, escape)}/>" for row in group.get("row", ()))
    return f'<resultset name="{escape(name)}"{attributes}>{rows}</resultset>'


def _fault(group: Mapping[str, Any], escape: Escaped) -> str:
    message = escape(group.get("msg", ""))
    return (
        "<soap:Fault><faultcode>soap:Server</faultcode>"
        f'<faultstring><error msg="{message}"/></faultstring></soap:Fault>'
    )
