"""Documents that carry strings of a form of their own, as flat lists of (place, value); what is empty is not there."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from lxml import etree

from tests.mappings.folders import DIALECTS

Places = Iterator[tuple[str, str]]
_TAG = re.compile(r"<([^<>*]+)\*?>([^<]*)</[^<>]*>")
_KIOSK = {"城市代码": "所属城市", "社会保障卡卡号": "社保卡号"}


def _root(text: str) -> Any:
    return etree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))


def _filled(places: Places) -> Places:
    return ((place, value) for place, value in places if value)


def _options(dialect: str) -> Any:
    return yaml.safe_load((DIALECTS / dialect / "1.0" / "dialect.yaml").read_text(encoding="utf-8"))["options"]


def _prm(body: bytes) -> Places:
    return _filled(_prm_values(_root(body.decode("gb18030"))))


def _prm_values(root: Any) -> Places:
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
        columns = _options("prm")["files"][fields["jybh"]]["columns"]
        lines = [line for line in re.split("\r?\n", fields["file"]) if line]
        yield "file", f"{len(lines)} rows"
        yield from _lines("file.row", columns, [line.split("\t") for line in lines])


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


def _hosdata(body: bytes) -> Places:
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


def _starred(body: bytes) -> Places:
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


def _piped(body: bytes) -> Places:
    members = json.loads(body)
    data = members.pop("data", {})
    told = data.pop("ReturnResult", "")
    dialect = "card-electronic" if "channelNo" in members or told.count("|") == 5 else "card-piped"
    columns = _options(dialect)["results"]
    key = members.pop("keyInfo", "")
    yield from _filled(iter([*members.items(), *((f"data.{name}", value) for name, value in data.items())]))
    names = _options(dialect)["keys"].get(members.get("serviceCode"), [])
    yield from _filled((f"keyInfo.{name}", value) for name, value in zip(names, key.split("|"), strict=False))
    yield from _filled(_lines("data.ReturnResult", columns, [told.split("|")] if told else []))


WAYS = {"prm": _prm, "hosdata": _hosdata, "starred": _starred, "piped": _piped}
