"""Documents as places and values, read with nothing of any table, so that two can be compared.

XML: `queryPerson.person[0].aac003`, attributes as `@name`; a string that holds a document is unfolded. JSON: the same.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.samples import PATH
from gateway.ports import Document
from gateway.security.xml import parse, parse_text

_INDEX = re.compile(r"\[\d+\]")
_WHOLE = "(document)"


def places(document: Document) -> Mapping[str, str]:
    """Every value of a document by its place; what is neither XML nor JSON is one value. `:path`: that of the call."""
    found = dict(_of(document))
    path = document.headers.get(PATH, "")
    return found | ({PATH: path} if path else {})


def plain(place: str) -> str:
    """A place without counting the items of lists."""
    return _INDEX.sub("", place)


def _of(document: Document) -> Iterator[tuple[str, str]]:
    body = document.body.strip()
    if body[:1] in (b"{", b"["):
        try:
            yield from _json(json.loads(body.decode("utf-8-sig"), parse_float=Decimal), "")
        except ValueError:
            yield _WHOLE, body.decode("utf-8", "replace")
        return
    try:
        yield from _envelope(parse(document.body))
    except GatewayError:
        yield _WHOLE, body.decode("utf-8", "replace")


def _json(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _json(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for count, inner in enumerate(value):
            yield from _json(inner, f"{place}[{count}]")
    else:
        # 1 and "1" are not the same document.
        yield place, value if isinstance(value, str) else json.dumps(value, default=str)


def _envelope(root: etree._Element) -> Iterator[tuple[str, str]]:
    """What stands in header and body of an envelope; any other document as it is."""
    if etree.QName(root).localname != "Envelope":
        yield from _xml(root, _local(root), None)
        return
    for part in root:
        for child, name in _named(part):
            yield from _xml(child, name if _local(part) == "Body" else f"{_local(part)}.{name}", None)


def _xml(element: etree._Element, place: str, around: str | None) -> Iterator[tuple[str, str]]:
    namespace = str(etree.QName(element).namespace or "")
    if namespace != around:
        yield f"{place}.@xmlns", namespace
    for name, value in element.attrib.items():
        yield f"{place}.@{etree.QName(str(name)).localname}", str(value)
    for child, name in _named(element):
        yield from _xml(child, f"{place}.{name}", namespace)
    text = (element.text or "").strip()
    if text or not (len(element) or element.attrib):
        yield from _text((element.text or "") if text and not len(element) else text, place)


def _text(text: str, place: str) -> Iterator[tuple[str, str]]:
    if text.lstrip().startswith("<"):
        try:
            yield from _xml(inner := parse_text(text.strip()), f"{place}.{_local(inner)}", "")
        except GatewayError:
            yield place, text
        return
    yield place, text


def _named(element: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """The elements inside one by name; those of one name are counted unless a lone attribute tells them apart."""
    counted = Counter(map(_kind, element))
    seen: Counter[tuple[str, str]] = Counter()
    for child in element:
        kind = _kind(child)
        yield child, f"{kind[0]}[{seen[kind]}]" if counted[kind] > 1 else kind[0]
        seen[kind] += 1


def _kind(element: etree._Element) -> tuple[str, str]:
    """Its name, and that of the one attribute of an element that holds nothing else: their order says nothing."""
    alone = len(element.attrib) == 1 and not len(element) and not (element.text or "").strip()
    return _local(element), str(next(iter(element.attrib))) if alone else ""


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
