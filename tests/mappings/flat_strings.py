"""Documents that carry strings of a form of their own, as flat lists of (place, value); what is empty is not there."""

import base64
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from lxml import etree

Places = Iterator[tuple[str, str]]
Options = Mapping[str, Any]
_TAG = re.compile(r"<([^<>*]+)\*?>([^<]*)</[^<>]*>")
_PARTS = {"identity": "application", "signData": "sign"}
_KIOSK = {"城市代码": "所属城市", "社会保障卡卡号": "社保卡号"}


def _root(text: str) -> Any:
    return etree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))


def _filled(places: Places) -> Places:
    return ((place, value) for place, value in places if value)


def _prm(body: bytes, options: Options) -> Places:
    return _filled(_prm_values(_root(body.decode("gb18030")), options))


def _prm_values(root: Any, options: Options) -> Places:
    operation = root.tag.lower()
    around = "return" if operation == "return" else "call"
    yield "operation", operation
    fields = {child.tag.lower(): child.text or "" for child in root}
    for name, value in fields.items():
        if name not in ("inputxml", "outputxml", "file"):
            yield f"{around}.{name}", value
        elif name != "file" and value:
            yield from _strings(name.removesuffix("xml"), _root(value))
    if "file" in fields:
        columns = options["files"][fields["jybh"]]["columns"]
        lines = [line for line in re.split("\r?\n", fields["file"]) if line]
        yield "file", f"{len(lines)} rows"
        yield from _lines("file.row", columns, [line.split("\t") for line in lines])


def _cfx(body: bytes, _: Options) -> Places:
    """Blocks without the number that ends their names; those whose name ends in List are counted."""
    root = _root(body.decode("gb18030"))
    return _filled(_cfx_values(root, "", root.findtext("HEAD/MsgNo")))


def _cfx_values(parent: Any, around: str, number: str) -> Places:
    seen: dict[str, int] = {}
    for child in parent:
        name = child.tag.removesuffix(number)
        place = f"{around}{name}"
        if name.endswith("List"):
            place += f"[{seen.setdefault(name, 0)}]"
            seen[name] += 1
        if len(child):
            yield from _cfx_values(child, f"{place}.", number)
        else:
            yield place, child.text or ""


def _strings(around: str, parent: Any) -> Places:
    for child in parent:
        place = f"{around}.{child.tag.lower()}"
        yield place, child.text or ""
        for index, row in enumerate(child):
            for cell in row:
                yield f"{place}[{index}].{cell.tag.lower()}", cell.text or ""


def _lines(around: str, columns: Sequence[str], rows: list[list[str]]) -> Places:
    for index, row in enumerate(rows):
        for name, value in zip(columns, row, strict=True):
            yield f"{around}[{index}].{name}", value


def _held(body: bytes) -> tuple[str, str]:
    payload = etree.fromstring(body)[-1][0]
    return etree.QName(payload).localname, payload[0].text or ""


def _hosdata(body: bytes, _: Options) -> Places:
    name, text = _held(body)
    yield "called", name
    [data] = _root(text)
    for child in data:
        if not len(child):
            yield from _filled(iter([(f"{data.tag}.{child.tag}", child.text or "")]))
        for inner in child:
            place = f"{data.tag}.{child.tag}.{inner.tag}"
            rows = [[(cell.tag, cell.text or "") for cell in row] for row in inner]
            yield from _filled(iter([(place, inner.text or "")]))
            for index, row in enumerate(rows):
                yield from _filled((f"{place}[{index}].{tag}", value) for tag, value in row)


def _starred(body: bytes, _: Options) -> Places:
    name, text = _held(body)
    yield "called", name
    around = "answer" if name.endswith("Response") else "params"
    tags = list(_TAG.finditer(text))
    for found in tags:
        yield f"{around}.{found[1]}", found[2]
    lines = [line for line in re.split("\r?\n", text[tags[-1].end() :]) if line]
    if lines:
        columns = [_KIOSK.get(one, one) for one in lines[0].split(",")]
        yield from _filled(_lines("cards.row", columns, [line.split(",") for line in lines[1:]]))


