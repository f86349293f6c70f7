"""Typed SOAP as a WSDL describes it: every value an element, document/literal or RPC (literal or encoded).

Groups: `call` (`operation`), `request` or `reply` (the elements inside the one of the call, groups for those that hold
others, lists for those that may stand several times, whatever their number), `fault` (`text`). Headers are not read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import envelope_root, escaped, unreadable
from gateway.ports import Document

_SOAP = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
_XSD, _XSI = "http://www.w3.org/2001/XMLSchema", "http://www.w3.org/2001/XMLSchema-instance"
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_NIL = f"{{{_XSI}}}nil"
_MANY = "*"
_FAULTS = frozenset(f"{{{namespace}}}Fault" for namespace in _SOAP.values())
_FAULT = {
    "1.1": "<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>{}</faultstring></soapenv:Fault>",
    "1.2": "<soapenv:Fault><soapenv:Code><soapenv:Value>soapenv:Receiver</soapenv:Value></soapenv:Code>"
    '<soapenv:Reason><soapenv:Text xml:lang="zh">{}</soapenv:Text></soapenv:Reason></soapenv:Fault>',
}


class TypedSoap:
    """Both directions.

    Options: `namespace`: that of the elements of calls; `qualified`: whether those inside have it too; `encoded`: every
    value says its type (RPC/encoded); `operations`: by name `request` and `reply`, the elements of its call and answer,
    and `action`, its SOAPAction; `elements`: what stands inside an element in which order, the element by its place
    (`queryCb.person`), `*` behind a name that may stand several times; `types`: of encoded values that are no strings,
    by place; `credentials`: names of elements that are blanked; `soap`: the version of the envelopes that are written
    (1.1, where nothing is said); those of the other are read as well.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._namespace = str(options["namespace"])
        self._inside = self._namespace if options.get("qualified", False) else ""
        self._encoded = bool(options.get("encoded", False))
        self._operations = {name: _Operation(name, told) for name, told in options["operations"].items()}
        self._elements: Mapping[str, Sequence[str]] = options["elements"]
        self._types: Mapping[str, str] = options.get("types", {})
        self._roots = {
            root: (made, part)
            for made in self._operations.values()
            for root, part in ((made.request, "request"), (made.reply, "reply"))
        }
        self._soap = str(options.get("soap", "1.1"))
        if self._soap not in _SOAP:
            raise ValueError(f"soap: {self._soap} is neither 1.1 nor 1.2")
        self._secret = frozenset(options.get("credentials", ()))

    def parse(self, document: Document) -> Form:
        """The groups of an envelope."""
        body = _body(envelope_root(document, "utf-8"))
        called = body[0]
        if called.tag in _FAULTS:
            told = called.findtext("faultstring") or called.findtext(f"{{{_SOAP['1.2']}}}Reason/{{{_SOAP['1.2']}}}Text")
            return {"fault": {"text": told or "fault"}}
        name = etree.QName(called)
        if name.namespace != self._namespace or name.localname not in self._roots:
            raise unreadable(f"{name.localname[:60]} is not an element of the calls of the service")
        operation, part = self._roots[name.localname]
        return {"call": {"operation": operation.name}, part: self._group(called, name.localname)}

    def text(self, form: Form, *, reply: bool) -> str:
        """The envelope."""
        if "fault" in form:
            told = escaped(form["fault"]["text"])
            return _envelope(self._soap, _FAULT[self._soap].format(told), "")
        operation = self._operations[form["call"]["operation"]]
        part = "reply" if reply else "request"
        root = operation.reply if reply else operation.request
        content = "".join(self._content(form.get(part, {}), root))
        style = f' soapenv:encodingStyle="{_ENCODING}"' if self._encoded else ""
        inner = f'<ns:{root} xmlns:ns="{self._namespace}"{style}>{content}</ns:{root}>'
        return _envelope(self._soap, inner, f' xmlns:xsd="{_XSD}" xmlns:xsi="{_XSI}"' if self._encoded else "")

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """With the action of the operation."""
        action = "" if reply or "call" not in form else self._operations[form["call"]["operation"]].action
        if self._soap == "1.2":
            named = f';action="{action}"' if action else ""
            return Document(body, f"application/soap+xml;charset=UTF-8{named}")
        return Document(body, "text/xml;charset=UTF-8", {} if reply else {"SOAPAction": f'"{action}"'})

    def blank(self, document: Document) -> bytes:
        """Credentials are elements; a document that is none of ours is kept as it is."""
        if not self._secret:
            return document.body
        root = envelope_root(document, "utf-8")
        for element in root.iter():
            if etree.QName(element).localname in self._secret and not len(element):
                element.text = None
        return etree.tostring(root, encoding="utf-8")

    def _group(self, element: etree._Element, place: str) -> Form:
        """The elements inside one; what may stand several times is a list even where it stands once or not at all."""
        many = {name.removesuffix(_MANY) for name in self._elements.get(place, ()) if name.endswith(_MANY)}
        made, seen = self._lists(place), set[str]()
        if any(text and text.strip() for text in (element.text, *(child.tail for child in element))):
            raise unreadable(f"{place} holds text beside its elements")
        for child in element:
            name = etree.QName(child)
            if (name.namespace or "") != self._inside:
                raise unreadable(f"{name.localname[:60]} is not in the namespace of the service")
            value = self._value(child, f"{place}.{name.localname}")
            if name.localname in many:
                made[name.localname].append("" if value is None else value)
            elif name.localname in seen:
                raise unreadable(f"{name.localname[:60]} stands twice")
            elif value is not None:
                made[name.localname] = value
            seen.add(name.localname)
        return made

    def _value(self, child: etree._Element, place: str) -> Any:
        if child.get("href") is not None:
            raise unreadable("a value stands outside of the call (multiRef)")
        if child.get(_NIL) in ("true", "1"):
            return None
        if len(child) or place in self._elements:
            return self._group(child, place)
        return child.text or ""

    def _lists(self, place: str) -> Form:
        """The lists in an element, empty; those in elements that hold nothing but a list too."""
        made: Form = {}
        for name in self._elements.get(place, ()):
            if name.endswith(_MANY):
                made[name.removesuffix(_MANY)] = []
            elif self._only_lists(f"{place}.{name}"):
                made[name] = self._lists(f"{place}.{name}")
        return made

    def _only_lists(self, place: str) -> bool:
        inside = self._elements.get(place, ())
        return bool(inside) and all(name.endswith(_MANY) for name in inside)

    def _content(self, group: Mapping[str, Any], place: str) -> Iterator[str]:
        order = [name.removesuffix(_MANY) for name in self._elements.get(place, ())]
        for name in sorted(group, key=lambda name: order.index(name) if name in order else len(order)):
            value = group[name]
            for one in value if isinstance(value, list) else (value,):
                yield self._element(name, one, f"{place}.{name}")

    def _element(self, name: str, value: Any, place: str) -> str:
        prefix = "ns:" if self._inside else ""
        if isinstance(value, Mapping):
            return f"<{prefix}{name}>{''.join(self._content(value, place))}</{prefix}{name}>"
        kind = f' xsi:type="xsd:{self._types.get(place, "string")}"' if self._encoded else ""
        return f"<{prefix}{name}{kind}>{escaped(str(value))}</{prefix}{name}>"


class _Operation:
    """One operation of the options."""

    def __init__(self, name: str, told: Mapping[str, Any]) -> None:
        self.name = name
        self.request = str(told["request"])
        self.reply = str(told["reply"])
        self.action = str(told.get("action", ""))


def _body(root: etree._Element) -> etree._Element:
    namespace = root.tag.removeprefix("{").removesuffix("}Envelope")
    body = root.find(f"{{{namespace}}}Body") if namespace in _SOAP.values() else None
    if body is None or len(body) != 1:
        raise unreadable("it is not a SOAP envelope with one element in its body")
    return body


def _envelope(soap: str, inner: str, namespaces: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_SOAP[soap]}"{namespaces}>'
        f"<soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>"
    )
