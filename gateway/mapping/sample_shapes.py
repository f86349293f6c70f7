"""The shape of calls as examples show it: names, order, what stands several times, what was left out in one of them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping import sample_forms, sample_rows
from gateway.mapping.contract_shape import NUMBER, Called, ContractShape, Element, Style
from gateway.mapping.sample_named import Example, invalid, source_of
from gateway.mapping.sample_spoken import advice
from gateway.security.xml import parse, parse_text

_SOAP: Mapping[str, Literal["1.1", "1.2"]] = {
    "http://schemas.xmlsoap.org/soap/envelope/": "1.1",
    "http://www.w3.org/2003/05/soap-envelope": "1.2",
}
_CDATA = b"<![CDATA["
_DECLARED = re.compile(r"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9_-]+)["']""")
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def shape_of(examples: Sequence[Example]) -> ContractShape:
    """The shape of all examples together; GatewayError `data_invalid` for an unreadable one or another style."""
    if all(each.path.suffix in sample_rows.ENDINGS for each in examples):
        return sample_rows.of_rows(examples)
    if all(each.path.suffix == ".json" for each in examples):
        return _of_json(examples)
    kinds = sorted({each.path.suffix for each in examples})
    if len(kinds) > 1:
        reason = f"the examples are of several kinds ({', '.join(kinds)}): give those of one system in one form"
        raise invalid(examples[-1].path, reason)
    return _of_xml(examples)


def _of_json(examples: Sequence[Example]) -> ContractShape:
    decoded = {each: _decoded(each.path) for each in examples}
    if any(type(form) is dict and sample_forms.joined(form) for form in decoded.values()):
        return _of_joined(examples, decoded)
    read = {each: _json_group(form, "", each.path.name) for each, form in decoded.items()}
    called = _called(examples, read)
    return ContractShape(source_of(examples), "json", "", qualified=False, operations=called)


def _of_joined(examples: Sequence[Example], decoded: Mapping[Example, Any]) -> ContractShape:
    """Members that hold joined values become groups of columns, named over all examples of one direction."""
    found = {each: sample_forms.joined(form) for each, form in decoded.items()}
    columns: dict[tuple[str, str], tuple[Element, ...]] = {}
    for each, held in found.items():
        if held is None:
            continue
        key = (each.name if each.direction == "request" else "", held[0])
        rows = [
            other[1]
            for one, other in found.items()
            if other and (one.name if one.direction == "request" else "", other[0]) == key
        ]
        if len({len(row) for row in rows}) > 1:
            raise invalid(each.path, f"{held[0]} holds {len(held[1])} values here, and others in another example")
        columns[key] = sample_forms.named(rows, each.path.name)
    read = {each: _with_columns(_json_group(form, "", each.path.name), columns, each) for each, form in decoded.items()}
    codes = {
        each.name: str(form.get("serviceCode", "")) for each, form in decoded.items() if each.direction == "request"
    }
    called = tuple(replace(one, tells={"serviceCode": codes.get(one.name, "")}) for one in _called(examples, read))
    return ContractShape(source_of(examples), "piped", "", qualified=False, operations=called)


def _with_columns(group: Element, columns: Mapping[tuple[str, str], tuple[Element, ...]], of: Example) -> Element:
    inside = []
    for child in group.inside:
        found = columns.get((of.name if of.direction == "request" else "", child.name))
        if found and child.name in ("keyInfo", "ReturnResult"):
            inside.append(replace(child, inside=found, many=child.name == "ReturnResult"))
        else:
            inside.append(_with_columns(child, columns, of) if child.inside else child)
    return replace(group, inside=tuple(inside))


def _of_xml(examples: Sequence[Example]) -> ContractShape:
    roots = {each: _root(each.path) for each in examples}
    opened = {each: _body(each.path, root) for each, root in roots.items()}
    shape = _of_bodies(examples, roots, opened)
    told = {_declared(each.path) for each in examples}
    return replace(
        shape,
        soap=_SOAP[str(etree.QName(next(iter(roots.values()))).namespace)],
        encoding="gb18030" if told & {"gbk", "gb2312", "gb18030"} else "utf-8",
    )


def _of_bodies(
    examples: Sequence[Example], roots: Mapping[Example, etree._Element], opened: Mapping[Example, etree._Element]
) -> ContractShape:
    if all(sample_forms.is_attributes(body) for body in opened.values()):
        return _of_attributes(examples, roots)
    replies = [element for each, element in opened.items() if each.direction == "reply"]
    if any(sample_forms.is_fragment(element) for element in replies):
        return _of_fragments(examples, opened)
    strings = [_string(element) for element in opened.values()]
    if all(strings):
        return _of_strings(examples, opened)
    if any(strings):
        odd = next(each for each, held in zip(examples, strings, strict=True) if held)
        raise invalid(odd.path, "it holds a document in a string, and others do not: give the examples of one style")
    return _of_elements(examples, opened)


