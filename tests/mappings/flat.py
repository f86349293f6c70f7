"""Documents as flat lists of (place, value), read with nothing of the code under test, so that two can be compared."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from lxml import etree

from tests.mappings.flat_strings import WAYS, Options
from tests.mappings.folders import DIALECTS

Places = list[tuple[str, str]]


def flat(dialect: str, body: bytes) -> Places:
    """Every value of a document of a dialect ("<name>/<version>") with its place; `[3]` counts the items of a list."""
    told = yaml.load((DIALECTS / dialect / "dialect.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return sorted(_WAYS[told["syntax"]](body, told.get("options", {})))


def differences(dialect: str, first: bytes, second: bytes) -> set[str]:
    """The places at which two documents differ; `[]` is the first item of a list, `[+]` every other."""
    one, two = flat(dialect, first), flat(dialect, second)
    odd = [place for place in one if place not in two] + [place for place in two if place not in one]
    return {re.sub(r"\[[0-9]+\]", "[+]", place.replace("[0]", "[]")) for place, _ in odd}


def _attribute_soap(body: bytes, _: Options) -> Iterator[tuple[str, str]]:
    text = re.sub(r"^<\?xml[^>]*\?>", "", body.decode("gb18030").strip())
    for part in etree.fromstring(text).iter():
        parent = part.getparent()
        if parent is not None:
            for attribute, value in part.attrib.items():
                yield from _attribute(part, parent, str(attribute).lower(), str(value))


def _attribute(part: Any, parent: Any, attribute: str, value: str) -> Iterator[tuple[str, str]]:
    name, around = etree.QName(part).localname, etree.QName(parent).localname
    if name == "para":
        yield f"{around}.{attribute}", value
    elif name == "result":
        yield f"{'system' if around == 'system' else 'result'}.{attribute}", value
    elif name == "resultset":
        yield f"{part.get('name')}" + ("" if attribute == "name" else f".{attribute}"), value
    elif name == "row":
        yield f"{parent.get('name')}.row[{parent.index(part)}].{attribute}", value


def _rpc_soap(body: bytes, options: Options) -> Iterator[tuple[str, str]]:
    payload = etree.fromstring(body)[-1][0]
    yield "call", payload.tag
    name = etree.QName(payload).localname
    if name in options["operations"]:
        for parameter, child in zip(options["operations"][name], payload, strict=True):
            yield f"params.{parameter}", child.text or ""
        return
    root = etree.fromstring(f"<root>{payload[0].text}</root>")
    rows = root.findall("ROW") or [root]
    for index, row in enumerate(rows):
        for child in row:
            if child.tag != options["status"]:
                yield f"answer.ROW[{index}].{child.tag}", child.text or ""
    yield f"answer.{options['status']}", root.findtext(options["status"]) or ""


def _string_soap(body: bytes, options: Options) -> Iterator[tuple[str, str]]:
    *head, content = etree.fromstring(body)
    for child in (child for part in head for system in part for child in system):
        yield f"system.{etree.QName(child).localname}", child.text or ""
    yield "call", content[0].tag
    held = (content[0][0].text or "").strip()
    if "<" not in held:
        yield "bare.text", held
        return
    inner = etree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", held))
    for child in inner:
        place = f"{inner.tag}.{child.tag}".lower()
        if child.tag.lower() not in options["rows"]:
            yield place, child.text or ""
            continue
        yield f"{place}.row", f"{len(child)} rows"
        for index, row in enumerate(child):
            for cell in row:
                yield f"{place}.row[{index}].{cell.tag.lower()}", cell.text or ""


def _typed_soap(body: bytes, options: Options) -> Iterator[tuple[str, str]]:
    payload = etree.fromstring(body)[-1][0]
    name = etree.QName(payload).localname
    (part,) = [part for one in options["operations"].values() for part in ("request", "reply") if one[part] == name]
    yield "call", name
    yield from _inside(payload, name, part, options["elements"])


def _inside(parent: Any, place: str, shown: str, elements: Options) -> Iterator[tuple[str, str]]:
    many = {one.removesuffix("*") for one in elements.get(place, ()) if one.endswith("*")}
    seen: dict[str, int] = {}
    for child in parent:
        name = etree.QName(child).localname
        number = seen.setdefault(name, 0)
        seen[name] += 1
        at = f"{shown}.{name}" + (f"[{number}]" if name in many else "")
        if f"{place}.{name}" in elements:
            yield from _inside(child, f"{place}.{name}", at, elements)
        elif child.text:
            yield at, child.text


def _json(body: bytes, _: Options) -> Iterator[tuple[str, str]]:
    text = gzip.decompress(base64.b64decode(body)) if body.startswith(b"H4sI") else body
    return _values(json.loads(text, parse_float=str), "")


def _values(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _values(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        yield at, f"{len(value)} items"
        for index, inner in enumerate(value):
            yield from _values(inner, f"{at}[{index}]")
    else:
        yield at, f"{type(value).__name__} {value}"


_WAYS = {
    "attribute_soap": _attribute_soap,
    "rpc_soap": _rpc_soap,
    "json": _json,
    "string_soap": _string_soap,
    "typed_soap": _typed_soap,
    **WAYS,
}
