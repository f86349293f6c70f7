"""Typed SOAP as a WSDL describes it: every value an element, document/literal or RPC (literal or encoded).

Groups: `call` (`operation`), `request` or `reply` (the elements inside the one of the call, groups for those that hold
others, lists for those that may stand several times, whatever their number), `fault` (`text`). Headers are not read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from gateway.mapping.dialect_reading import Form
from gateway.mapping.envelopes import Envelopes, opened
from gateway.mapping.syntax import envelope_root, escaped, unreadable
from gateway.ports import Document

_XSD, _XSI = "http://www.w3.org/2001/XMLSchema", "http://www.w3.org/2001/XMLSchema-instance"
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_NIL = f"{{{_XSI}}}nil"
_MANY = "*"


class TypedSoap:
    """Both directions.

    Options: `namespace`: that of the elements of calls; `qualified`: whether those inside have it too; `encoded`: every
    value says its type (RPC/encoded); `operations`: by name `request` and `reply`, the elements of its call and answer,
    and `action`, its SOAPAction; `elements`: what stands inside an element in which order, the element by its place
    (`queryCb.person`), `*` behind a name that may stand several times; `types`: of encoded values that are no strings,
    by place; `namespaces`: those of elements that are in another one than the rest, by place; `credentials`: names of
    elements that are blanked; `soap`: the version of the envelopes that are written
    (1.1, where nothing is said); those of the other are read as well.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._namespace = str(options["namespace"])
        self._inside = self._namespace if options.get("qualified", False) else ""
        self._encoded = bool(options.get("encoded", False))
        self._operations = {name: _Operation(name, told) for name, told in options["operations"].items()}
        self._elements: Mapping[str, Sequence[str]] = options["elements"]
        self._types: Mapping[str, str] = options.get("types", {})
        self._others: Mapping[str, str] = options.get("namespaces", {})
        self._prefixes = {self._namespace: "ns:", "": ""}
        for number, namespace in enumerate(dict.fromkeys(self._others.values())):
            self._prefixes.setdefault(namespace, f"n{number}:")
        self._roots = {
            root: (made, part)
            for made in self._operations.values()
            for root, part in ((made.request, "request"), (made.reply, "reply"))
        }
        self._envelopes = Envelopes(options)
        self._secret = frozenset(options.get("credentials", ()))

    def parse(self, document: Document) -> Form:
        """The groups of an envelope."""
        envelope = opened(document)
        if envelope.fault is not None:
            return {"fault": {"text": envelope.fault}}
        called = envelope.called
        name = etree.QName(called)
        if name.namespace != self._others.get(name.localname, self._namespace) or name.localname not in self._roots:
            raise unreadable(f"{name.localname[:60]} is not an element of the calls of the service")
        operation, part = self._roots[name.localname]
        return {"call": {"operation": operation.name}, part: self._group(called, name.localname)}

    def text(self, form: Form, *, reply: bool) -> str:
        """The envelope."""
        if "fault" in form:
            return self._envelopes.refused(form["fault"]["text"])
        operation = self._operations[form["call"]["operation"]]
        part = "reply" if reply else "request"
        root = operation.reply if reply else operation.request
        content = "".join(self._content(form.get(part, {}), root))
        style = f' soapenv:encodingStyle="{_ENCODING}"' if self._encoded else ""
        named = f"{self._prefixes[self._others.get(root, self._namespace)]}{root}"
        inner = f"<{named}{self._declared()}{style}>{content}</{named}>"
        namespaces = f' xmlns:xsd="{_XSD}" xmlns:xsi="{_XSI}"' if self._encoded else ""
        return self._envelopes.around(inner, namespaces=namespaces)

    def _declared(self) -> str:
        used = {namespace: prefix.removesuffix(":") for namespace, prefix in self._prefixes.items() if prefix}
        return "".join(f' xmlns:{prefix}="{namespace}"' for namespace, prefix in used.items())

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """With the action of the operation."""
        action = "" if reply or "call" not in form else self._operations[form["call"]["operation"]].action
        return self._envelopes.answer(body) if reply else self._envelopes.call(body, f'"{action}"')

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
            at = f"{place}.{name.localname}"
            if (name.namespace or "") != self._others.get(at, self._inside):
                raise unreadable(f"{name.localname[:60]} is not in the namespace of the service")
            value = self._value(child, at)
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
        prefix = self._prefixes[self._others.get(place, self._inside)]
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