def _piped(body: bytes, options: Options) -> Places:
    members = json.loads(body)
    data = members.pop("data", {})
    told = data.pop("ReturnResult", "")
    key = members.pop("keyInfo", "")
    yield from _filled(iter([*members.items(), *((f"data.{name}", value) for name, value in data.items())]))
    names = options["keys"].get(members.get("serviceCode"), [])
    yield from _filled((f"keyInfo.{name}", value) for name, value in zip(names, key.split("|"), strict=False))
    yield from _filled(_lines("data.ReturnResult", options["results"], [told.split("|")] if told else []))


def _rows(body: bytes, options: Options) -> Places:
    encoding = options.get("encoding", "gb18030")
    lines = [line for line in re.split(b"\r?\n", body) if line]
    asked, told = options["requests"].values(), options["replies"].values()
    for shown, one in [*(("asked", each) for each in asked), *(("row", each) for each in told)]:
        cut = [_cells(line, one, encoding) for line in lines]
        names = list(one.get("widths", one.get("columns")))
        if all(cells is not None and len(cells) == len(names) for cells in cut):
            yield from _filled(_lines(shown, names, [cells for cells in cut if cells is not None]))
            return


def _cells(line: bytes, layout: Options, encoding: str) -> list[str] | None:
    if "widths" not in layout:
        return line.decode(encoding).split(layout.get("separator", "\t"))
    ends = [0, *accumulate(layout["widths"].values())]
    if ends[-1] != len(line):
        return None
    return [line[start:end].decode(encoding).rstrip(" ") for start, end in pairwise(ends)]


def _gt3_bus(body: bytes, _: Options) -> Places:
    service = _root(body.decode())
    for child in service[0]:
        name, told = etree.QName(child).localname, [one.text or "" for one in child]
        if name == "expand":
            yield f"head.expand.{told[0]}", told[1]
        elif len(child):
            yield from _filled((f"head.{name}.{etree.QName(one).localname}", one.text or "") for one in child)
        else:
            yield from _filled(iter([(f"head.{name}", child.text or "")]))
    if not (service[1].text or "").strip():
        return
    document = _root(service[1].text or "")
    yield from ((f"doc.{etree.QName(name).localname}", value) for name, value in document.attrib.items())
    yield from _elements(document, "taxML")


def _elements(parent: Any, around: str) -> Places:
    for child in parent:
        place = f"{around}.{etree.QName(child).localname}"
        if place.endswith("Grid"):
            yield place, f"{len(child)} rows"
            for index, row in enumerate(child):
                yield from _elements(row, f"{place}[{index}]")
        else:
            yield from _filled(iter([(place, child.text or "")]))


def _tirip(body: bytes, _: Options) -> Places:
    *head, content = etree.fromstring(body)
    for leaf in (leaf for part in head for leaf in part.iter() if not len(leaf)):
        yield f"security.{etree.QName(leaf).localname}", leaf.text or ""
    yield "call", content[0].tag
    package = _root(content[0][0].text or "")
    named = {etree.QName(part).localname: part for part in package}
    steps = ["".join(control.itertext())[1:] for control in named.pop("contentControl", ())]
    for name, part in named.items():
        for leaf in (leaf for leaf in part.iter() if not len(leaf) and name != "businessContent"):
            yield from _filled(iter([(f"{_PARTS.get(name, name)}.{etree.QName(leaf).localname}", leaf.text or "")]))
    if "businessContent" in named:
        yield "packing.order", ",".join(steps)
        told = (named["businessContent"][0][1].text or "").encode()
        yield from _members(json.loads(zlib.decompress(base64.b64decode(told)) if steps else told), "content")


def _members(value: Any, place: str) -> Places:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _members(inner, f"{place}.{name}")
    elif isinstance(value, list):
        yield place, f"{len(value)} items"
        for index, inner in enumerate(value):
            yield from _members(inner, f"{place}[{index}]")
    else:
        yield place, f"{type(value).__name__} {value}"


WAYS = {
    "cfx": _cfx,
    "gt3_bus": _gt3_bus,
    "tirip": _tirip,
    "prm": _prm,
    "hosdata": _hosdata,
    "starred": _starred,
    "piped": _piped,
    "rows": _rows,
}
