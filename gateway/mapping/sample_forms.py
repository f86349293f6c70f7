"""Examples that are neither typed XML nor plain JSON: attribute rows, rootless answers to parameters, joined strings.

What stands in a joined string has no names. Columns are named by their form where it says what they are (a number of
GB 11643, a card number, a Chinese name), else by their place: every name is for a person to confirm.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.contract_shape import Element
from gateway.security.xml import parse_fragment

MOLSS = "http://www.molss.gov.cn/"
FUNCTIONS = ("funid", "functionid")
"""Parameters of attribute SOAP that say which function is called."""
_ROW, _ROWS = "row", "ROW"
_KINDS: tuple[tuple[str, str], ...] = (
    ("aac002", r"[1-9][0-9]{16}[0-9Xx]|[1-9][0-9]{14}"),
    ("aaz500", r"[A-Z][A-Z0-9][0-9]{7}"),
    ("aaz501", r"[0-9]{6}D156[0-9A-F]{14,22}"),
    ("aac003", r"[\u4e00-\u9fff·]{2,20}"),
    ("aab301", r"[1-6][0-9]{5}"),
)


def is_attributes(body: etree._Element) -> bool:
    """Whether the element of a body is one of attribute SOAP."""
    return bool(body.tag == f"{{{MOLSS}}}business")


def of_attributes(root: etree._Element, at: str) -> Element:
    """The groups of an envelope as `attribute_soap` makes them: `system`, `business`, `result`, one for each set."""
    groups: dict[str, dict[str, Element]] = {}
    for part in root:
        for element in part:
            told = "system" if element.tag == f"{{{MOLSS}}}system" else "business"
            for child in element:
                if child.tag == "resultset":
                    groups[str(child.get("name")).lower()] = _set(child, at)
                else:
                    group = "result" if child.tag == "result" and told == "business" else told
                    groups.setdefault(group, {}).update(_values(child, at))
    return Element("", inside=tuple(Element(name, inside=tuple(each.values())) for name, each in groups.items()))


def _set(element: etree._Element, at: str) -> dict[str, Element]:
    made = {name: value for name, value in _values(element, at).items() if name != "name"}
    inside: dict[str, Element] = {}
    for row in element:
        inside.update(_values(row, at))
    return made | {_ROW: Element(_ROW, many=True, inside=tuple(inside.values()), at=f"{at}:{element.sourceline}")}


def _values(element: etree._Element, at: str) -> dict[str, Element]:
    where = f"{at}:{element.sourceline}"
    return {
        str(name).lower(): Element(str(name).lower(), values=_constant(str(name), str(value)), at=where)
        for name, value in element.attrib.items()
    }


def _constant(name: str, value: str) -> tuple[str, ...]:
    return (value,) if name.lower() in FUNCTIONS else ()


def is_fragment(element: etree._Element) -> bool:
    """Whether an answer holds a text of several elements without a root."""
    text = _held(element)
    if not text.startswith("<") or text.startswith("<?"):
        return False
    try:
        return len(parse_fragment(text)) > 1 or not len(parse_fragment(text)[0])
    except GatewayError:
        return False


def of_parameters(element: etree._Element, at: str) -> Element:
    """The parameters of a call, by position."""
    inside = [Element(_local(child), at=f"{at}:{child.sourceline}") for child in element]
    return Element("", inside=(Element("params", inside=tuple(inside)),))


def of_fragment(element: etree._Element, at: str) -> Element:
    """The elements of an answer without a root as `rpc_soap` makes them: what stands first, then one row or several."""
    text, where = _held(element), f"{at}:{element.sourceline}"
    if not text.startswith("<"):
        return Element("", inside=(Element("bare", inside=(Element("text", at=where),)),))
    fragment = parse_fragment(text)
    rows = [child for child in fragment if str(child.tag).upper() == _ROWS]
    flat = [Element(str(child.tag).upper(), at=where) for child in fragment if child not in rows]
    columns = [Element(str(child.tag).upper(), at=where) for row in rows for child in row] or flat[1:]
    unlike = tuple({each.name: each for each in columns}.values())
    row = Element(_ROWS, many=True, inside=unlike, at=where)
    return Element("", inside=(Element("answer", inside=(*flat[:1], *((row,) if unlike else ()))),))


def is_joined(value: object) -> bool:
    """Whether a member of JSON is a string of several values."""
    return isinstance(value, str) and value.count("|") >= 1


def named(rows: Sequence[Sequence[str]], at: str) -> tuple[Element, ...]:
    """The columns of joined values, each named by what stands in it; `rows` of several examples."""
    used: set[str] = set()
    made = []
    for number, column in enumerate(zip(*rows, strict=True), 1):
        name = next((each for each in _by_form([value for value in column if value]) if each not in used), f"c{number}")
        used.add(name)
        longest = max(len(value) for value in column)
        words = f"column {number}, " + ("by its form" if name != f"c{number}" else "unnamed")
        made.append(Element(name, longest=longest, words=words, at=f"{at}: column {number}"))
    return tuple(made)


def _by_form(values: Sequence[str]) -> Iterator[str]:
    for name, pattern in _KINDS:
        if values and all(re.fullmatch(pattern, value) for value in values):
            yield name


def joined(form: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """Where in a JSON example of `piped` the joined string stands, and its values."""
    if is_joined(form.get("keyInfo")):
        return "keyInfo", str(form["keyInfo"]).split("|")
    data = form.get("data")
    if isinstance(data, Mapping) and is_joined(data.get("ReturnResult")):
        return "ReturnResult", str(data["ReturnResult"]).split("|")
    return None


def _held(element: etree._Element) -> str:
    return (element[0].text or "").strip() if len(element) == 1 and not len(element[0]) else ""


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
