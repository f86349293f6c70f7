"""The types of the schemas in a WSDL: elements with what stands in them, followed from name to name."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.contract_shape import Element

XSD = "http://www.w3.org/2001/XMLSchema"
_DEPTH = 20
_ARRAY = "Array"
_KINDS = {"element": "element", "complexType": "type", "simpleType": "type", "group": "group"}
"""What a schema names, and in which of its symbol spaces (XML Schema 1.0, section 2.5)."""
_SOAP_ENC, _WSDL = "http://schemas.xmlsoap.org/soap/encoding/", "http://schemas.xmlsoap.org/wsdl/"


def _x(name: str) -> str:
    return f"{{{XSD}}}{name}"


_EXTENDED = f"{_x('complexContent')}/{_x('extension')}"
_ATTRIBUTES = tuple(
    f"{before}{_x(name)}"
    for before in ("", f"{_EXTENDED}/", f"{_x('simpleContent')}/{_x('extension')}/")
    for name in ("attribute", "attributeGroup")
)
"""Where a complex type has attributes; those of an array of SOAP encoding say what its items are."""


class Types:
    """Elements and types by name. `odd`: what a schema says that no `Element` shows, with its place."""

    def __init__(self, schemas: Sequence[tuple[Path, etree._Element]]) -> None:
        self.odd: list[str] = []
        self._named: dict[tuple[str, str, str], tuple[Path, etree._Element]] = {}
        for path, schema in schemas:
            for child in schema.iterchildren(*map(_x, _KINDS)):
                key = _KINDS[etree.QName(child).localname], schema.get("targetNamespace", ""), child.get("name", "")
                self._named.setdefault(key, (path, child))
        with_names = [schema for _, schema in schemas if len(schema)]
        self.target = next((each.get("targetNamespace", "") for each in with_names if _has_own(each)), "")
        self.qualified = any(each.get("elementFormDefault") == "qualified" for each in with_names)

    def element(self, name: str, path: Path, asked_at: etree._Element) -> Element:
        """The global element `name`; GatewayError `data_invalid` where there is none."""
        found = self._find("element", name, asked_at)
        if found is None:
            local = name.rpartition(":")[2]
            raise _invalid(path, asked_at, f"there is no element {local} in the schemas")
        return self._element(*found, depth=0)

    def _find(self, kind: str, name: str, at: etree._Element) -> tuple[Path, etree._Element] | None:
        """What `name` means where it stands; of a name that says no namespace of ours, the only one of its kind."""
        prefix, _, local = name.rpartition(":")
        namespace = at.nsmap.get(prefix or None) or ""
        exact = self._named.get((kind, namespace, local)) or self._named.get((kind, _target(at), local))
        alike = [found for key, found in self._named.items() if (key[0], key[2]) == (kind, local)]
        return exact or (alike[0] if len(alike) == 1 else None)

    def holds_text(self, name: str, asked_at: etree._Element) -> bool:
        """Whether the global element `name` holds a value of XML Schema's own, and no elements."""
        found = self._find("element", name, asked_at)
        prefix = found[1].get("type", "").rpartition(":")[0] if found is not None else ""
        return found is not None and bool(found[1].get("type")) and found[1].nsmap.get(prefix or None) == XSD

    def part(self, part: etree._Element, path: Path) -> Element:
        """The part of an RPC message as an element."""
        if part.get("element"):
            return self.element(part.get("element", ""), path, part)
        made = Element(part.get("name", ""), at=f"{path.name}:{part.sourceline}")
        return self._typed(made, part.get("type", ""), path, part, 0)

    def _element(self, path: Path, element: etree._Element, depth: int) -> Element:
        _check_depth(path, element, depth)
        if element.get("ref"):
            found = self._find("element", element.get("ref", ""), element)
            if found is None:
                raise _invalid(path, element, f"there is no element {element.get('ref')}")
            return replace(self._element(*found, depth=depth + 1), optional=_optional(element), many=_many(element))
        said = [str(text) for each in element.iterfind(f"{_x('annotation')}/") for text in each.itertext()]
        at = f"{path.name}:{element.sourceline}"
        words = " ".join(" ".join(said).split())
        made = Element(element.get("name", ""), "string", _many(element), _optional(element), words=words, at=at)
        made = replace(made, namespace=_namespace(element))
        if element.get("type"):
            return self._typed(made, element.get("type", ""), path, element, depth)
        for inner in element.iterchildren(_x("complexType"), _x("simpleType")):
            return self._described(made, path, inner, depth)
        return made

    def _typed(self, made: Element, name: str, path: Path, at: etree._Element, depth: int) -> Element:
        prefix, _, local = name.rpartition(":")
        if at.nsmap.get(prefix or None) == XSD:
            return replace(made, kind=local)
        found = self._find("type", name, at)
        if found is None:
            self.odd.append(f"{path.name}:{at.sourceline}: the type {name} is not described here; read as text")
            return made
        return self._described(made, *found, depth)

    def _described(self, made: Element, path: Path, kind: etree._Element, depth: int) -> Element:
        _check_depth(path, kind, depth)
        if kind.tag == _x("simpleType"):
            return self._simple(made, path, kind, depth)
        array = self._array(made, path, kind, depth)
        if array is not None:
            return array
        if any(kind.find(place) is not None for place in _ATTRIBUTES):
            self.odd.append(f"{path.name}:{kind.sourceline}: attributes of {made.name} are not carried")
        content = kind.find(f"{_x('simpleContent')}/{_x('extension')}")
        if content is not None:
            return self._typed(made, content.get("base", ""), path, content, depth)
        return replace(made, inside=tuple(self._inside(path, kind, depth)))

    def _inside(self, path: Path, kind: etree._Element, depth: int) -> Iterator[Element]:
        """The elements of a complex type, those of the type that it extends first."""
        _check_depth(path, kind, depth)
        for child in kind.iterchildren():
            if child.tag == _x("element"):
                yield self._element(path, child, depth + 1)
            elif child.tag in (_x("sequence"), _x("all"), _x("complexContent")):
                yield from self._repeated(path, child, list(self._inside(path, child, depth)))
            elif child.tag == _x("group"):
                found = self._find("group", child.get("ref", ""), child)
                if found is None:
                    raise _invalid(path, child, f"there is no group {child.get('ref')}")
                yield from self._repeated(path, child, list(self._inside(*found, depth + 1)))
            elif child.tag == _x("choice"):
                self.odd.append(
                    f"{path.name}:{child.sourceline}: only one of these may stand; all are shown as optional"
                )
                inside = [replace(each, optional=True) for each in self._inside(path, child, depth)]
                yield from self._repeated(path, child, inside)
            elif child.tag == _x("extension"):
                base = self._find("type", child.get("base", ""), child)
                if base is not None:
                    yield from self._inside(*base, depth + 1)
                yield from self._inside(path, child, depth)
            elif child.tag == _x("any"):
                self.odd.append(f"{path.name}:{child.sourceline}: anything may stand here; nothing of it is carried")

    def _repeated(self, path: Path, child: etree._Element, inside: list[Element]) -> Iterator[Element]:
        """The elements of a group; where it may stand several times, so may its only one."""
        if _many(child) and len(inside) > 1:
            at = f"{path.name}:{child.sourceline}"
            self.odd.append(f"{at}: these elements may stand several times together; only one of each is carried")
        for each in inside:
            yield replace(each, many=True) if _many(child) and len(inside) == 1 else each

    def _simple(self, made: Element, path: Path, kind: etree._Element, depth: int) -> Element:
        restriction = kind.find(_x("restriction"))
        if restriction is None:
            self.odd.append(f"{path.name}:{kind.sourceline}: a list or union is read as text")
            return made
        base = self._typed(made, restriction.get("base", ""), path, restriction, depth + 1)
        longest = restriction.find(_x("maxLength"))
        if longest is None:
            longest = restriction.find(_x("length"))
        values = tuple(each.get("value", "") for each in restriction.iterfind(_x("enumeration")))
        size = int(longest.get("value", "0")) if longest is not None else base.longest
        return replace(base, values=values or base.values, longest=size)

    def _array(self, made: Element, path: Path, kind: etree._Element, depth: int) -> Element | None:
        """An array of SOAP encoding: items that stand inside it, whatever they are called."""
        restriction = kind.find(f"{_x('complexContent')}/{_x('restriction')}")
        if restriction is None or restriction.get("base", "").rpartition(":")[2] != _ARRAY:
            return None
        told = restriction.find(_x("attribute"))
        name = told.get(f"{{{_WSDL}}}arrayType", "").partition("[")[0] if told is not None else ""
        item = Element("item", many=True, optional=True, at=f"{path.name}:{kind.sourceline}")
        return replace(made, inside=(self._typed(item, name, path, told if told is not None else kind, depth + 1),))


