"""A WSDL 1.1 as the shape of its calls, every element with file and line; nothing is fetched, imports lie beside it.

Where it has a binding of SOAP 1.1 and one of SOAP 1.2, that of 1.1 is taken: every system that was seen speaks it, its
action stands in a header that operators look for, and the other says nothing more. Document/literal is read wrapped
(the element is called as the operation) and bare (it is called as it likes); either way it has to hold elements.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.contract_shape import Called, ContractShape, Element, Style
from gateway.mapping.wsdl_types import Types
from gateway.security.xml import parse

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP: Mapping[Literal["1.1", "1.2"], str] = {
    "1.1": "http://schemas.xmlsoap.org/wsdl/soap/",
    "1.2": "http://schemas.xmlsoap.org/wsdl/soap12/",
}
XSD = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True, slots=True)
class _Bound:
    """The operation of a binding: its style, the namespace of an RPC call, its action, the parts in its bodies."""

    style: str
    encoded: bool
    namespace: str
    action: str
    parts: Mapping[str, Sequence[str] | None]


def read_wsdl(path: Path, content: bytes | None = None) -> ContractShape:
    """The shape of the WSDL at `path`, or of `content` that would stand there.

    GatewayError `data_invalid` naming file and line where it is none that we can follow.
    """
    return _Reader(path, _parsed(path, content)).shape()


def files_of(path: Path) -> list[Path]:
    """The WSDL and every file that it needs, itself first; GatewayError `data_invalid` as `read_wsdl`."""
    found = dict(_definitions(path, _parsed(path)))
    schemas = list(_schemas(found))
    return [*found, *dict(_imported(schemas, path.parent))]


class _Reader:
    def __init__(self, path: Path, root: etree._Element) -> None:
        self._path = path
        self._root = root
        self._files = dict(_definitions(path, root))
        schemas = list(_schemas(self._files))
        self._types = Types([*schemas, *_imported(schemas, path.parent)])
        self._messages = {each.get("name", ""): (beside, each) for beside, each in self._each("message")}
        self._binding_path, self._binding, self._soap = self._chosen()

    def _each(self, name: str) -> Iterator[tuple[Path, etree._Element]]:
        for path, root in self._files.items():
            for element in root.iterfind(f"{{{WSDL}}}{name}"):
                yield path, element

    def _chosen(self) -> tuple[Path, etree._Element, Literal["1.1", "1.2"]]:
        """The binding whose operations are read."""
        bindings = list(self._each("binding"))
        for version, namespace in SOAP.items():
            for path, binding in bindings:
                if binding.find(f"{{{namespace}}}binding") is not None:
                    return path, binding, version
        at, element = bindings[0] if bindings else (self._path, self._root)
        raise _invalid(at, element, "it has no binding of SOAP 1.1 or 1.2 (HTTP GET and POST bindings are not read)")

    def shape(self) -> ContractShape:
        bound = self._bound()
        called = [self._called(path, each, bound) for path, each in self._operations()]
        if not called:
            raise _invalid(self._path, self._root, "it has no operation")
        style = self._style(called, bound)
        if self._soap == "1.2" and style in ("one_string", "encoded"):
            how = "calls that hold one string" if style == "one_string" else "encoded calls"
            reason = f"its only SOAP binding is of 1.2, and {how} are written in SOAP 1.1 alone: ask for a port of 1.1"
            raise _invalid(self._binding_path, self._binding, reason)
        if style == "one_string":
            return self._of_strings(called, bound)
        namespace = next((each.namespace for each in bound.values() if each.namespace), self._target)
        if style == "document":
            namespace = called[0].request.namespace or self._types.target or self._target
        return ContractShape(
            self._path.name,
            style,
            namespace,
            self._types.qualified,
            tuple(called),
            (*self._left_out(), *self._types.odd),
            soap=self._soap,
        )

    def _left_out(self) -> Iterator[str]:
        """What one binding of bodies does not show: operations of other port types, and headers."""
        read = {each.get("name", "") for _, each in self._operations()}
        for path, port in self._each("portType"):
            names = [
                name for each in port.iterfind(f"{{{WSDL}}}operation") if (name := each.get("name", "")) not in read
            ]
            if names:
                where = f"{path.name}:{port.sourceline}: the operations of the port type {port.get('name')}"
                yield f"{where} ({', '.join(names)}); one port type is read: give a WSDL that has it first, or alone"
        soap = SOAP[self._soap]
        for each in self._binding.iterfind(f"{{{WSDL}}}operation/{{{WSDL}}}input/{{{soap}}}header"):
            said = f"{each.get('part')} of {each.get('message', '').rpartition(':')[2]}"
            yield f"{self._binding_path.name}:{each.sourceline}: the header {said}, which calls may have to have"

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

    def _operations(self) -> Iterator[tuple[Path, etree._Element]]:
        """Those of the port type that the binding is of; another one says the same for another binding."""
        wanted = self._binding.get("type", "").rpartition(":")[2]
        for path, port in self._each("portType"):
            if port.get("name", "") == wanted:
                return ((path, each) for each in port.iterfind(f"{{{WSDL}}}operation"))
        raise _invalid(self._binding_path, self._binding, f"there is no portType {wanted}, which the binding is of")

    def _bound(self) -> dict[str, _Bound]:
        """The operations of the binding."""
        namespace = SOAP[self._soap]
        soap = self._binding.find(f"{{{namespace}}}binding")
        style = soap.get("style", "document") if soap is not None else "document"
        found = self._binding.iterfind(f"{{{WSDL}}}operation")
        return {each.get("name", ""): _bound_of(each, style, namespace) for each in found}

    def _called(self, path: Path, operation: etree._Element, bound: dict[str, _Bound]) -> Called:
        name = operation.get("name", "")
        if name not in bound:
            raise _invalid(path, operation, f"the operation {name} is not in the SOAP {self._soap} binding")
        of = bound[name]
        request = self._element(path, operation, "input", name, of)
        reply = self._element(path, operation, "output", f"{name}Response", of)
        return Called(name, of.action, request, reply, f"{path.name}:{operation.sourceline}")

    def _element(self, path: Path, operation: etree._Element, direction: str, rpc_name: str, of: _Bound) -> Element:
        told = operation.find(f"{{{WSDL}}}{direction}")
        name = (told.get("message", "") if told is not None else "").rpartition(":")[2]
        if told is None or name not in self._messages:
            raise _invalid(path, operation, f"the {direction} of {operation.get('name')} names no message")
        beside, message = self._messages[name]
        inside = of.parts[direction]
        parts = [
            each for each in message.iterfind(f"{{{WSDL}}}part") if inside is None or each.get("name", "") in inside
        ]
        at = f"{beside.name}:{message.sourceline}"
        if of.style == "rpc":
            return Element(rpc_name, inside=tuple(self._types.part(part, beside) for part in parts), at=at)
        if len(parts) != 1 or not parts[0].get("element"):
            raise _invalid(beside, message, f"the message {name} of a document call has to be one element")
        told_element = parts[0].get("element", "")
        if self._types.holds_text(told_element, parts[0]):
            local = told_element.rpartition(":")[2]
            reason = f"the element {local} holds a bare value; what is called has to hold elements with names"
            raise _invalid(beside, parts[0], reason)
        return self._types.element(told_element, beside, parts[0])

    def _style(self, called: list[Called], bound: dict[str, _Bound]) -> Style:
        if all(_one_string(each.request) and _one_string(each.reply) for each in called):
            return "one_string"
        styles = {(of.style, of.encoded) for of in bound.values()}
        if len(styles) != 1:
            raise _invalid(self._path, self._root, "its operations are of several styles; give a WSDL of one style")
        [(style, encoded)] = styles
        return "document" if style == "document" else "encoded" if encoded else "rpc"


def _bound_of(operation: etree._Element, style: str, namespace: str) -> _Bound:
    soap = operation.find(f"{{{namespace}}}operation")
    bodies = {way: operation.find(f"{{{WSDL}}}{way}/{{{namespace}}}body") for way in ("input", "output")}
    body = bodies["input"]
    action = soap.get("soapAction", "") if soap is not None else ""
    used = body.get("use", "literal") if body is not None else "literal"
    of_call = body.get("namespace", "") if body is not None else ""
    parts = {
        way: None if each is None or each.get("parts") is None else each.get("parts", "").split()
        for way, each in bodies.items()
    }
    return _Bound((soap.get("style") if soap is not None else None) or style, used == "encoded", of_call, action, parts)


def _one_string(element: Element) -> bool:
    """Whether it holds one text that says nothing of what stands in it: no name in it tells a field."""
    return len(element.inside) == 1 and not element.inside[0].inside and element.inside[0].kind == "string"


def _definitions(path: Path, root: etree._Element) -> Iterator[tuple[Path, etree._Element]]:
    """The WSDL and those that it imports, from its folder and no other place."""
    seen, waiting = {path}, [(path, root)]
    while waiting:
        at, found = waiting.pop(0)
        if found.tag != f"{{{WSDL}}}definitions":
            raise _invalid(at, found, "it is not a WSDL 1.1: its root is not wsdl:definitions")
        yield at, found
        for told in found.iterfind(f"{{{WSDL}}}import"):
            beside = _beside(at, told, told.get("location", ""), path.parent)
            if beside is not None and beside not in seen:
                seen.add(beside)
                waiting.append((beside, _parsed(beside)))


def _schemas(found: Mapping[Path, etree._Element]) -> Iterator[tuple[Path, etree._Element]]:
    for path, root in found.items():
        for schema in root.iterfind(f"{{{WSDL}}}types/{{{XSD}}}schema"):
            yield path, schema


def _imported(schemas: list[tuple[Path, etree._Element]], folder: Path) -> Iterator[tuple[Path, etree._Element]]:
    """The schemas that others import or include, from the folder of the WSDL and no other place."""
    seen: set[Path] = set()
    waiting = list(schemas)
    while waiting:
        path, schema = waiting.pop(0)
        for told in (*schema.iterfind(f"{{{XSD}}}import"), *schema.iterfind(f"{{{XSD}}}include")):
            beside = _beside(path, told, told.get("schemaLocation", ""), folder)
            if beside is not None and beside not in seen:
                seen.add(beside)
                found = beside, _parsed(beside)
                waiting.append(found)
                yield found


def _beside(path: Path, told: etree._Element, location: str, folder: Path) -> Path | None:
    """The file that an import names, in `folder` or below; None where it names none."""
    if not location:
        return None
    beside = path.parent / location
    inside = ":" not in location and "\\" not in location and ".." not in Path(location).parts
    if not inside or not beside.is_relative_to(folder) or not beside.is_file():
        reason = (
            f"it needs {location}: save it beside the WSDL, or in a folder there, and name it by its path from here"
        )
        raise _invalid(path, told, reason)
    return beside


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
