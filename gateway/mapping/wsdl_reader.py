"""A WSDL 1.1 as the shape of its calls, every element with file and line; nothing is fetched, imports lie beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.contract_shape import Called, ContractShape, Element, Style
from gateway.mapping.wsdl_types import Types
from gateway.security.xml import parse

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
XSD = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True, slots=True)
class _Bound:
    """The operation of a binding: its style, the namespace of an RPC call, its action."""

    style: str
    encoded: bool
    namespace: str
    action: str


def read_wsdl(path: Path, content: bytes | None = None) -> ContractShape:
    """The shape of the WSDL at `path`, or of `content` that would stand there.

    GatewayError `data_invalid` naming file and line where it is none that we can follow.
    """
    return _Reader(path, _parsed(path, content)).shape()


class _Reader:
    def __init__(self, path: Path, root: etree._Element) -> None:
        self._path = path
        self._root = root
        if self._root.tag != f"{{{WSDL}}}definitions":
            raise _invalid(path, self._root, "it is not a WSDL 1.1: its root is not wsdl:definitions")
        schemas = [(path, schema) for schema in self._root.iterfind(f"{{{WSDL}}}types/{{{XSD}}}schema")]
        self._types = Types([*schemas, *_imported(schemas)])
        self._messages = {each.get("name", ""): each for each in self._root.iterfind(f"{{{WSDL}}}message")}

    def shape(self) -> ContractShape:
        bound = self._bound()
        called = [self._called(each, bound) for each in self._operations()]
        if not called:
            raise _invalid(self._path, self._root, "it has no operation")
        style = self._style(called, bound)
        if style == "one_string":
            return self._of_strings(called, bound)
        namespace = next((each.namespace for each in bound.values() if each.namespace), self._target)
        if style == "document":
            namespace = self._types.target or self._target
        return ContractShape(
            self._path.name, style, namespace, self._types.qualified, tuple(called), tuple(self._types.odd)
        )

    def _of_strings(self, called: list[Called], bound: dict[str, _Bound]) -> ContractShape:
        """Of a string the WSDL tells the elements around it, and nothing of what stands in it."""
        first = called[0]
        around = {"parameter": first.request.inside[0].name, "answer": first.reply.inside[0].name}
        empty = [Called(each.name, each.name, Element(""), Element(""), each.at) for each in called]
        namespace = next((of.namespace for of in bound.values() if of.namespace), self._types.target or self._target)
        return ContractShape(self._path.name, "one_string", namespace, False, tuple(empty), (), around)  # noqa: FBT003 - as the fields stand

    @property
    def _target(self) -> str:
        return self._root.get("targetNamespace", "")

    def _operations(self) -> Iterator[etree._Element]:
        """Those of the first port type; a second one says the same for another binding."""
        ports = self._root.findall(f"{{{WSDL}}}portType")
        return iter(ports[0].findall(f"{{{WSDL}}}operation")) if ports else iter(())

    def _bound(self) -> dict[str, _Bound]:
        """The operations of the SOAP 1.1 binding."""
        for binding in self._root.iterfind(f"{{{WSDL}}}binding"):
            soap = binding.find(f"{{{SOAP}}}binding")
            if soap is not None:
                style = soap.get("style", "document")
                found = binding.iterfind(f"{{{WSDL}}}operation")
                return {each.get("name", ""): _bound_of(each, style) for each in found}
        raise _invalid(self._path, self._root, "it has no SOAP 1.1 binding")

    def _called(self, operation: etree._Element, bound: dict[str, _Bound]) -> Called:
        name = operation.get("name", "")
        if name not in bound:
            raise _invalid(self._path, operation, f"the operation {name} is not in the SOAP 1.1 binding")
        of = bound[name]
        request = self._element(operation, "input", name, of)
        reply = self._element(operation, "output", f"{name}Response", of)
        return Called(name, of.action, request, reply, f"{self._path.name}:{operation.sourceline}")

    def _element(self, operation: etree._Element, direction: str, rpc_name: str, of: _Bound) -> Element:
        told = operation.find(f"{{{WSDL}}}{direction}")
        name = (told.get("message", "") if told is not None else "").rpartition(":")[2]
        if told is None or name not in self._messages:
            raise _invalid(self._path, operation, f"the {direction} of {operation.get('name')} names no message")
        message = self._messages[name]
        parts = message.findall(f"{{{WSDL}}}part")
        at = f"{self._path.name}:{message.sourceline}"
        if of.style == "rpc":
            return Element(rpc_name, inside=tuple(self._types.part(part, self._path) for part in parts), at=at)
        if len(parts) != 1 or not parts[0].get("element"):
            raise _invalid(self._path, message, f"the message {name} of a document call has to be one element")
        return self._types.element(parts[0].get("element", "").rpartition(":")[2], self._path, parts[0])

    def _style(self, called: list[Called], bound: dict[str, _Bound]) -> Style:
        if all(_one_string(each.request) and _one_string(each.reply) for each in called):
            return "one_string"
        styles = {(of.style, of.encoded) for of in bound.values()}
        if len(styles) != 1:
            raise _invalid(self._path, self._root, "its operations are of several styles; give a WSDL of one style")
        [(style, encoded)] = styles
        return "document" if style == "document" else "encoded" if encoded else "rpc"


def _bound_of(operation: etree._Element, style: str) -> _Bound:
    soap = operation.find(f"{{{SOAP}}}operation")
    body = operation.find(f"{{{WSDL}}}input/{{{SOAP}}}body")
    action = soap.get("soapAction", "") if soap is not None else ""
    used = body.get("use", "literal") if body is not None else "literal"
    namespace = body.get("namespace", "") if body is not None else ""
    return _Bound((soap.get("style") if soap is not None else None) or style, used == "encoded", namespace, action)


def _one_string(element: Element) -> bool:
    """Whether it holds one text that says nothing of what stands in it: no name in it tells a field."""
    return len(element.inside) == 1 and not element.inside[0].inside and element.inside[0].kind == "string"


def _imported(schemas: list[tuple[Path, etree._Element]]) -> Iterator[tuple[Path, etree._Element]]:
    """The schemas that others import or include, from the folder of the WSDL and no other place."""
    seen: set[Path] = set()
    waiting = list(schemas)
    while waiting:
        path, schema = waiting.pop(0)
        for told in (*schema.iterfind(f"{{{XSD}}}import"), *schema.iterfind(f"{{{XSD}}}include")):
            location = told.get("schemaLocation", "")
            if not location:
                continue
            beside = path.parent / location
            if "/" in location or not beside.is_file():
                raise _invalid(path, told, f"it needs {location}: save it beside the WSDL and name it without a path")
            if beside not in seen:
                seen.add(beside)
                found = beside, _parsed(beside)
                waiting.append(found)
                yield found


def _parsed(path: Path, content: bytes | None = None) -> etree._Element:
    try:
        return parse(path.read_bytes() if content is None else content)
    except OSError as error:
        raise GatewayError("data_invalid", file=str(path), line="1", reason=f"it cannot be read: {error}") from None
    except GatewayError as error:
        reason = f"it is not XML as we take it: {error.params.get('reason', error)}"
        raise GatewayError("data_invalid", file=str(path), line="1", reason=reason) from None


def _invalid(path: Path, element: etree._Element, reason: str) -> GatewayError:
    return GatewayError("data_invalid", file=str(path), line=str(element.sourceline), reason=reason)