def _of_attributes(examples: Sequence[Example], roots: Mapping[Example, etree._Element]) -> ContractShape:
    read = {each: sample_forms.of_attributes(root, each.path.name) for each, root in roots.items()}
    called = []
    for one in _called(examples, read):
        leaves = dict(one.request.leaves())
        tells = {place: leaf.values[0] for place, leaf in leaves.items() if len(leaf.values) == 1}
        called.append(replace(one, tells=tells))
    return ContractShape(
        source_of(examples), "attributes", sample_forms.MOLSS, qualified=False, operations=tuple(called)
    )


def _of_fragments(examples: Sequence[Example], opened: Mapping[Example, etree._Element]) -> ContractShape:
    """Calls with parameters, answers whose one text has no root."""
    read = {
        each: (sample_forms.of_parameters if each.direction == "request" else sample_forms.of_fragment)(
            element, each.path.name
        )
        for each, element in opened.items()
    }
    names = {each.name: _local(element) for each, element in opened.items() if each.direction == "request"}
    called = tuple(
        replace(one, action=names.get(one.name, one.name), tells={"call.operation": names.get(one.name, one.name)})
        for one in _called(examples, read)
    )
    namespace = str(etree.QName(next(iter(opened.values()))).namespace or "")
    return ContractShape(source_of(examples), "fragment", namespace, qualified=False, operations=called)


def _of_elements(examples: Sequence[Example], opened: Mapping[Example, etree._Element]) -> ContractShape:
    read = {each: _xml_group(element, each.path.name, lower=False) for each, element in opened.items()}
    called = [
        replace(each, name=each.request.name, action="") if each.request.name else each
        for each in _called(examples, read)
    ]
    _told_apart(examples, called)
    first = next(iter(opened.values()))
    inner = [child for element in opened.values() for child in element]
    encoded = any(child.get(_XSI_TYPE) for child in inner)
    namespace = str(etree.QName(first).namespace or "")
    qualified = any(etree.QName(child).namespace == namespace for child in inner)
    style: Style = "encoded" if encoded else "document"
    return ContractShape(source_of(examples), style, namespace, qualified, tuple(called))


def _told_apart(examples: Sequence[Example], called: Sequence[Called]) -> None:
    """Typed calls are known by their element: two that begin with the same one would be taken for one."""
    for at, each in enumerate(called):
        if each.name in [other.name for other in called[:at]]:
            odd = next(one for one in examples if one.path.name == each.at)
            reason = (
                f"its call is the element {each.name}, as that of another example: such calls are not told apart by a "
                "table; name examples of one call alike, and propose the others as a dialect of their own"
            )
            raise invalid(odd.path, reason)


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
    if any(_CDATA in each.path.read_bytes() for each in opened):
        around["wrap"] = "cdata"
    declared = [found[1] for element in opened.values() if (found := _DECLARED.match(_string(element)))]
    around |= {"declares": declared[0]} if declared else {}
    namespace = str(etree.QName(first).namespace or "")
    return ContractShape(source_of(examples), "one_string", namespace, False, called, (), {**missing, **around})  # noqa: FBT003 - as the fields stand


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
    kinds = {bool: "boolean", int: NUMBER, Decimal: "decimal"}
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
    namespace = str(etree.QName(element).namespace or "")
    at = f"{at}:{element.sourceline}"
    return Element(name.lower() if lower else name, inside=tuple(joined), at=at, namespace=namespace)


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
        raise _unread(path, f"the document in its string cannot be read: {error.params.get('reason', error)}") from None


def _unread(path: Path, reason: str) -> GatewayError:
    return invalid(path, reason + advice(path.read_bytes()))


def _root(path: Path) -> etree._Element:
    try:
        root = parse(path.read_bytes())
    except GatewayError as error:
        raise _unread(path, f"it is not XML as we take it: {error.params.get('reason', error)}") from None
    if etree.QName(root).localname != "Envelope" or etree.QName(root).namespace not in _SOAP:
        raise _unread(path, "it is not a SOAP envelope (1.1 or 1.2)")
    return root


def _body(path: Path, root: etree._Element) -> etree._Element:
    body = root.find(f"{{{etree.QName(root).namespace}}}Body")
    if body is None or len(body) != 1:
        raise invalid(path, "it is not a SOAP envelope with one element in its body")
    return body[0]


def _declared(path: Path) -> str:
    found = _DECLARED.match(path.read_bytes().decode("latin-1"))
    return found[1].lower() if found else ""


def _decoded(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except ValueError as error:
        raise invalid(path, f"it is not JSON in UTF-8: {error}") from None


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