def _schema(element: etree._Element) -> etree._Element | None:
    return next((each for each in (element, *element.iterancestors()) if each.tag == _x("schema")), None)


def _target(element: etree._Element) -> str:
    schema = _schema(element)
    return schema.get("targetNamespace", "") if schema is not None else ""


def _namespace(element: etree._Element) -> str | None:
    """That of an element in documents (XML Schema 1.0, section 3.3.2); None in a schema that takes its includer's."""
    schema = _schema(element)
    if schema is None or not schema.get("targetNamespace"):
        return None
    form = element.get("form") or schema.get("elementFormDefault", "unqualified")
    return _target(element) if element.getparent() is schema or form == "qualified" else ""


def _optional(element: etree._Element) -> bool:
    return element.get("minOccurs") == "0" or element.get("nillable") == "true"


def _many(element: etree._Element) -> bool:
    most = element.get("maxOccurs", "1")
    return most == "unbounded" or (most.isdigit() and int(most) > 1)


def _check_depth(path: Path, element: etree._Element, depth: int) -> None:
    if depth > _DEPTH:
        raise _invalid(path, element, "its elements hold themselves; such a contract cannot be followed")


def _has_own(schema: etree._Element) -> bool:
    return schema.find(_x("element")) is not None or schema.find(_x("complexType")) is not None


def _invalid(path: Path, element: etree._Element, reason: str) -> GatewayError:
    return GatewayError("data_invalid", file=str(path), line=str(element.sourceline), reason=reason)
