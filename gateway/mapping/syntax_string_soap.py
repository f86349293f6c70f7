"""SOAP that carries one document as a string: escaped, or as CDATA (wire facts, section 2 D2).

Groups: `call` (`operation`), `system` (elements of the header), then the root of the inner document by its name, such
as `input` or `result` (lower-case elements; a repeated one becomes a list; an element named in `rows` becomes a group
with the list `row`), `bare` (`text` of an answer without any element), `fault` (`text`). What the inner document
declares as its encoding means nothing: its characters are those of the outer one.
"""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from gateway.mapping.dialect_reading import Form
from gateway.mapping.envelopes import Envelopes, opened
from gateway.mapping.syntax import add, escaped, unreadable
from gateway.ports import Document
from gateway.security.xml import parse_text

_RESPONSE = "Response"
_ROW = "row"


class StringSoap:
    """Both directions.

    Options: `namespace` and `operations` of the calls, the ordinary one first; `parameter`, `answer`: the elements that
    hold the string; `request`, `reply`: the roots inside; `header`: the namespace of the header; `status`: what every
    answer holds; `credentials`: elements of the header; `rows`; `wrap`: `escaped` or `cdata`; `declares`: the encoding
    that is declared inside, "" for none; `soap`: 1.1, or 1.2.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._namespace = str(options["namespace"])
        self._header = str(options["header"])
        self._operations = frozenset(options["operations"])
        self._first = {"operation": str(options["operations"][0])}
        self._holders = {False: str(options["parameter"]), True: str(options["answer"])}
        self._roots = {False: str(options["request"]), True: str(options["reply"])}
        self._status = str(options["status"])
        self._envelopes = Envelopes(options)
        self._rows = frozenset(options["rows"])
        self._wrapped = cdata if options.get("wrap") == "cdata" else escaped
        declares = options.get("declares")
        self._declaration = f'<?xml version="1.0" encoding="{declares}"?>' if declares else ""
        secret = "|".join(re.escape(name) for name in options["credentials"])
        self._credentials = re.compile(rf"(<({secret})(?:\s[^<>]*)?>)[^<]*(?=</\2>)".encode())

    def parse(self, document: Document) -> Form:
        """The groups of an envelope, the inner document unfolded."""
        envelope = opened(document)
        if envelope.fault is not None:
            return {"fault": {"text": envelope.fault}}
        form = self._called(envelope.called)
        for system in envelope.headers(f"{{{self._header}}}system")[:1]:
            form["system"] = _said_once(_leaves(system), held(envelope.called))
        return form

    def text(self, form: Form, *, reply: bool) -> str:
        """The envelope."""
        if "fault" in form:
            return self._envelopes.refused(form["fault"]["text"])
        operation = str(form.get("call", self._first)["operation"]) + (_RESPONSE if reply else "")
        inner = self._inner(form, reply=reply)
        holder = self._holders[reply]
        called = f"<{holder}>{self._wrapped(inner)}</{holder}>"
        body = f'<ns2:{operation} xmlns:ns2="{self._namespace}">{called}</ns2:{operation}>'
        return self._envelopes.around(body, header(self._header, form["system"]) if "system" in form else "")

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """With the empty action of services that have none; a fault has its status (SOAP 1.1, section 6.2)."""
        if reply:
            return self._envelopes.answer(body, {":status": "500"} if "fault" in form else {})
        return self._envelopes.call(body, '""')

    def blank(self, document: Document) -> bytes:
        """Credentials are elements of the header."""
        return self._credentials.sub(rb"\1", document.body)

    def _called(self, element: etree._Element) -> Form:
        name = etree.QName(element)
        operation = name.localname.removesuffix(_RESPONSE)
        if name.namespace != self._namespace or operation not in self._operations:
            raise unreadable("the operation is not one of the service")
        reply = operation != name.localname
        form: Form = {"call": {"operation": operation}}
        text = held(element)
        if reply and "<" not in text:
            return {**form, "bare": {"text": text.strip() or "empty"}}
        inner = self._unfolded(text, self._roots[reply])
        if reply and self._status not in inner:
            raise unreadable(f"the answer does not say {self._status}")
        return {**form, self._roots[reply]: inner} if inner else form

    def _unfolded(self, text: str, root: str) -> dict[str, Any]:
        inner = parse_text(text.strip())
        if local(inner).lower() != root:
            raise unreadable(f"the document inside is not <{root}>")
        made: dict[str, Any] = {}
        for child in inner:
            name = local(child).lower()
            if name not in self._rows:
                add(made, name, _leaf(child))
            elif name in made or any(local(row).lower() != _ROW for row in child):
                raise unreadable(f"<{name}> stands twice, or holds something else than rows")
            else:
                made[name] = {_ROW: [_lower(_leaves(row)) for row in child]}
        _check_beside(inner)
        return made

    def _inner(self, form: Form, *, reply: bool) -> str:
        if "bare" in form and self._roots[reply] not in form:
            return str(form["bare"]["text"])
        root = self._roots[reply]
        content = "".join(self._element(name, value) for name, value in form.get(root, {}).items())
        return f"{self._declaration}<{root}>{content}</{root}>"

    def _element(self, name: str, value: Any) -> str:
        if name in self._rows:
            rows = ("".join(_written(*item) for item in row.items()) for row in value[_ROW])
            return f"<{name}>{''.join(f'<{_ROW}>{row}</{_ROW}>' for row in rows)}</{name}>"
        return "".join(_written(name, one) for one in (value if isinstance(value, list) else (value,)))


def header(namespace: str, system: Mapping[str, str]) -> str:
    """The header of who calls and of the trade."""
    content = "".join(_written(name, value) for name, value in system.items())
    return f'<soapenv:Header><in:system xmlns:in="{namespace}">{content}</in:system></soapenv:Header>'


def held(element: etree._Element) -> str:
    """The string that an operation holds."""
    if len(element) != 1 or len(element[0]):
        raise unreadable("the call does not hold one string")
    return element[0].text or ""


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(etree.QName(element).localname)


def _said_once(system: dict[str, str], inner: str) -> dict[str, str]:
    """The header without `source`, which has to be the string of the call once more."""
    if system.pop("source", inner) != inner:
        raise unreadable("source is not what the call holds")
    return system


def _leaves(element: etree._Element) -> dict[str, str]:
    made = {local(child): _leaf(child) for child in element}
    if len(made) != len(element):
        raise unreadable("an element stands twice")
    _check_beside(element)
    return made


def _lower(row: Mapping[str, str]) -> dict[str, str]:
    made = {name.lower(): value for name, value in row.items()}
    if len(made) != len(row):
        raise unreadable("two elements differ only in the case of their names")
    return made


def _leaf(element: etree._Element) -> str:
    if len(element):
        raise unreadable("an element that should be a text holds others")
    return element.text or ""


def _check_beside(element: etree._Element) -> None:
    if any(text and text.strip() for text in (element.text, *(child.tail for child in element))):
        raise unreadable("there is text between the elements")


def _written(name: str, value: str) -> str:
    return f"<{name}>{escaped(value)}</{name}>"


def cdata(text: str) -> str:
    """`text` as CDATA. A CDATA section cannot hold its own end, so there it is two."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
