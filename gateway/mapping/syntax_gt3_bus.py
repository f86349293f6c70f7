"""The bus of the tax bureaus' core system: `service` with a head, and a document `taxML` as CDATA (wire facts, 3.2 A).

Groups: `head` (its elements; `expand` a group of its names and values, `rtn_msg` a group), `doc` (`type`, `xmlbh`,
`bbh`, `xmlmc`: the attributes of the document), `taxML` (its elements; `..Grid` is a list of the groups `..Gridlb` in
it, whatever their number). What the document declares as its encoding means nothing: often it says GBK inside UTF-8.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from gateway.mapping.blanking import element, nothing, within
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import envelope_root, escaped, unreadable
from gateway.mapping.syntax_string_soap import cdata, local
from gateway.ports import Document
from gateway.security.xml import parse_text

_SPEC, _DATA = "http://www.chinatax.gov.cn/spec/", "http://www.chinatax.gov.cn/dataspec/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PAIR, _GROUPS = "expand", ("rtn_msg",)
_LIST, _ROW = "Grid", "Gridlb"
_ATTRIBUTES = ("type", "xmlbh", "bbh", "xmlmc")
_PAIRS, _VALUES = element("expand"), element("value")
_NAME = re.compile(rb"<(?:[\w.-]+:)?name(?=[\s>])[^<>]*>([^<]*)</")


class Gt3Bus:
    """Both directions.

    Options: `declares`: the encoding that is declared inside; `open`: names of `expand` that hold no credential: what
    stands under any other name is blanked.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._declaration = f'<?xml version="1.0" encoding="{options["declares"]}"?>'
        self._open = frozenset(str(name).encode() for name in options["open"])

    def parse(self, document: Document) -> Form:
        """The groups of a message, the document in its body unfolded."""
        root = envelope_root(document, "utf-8")
        parts = {child.tag: child for child in root}
        head, body = parts.pop(f"{{{_SPEC}}}head", None), parts.pop(f"{{{_SPEC}}}body", None)
        if root.tag != f"{{{_SPEC}}}service" or head is None or parts or len(root) > 2:  # noqa: PLR2004 - head and body
            raise unreadable("it is not a service with a head and a body")
        form: Form = {"head": _head(head)}
        told = "" if body is None else _text(body).strip()
        return {**form, **_document(parse_text(told))} if told else form

    def text(self, form: Form, *, reply: bool) -> str:  # noqa: ARG002 - both directions are alike
        """The message."""
        head = "".join(_head_elements(form.get("head", {})))
        body = ""
        if "doc" in form:
            given = form["doc"]
            names = "".join(f' {_attribute(name)}="{escaped(given[name])}"' for name in _ATTRIBUTES if name in given)
            content = "".join(_elements(form.get("taxML", {})))
            inner = f'<taxML{names} xmlns="{_DATA}" xmlns:xsi="{_XSI}">{content}</taxML>'
            body = cdata(self._declaration + inner)
        outer = f'<service xmlns="{_SPEC}"><head>{head}</head><body>{body}</body></service>'
        return f'<?xml version="1.0" encoding="UTF-8"?>{outer}'

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:  # noqa: ARG002 - as above
        """Nothing but the bytes."""
        return Document(body, "text/xml;charset=UTF-8")

    def blank(self, document: Document) -> bytes:
        """Credentials are values of `expand`."""
        return within(document.body, _PAIRS, self._blanked)

    def _blanked(self, pair: bytes) -> bytes:
        names = [name.strip() for name in _NAME.findall(pair)]
        return pair if len(names) == 1 and names[0] in self._open else within(pair, _VALUES, nothing)


def _head(element: etree._Element) -> Form:
    made: Form = {}
    for child in element:
        name = local(child)
        if name == _PAIR:
            _pair(made.setdefault(_PAIR, {}), child)
        else:
            _once(made, name, _leaves(child) if name in _GROUPS else _text(child))
    return made


def _pair(pairs: Form, element: etree._Element) -> None:
    told = _leaves(element)
    if not told.keys() <= {"name", "value"} or not told.get("name"):
        raise unreadable("expand is not a name and a value")
    _once(pairs, str(told["name"]).strip(), told.get("value", ""))


def _document(root: etree._Element) -> Form:
    if root.tag != f"{{{_DATA}}}taxML":
        raise unreadable("the document in the body is not taxML")
    said = {etree.QName(str(name)).localname: str(value) for name, value in root.attrib.items()}
    return {"doc": {name: value for name, value in said.items() if name != "schemaLocation"}, "taxML": _group(root)}


def _group(parent: etree._Element) -> Form:
    made: Form = {}
    for child in parent:
        name = local(child)
        if name.endswith(_LIST):
            rows = [_group(row) for row in child if local(row) == name.removesuffix(_LIST) + _ROW]
            if len(rows) != len(child):
                raise unreadable("a list holds something else than its rows")
            _once(made, name, rows)
        else:
            _once(made, name, _text(child))
    return made


def _leaves(parent: etree._Element) -> Form:
    made: Form = {}
    for child in parent:
        _once(made, local(child), _text(child))
    return made


def _once(group: Form, name: str, value: object) -> None:
    if name in group:
        raise unreadable("an element stands twice")
    group[name] = value


def _text(element: etree._Element) -> str:
    if len(element):
        raise unreadable("an element that should be a text holds others")
    return element.text or ""


def _attribute(name: str) -> str:
    return f"xsi:{name}" if name == "type" else name


def _head_elements(head: Mapping[str, Any]) -> Iterator[str]:
    for name, value in head.items():
        if name == _PAIR:
            pairs = ("".join(_elements({"name": each, "value": said})) for each, said in value.items())
            yield from (f"<{_PAIR}>{pair}</{_PAIR}>" for pair in pairs)
        elif name in _GROUPS:
            yield f"<{name}>{''.join(_elements(value))}</{name}>"
        else:
            yield from _elements({name: value})


def _elements(group: Mapping[str, Any]) -> Iterator[str]:
    for name, value in group.items():
        if isinstance(value, list):
            row = name.removesuffix(_LIST) + _ROW
            rows = ("".join(_elements(one)) for one in value)
            yield f"<{name}>{''.join(f'<{row}>{inner}</{row}>' for inner in rows)}</{name}>"
        else:
            yield f"<{name}>{escaped(str(value))}</{name}>"
