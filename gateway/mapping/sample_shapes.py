"""The shape of calls as examples show it: names, order, what stands several times, what was left out in one of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.contract_shape import Called, ContractShape, Element, Style
from gateway.security.xml import parse, parse_text

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_PARTS = 3  # name, direction, ending: find-cover.request.xml, with a situation between them where there are several


@dataclass(frozen=True, slots=True)
class Example:
    """One example: the call that it is of, its direction and situation, as its file name says them."""

    path: Path
    name: str
    direction: str
    situation: str


def example(path: Path) -> Example:
    """What `NAME[.SITUATION].request.xml` or `NAME[.SITUATION].reply.json` says of itself; `data_invalid` otherwise."""
    parts = path.name.split(".")
    if len(parts) < _PARTS or parts[-2] not in ("request", "reply"):
        reason = "the name of an example says what it is: find-cover.request.xml, find-cover.none.reply.json"
        raise GatewayError("data_invalid", file=str(path), line="1", reason=reason)
    return Example(path, parts[0], parts[-2], ".".join(parts[1:-2]))


def shape_of(examples: Sequence[Example]) -> ContractShape:
    """The shape of all examples together; GatewayError `data_invalid` for an unreadable one or another style."""
    if all(each.path.suffix == ".json" for each in examples):
        return _of_json(examples)
    return _of_xml(examples)


def _of_json(examples: Sequence[Example]) -> ContractShape:
    read = {each: _json_group(_decoded(each.path), "", each.path.name) for each in examples}
    called = _called(examples, read)
    return ContractShape(_source(examples), "json", "", qualified=False, operations=called)


def _of_xml(examples: Sequence[Example]) -> ContractShape:
    opened = {each: _body(each.path) for each in examples}
    strings = [_string(element) for element in opened.values()]
    if all(strings):
        return _of_strings(examples, opened)
    if any(strings):
        odd = next(each for each, held in zip(examples, strings, strict=True) if held)
        raise _invalid(odd.path, "it holds a document in a string, and others do not: give the examples of one style")
    return _of_elements(examples, opened)


def _of_elements(examples: Sequence[Example], opened: Mapping[Example, etree._Element]) -> ContractShape:
    read = {each: _xml_group(element, each.path.name, lower=False) for each, element in opened.items()}
    called = [
        replace(each, name=each.request.name, action="") if each.request.name else each
        for each in _called(examples, read)
    ]
    first = next(iter(opened.values()))
    inner = [child for element in opened.values() for child in element]
    encoded = any(child.get(_XSI_TYPE) for child in inner)
    namespace = str(etree.QName(first).namespace or "")
    qualified = any(etree.QName(child).namespace == namespace for child in inner)
    style: Style = "encoded" if encoded else "document"
    return ContractShape(_source(examples), style, namespace, qualified, tuple(called))


def _of_strings(examples: Sequence[Example], opened: Mapping[Example, etree._Element]) -> ContractShape:
    read = {
        each: _xml_group(_inner(each.path, _string(element)), each.path.name, lower=True)
        for each, element in opened.items()
    }
    calls = {each.name: element for each, element in opened.items() if each.direction == "request"}
    called = tuple(
        replace(each, action=_local(calls[each.name]) if each.name in calls else "") for each in _called(examples, read)
    )
    first = next(iter(opened.values()))
    around = {}
    for each, element in opened.items():
        around["parameter" if each.direction == "request" else "answer"] = _local(element[0])
    missing = {"parameter": "arg0", "answer": "return"}
    namespace = str(etree.QName(first).namespace or "")
    return ContractShape(_source(examples), "one_string", namespace, False, called, (), {**missing, **around})  # noqa: FBT003 - as the fields stand


def _called(examples: Sequence[Example], read: Mapping[Example, Element]) -> tuple[Called, ...]:
    made = []
    for name in dict.fromkeys(each.name for each in examples):
        sides = {}
        for direction in ("request", "reply"):
            found = [read[each] for each in examples if (each.name, each.direction) == (name, direction)]
            sides[direction] = merged(found) if found else Element("")
        at = next(each.path.name for each in examples if each.name == name)
        made.append(Called(name, "", sides["request"], sides["reply"], at))
    return tuple(made)


def merged(elements: Sequence[Element]) -> Element:
    """One element that has room for each of several of the same name."""
    first, *others = elements
    names = list(dict.fromkeys(child.name for each in elements for child in each.inside))
    inside = []
    for name in names:
        found = [child for each in elements for child in each.inside if child.name == name]
        holding = sum(any(child.name == name for child in each.inside) for each in elements)
        child = merged(found) if len(found) > 1 else found[0]
        many = any(each.many for each in found)
        inside.append(replace(child, many=many, optional=child.optional or holding < len(elements)))
    kinds = {each.kind for each in elements}
    kind = first.kind if len(kinds) == 1 else "string"
    return replace(first, inside=tuple(inside), kind=kind) if others or inside else first


def _json_group(value: Any, name: str, at: str) -> Element:
    if isinstance(value, dict):
        return Element(name, inside=tuple(_json_group(inner, key, at) for key, inner in value.items()), at=at)
    if isinstance(value, list):
        items = [_json_group(inner, name, at) for inner in value]
        return replace(merged(items) if items else Element(name, at=at), many=True)
    kinds = {bool: "boolean", int: "integer", Decimal: "decimal"}
    return Element(name, kinds.get(type(value), "string"), optional=value is None, at=at)


def _xml_group(element: etree._Element, at: str, *, lower: bool) -> Element:
    """Elements of one name beside each other are one that may stand several times."""
    inside = [_xml_group(child, at, lower=lower) for child in element]
    counted = [each.name for each in inside]
    joined = [
        replace(merged([each for each in inside if each.name == name]), many=counted.count(name) > 1 or _row(name))
        for name in dict.fromkeys(counted)
    ]
    name = _local(element)
    return Element(name.lower() if lower else name, inside=tuple(joined), at=f"{at}:{element.sourceline}")


def _row(name: str) -> bool:
    """Whether an element is a row by its name: it may stand several times even where an example has one."""
    return name.lower() in ("row", "item", "record")


def _string(element: etree._Element) -> str:
    """The document in the one string of a call, "" where it holds something else."""
    if len(element) != 1 or len(element[0]):
        return ""
    text = (element[0].text or "").strip()
    return text if text.startswith("<") else ""


def _inner(path: Path, text: str) -> etree._Element:
    try:
        return parse_text(text)
    except GatewayError as error:
        raise _invalid(
            path, f"the document in its string cannot be read: {error.params.get('reason', error)}"
        ) from None


def _body(path: Path) -> etree._Element:
    try:
        root = parse(path.read_bytes())
    except GatewayError as error:
        raise _invalid(path, f"it is not XML as we take it: {error.params.get('reason', error)}") from None
    body = root.find(f"{{{_SOAP}}}Body")
    if body is None or len(body) != 1:
        raise _invalid(path, "it is not a SOAP 1.1 envelope with one element in its body")
    return body[0]


def _decoded(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except ValueError as error:
        raise _invalid(path, f"it is not JSON in UTF-8: {error}") from None


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _source(examples: Iterable[Example]) -> str:
    return ", ".join(each.path.name for each in examples)


def _invalid(path: Path, reason: str) -> GatewayError:
    return GatewayError("data_invalid", file=str(path), line="1", reason=reason)
