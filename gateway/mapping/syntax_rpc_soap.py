"""RPC-style SOAP with string parameters and an answer that is text without a root (wire facts, section 2 D5).

Groups: `call` (`operation`), `params` (by position, named by the options), `answer` (upper-case elements, and `ROW`, a
list: one flat answer is one row), `bare` (`text` of an answer without any element), `fault` (`text`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from gateway.mapping.dialect_reading import Form
from gateway.mapping.envelopes import Envelopes, opened
from gateway.mapping.syntax import escaped, unreadable
from gateway.ports import Document
from gateway.security.xml import parse_fragment

_NAMESPACES = ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_RESPONSE = "Response"
_TEXT = 'xsi:type="xsd:string"'


class RpcSoap:
    """Both directions.

    Options: `namespace`, `operations` (their parameters in order), `status`, `credentials`, `soap` (1.1, or 1.2).
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._namespace = str(options["namespace"])
        self._operations: Mapping[str, Sequence[str]] = options["operations"]
        self._status = str(options["status"])
        self._envelopes = Envelopes(options)
        secret = "|".join(re.escape(name) for name in options["credentials"])
        self._credentials = re.compile(rf"(<({secret})(?:\s[^<>]*)?>)[^<]*(?=</\2>)".encode())

    def parse(self, document: Document) -> Form:
        """The groups of an envelope."""
        envelope = opened(document)
        if envelope.fault is not None:
            return {"fault": {"text": envelope.fault}}
        return self._content(envelope.called)

    def text(self, form: Form, *, reply: bool) -> str:
        """The envelope."""
        operation = form["call"]["operation"] if "call" in form else ""
        if "fault" in form:
            return self._envelopes.refused(form["fault"]["text"], _NAMESPACES)
        if reply:
            told = f"<ns:return {_TEXT}>{escaped(self._answer(form))}</ns:return>"
            inner = self._element(operation + _RESPONSE, told)
        else:
            inner = self._element(operation, self._parameters(operation, form["params"]))
        return self._envelopes.around(inner, namespaces=_NAMESPACES)

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """With the action that the centre expects: namespace and operation without anything between them."""
        if reply:
            return self._envelopes.answer(body)
        return self._envelopes.call(body, self._namespace + form["call"]["operation"])

    def blank(self, document: Document) -> bytes:
        """Credentials are parameters."""
        return self._credentials.sub(rb"\1", document.body)

    def _content(self, element: etree._Element) -> Form:
        name = etree.QName(element)
        if name.namespace != self._namespace:
            raise unreadable("the operation is not in the namespace of the service")
        operation = name.localname.removesuffix(_RESPONSE)
        if operation not in self._operations:
            raise unreadable("the operation is not one of the table")
        call = {"operation": operation}
        if operation != name.localname:
            return {"call": call, **self._answered(element)}
        return {"call": call, "params": self._positions(self._operations[operation], element)}

    def _positions(self, names: Sequence[str], element: etree._Element) -> dict[str, str]:
        """The order counts, the names do not."""
        if len(element) != len(names) or any(len(child) for child in element):
            raise unreadable(f"it does not have {len(names)} parameters")
        return {name: child.text or "" for name, child in zip(names, element, strict=True)}

    def _answered(self, element: etree._Element) -> Form:
        if len(element) != 1 or len(element[0]):
            raise unreadable("the answer is not one text")
        text = element[0].text or ""
        if "<" not in text:
            return {"bare": {"text": text or "empty"}}
        fragment = parse_fragment(text)
        if _beside(fragment):
            raise unreadable("there is text between the elements of the answer")
        flat = _fields(child for child in fragment if child.tag.upper() != "ROW")
        rows = [_fields(child) for child in fragment if child.tag.upper() == "ROW" and not _beside(child)]
        if not rows:
            rows = [{name: value for name, value in flat.items() if name != self._status}]
            flat = {name: value for name, value in flat.items() if name == self._status}
        return {"answer": {**flat, "ROW": [row for row in rows if row]}}

    def _element(self, name: str, content: str) -> str:
        return f'<ns:{name} xmlns:ns="{self._namespace}">{content}</ns:{name}>'

    def _parameters(self, operation: str, values: Mapping[str, str]) -> str:
        return "".join(
            f"<{name} {_TEXT}>{escaped(values.get(name, ''))}</{name}>" for name in self._operations[operation]
        )

    def _answer(self, form: Form) -> str:
        if "bare" in form:
            return str(form["bare"]["text"])
        answer = form["answer"]
        status = "".join(f"<{name}>{escaped(value)}</{name}>" for name, value in answer.items() if name != "ROW")
        rows = [
            "".join(f"<{name}>{escaped(value)}</{name}>" for name, value in row.items())
            for row in answer.get("ROW", ())
        ]
        return status + (rows[0] if len(rows) == 1 else "".join(f"<ROW>{row}</ROW>" for row in rows))


def _beside(element: etree._Element) -> bool:
    """Whether text stands beside the elements inside one."""
    return any(text and text.strip() for text in (element.text, *(child.tail for child in element)))


def _fields(elements: Any) -> dict[str, str]:
    made: dict[str, str] = {}
    for child in elements:
        name = str(child.tag).upper()
        if len(child) or name in made:
            raise unreadable("an element of the answer stands twice, or is not a text")
        made[name] = child.text or ""
    return made
