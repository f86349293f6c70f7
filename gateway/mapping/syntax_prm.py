"""Calls of the `prm_` family (wire facts, section 2 D3) in the wrapper of docs/protocols/prm-guizhou.md.

Groups: `call` (`operation` and the parameters beside `inputxml`), `input` and `output` (flat; a repeated value becomes
a list; `rows` of the output is a list of groups), `return` (what stands beside `outputxml`), `file` (`row`: the rows of
a bulk answer, by the layout that the options have for its function). Names are read without regard to case.
"""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import add, envelope_root, escaped, unreadable
from gateway.mapping.syntax_rows import Layout, layout, lines_of
from gateway.ports import Document
from gateway.security.xml import parse_text

_DECLARATION = '<?xml version="1.0" encoding="GBK"?>'
_CREDENTIALS = ("user", "pass")
_OPERATIONS = {
    "call": (*_CREDENTIALS, "jybh", "inputxml"),
    "confirm": (*_CREDENTIALS, "jylsh", "jyyzm"),
    "cancel": (*_CREDENTIALS, "jylsh"),
    "getuncertaintytrade": (*_CREDENTIALS, "jybh"),
}
_RETURNED = ("jybh", "jylsh", "jyyzm", "appcode", "appmsg")
_LARGEST = 65_534  # characters of inputxml (wire facts, section 2 D3)
_PASSWORD = re.compile(rb"(<pass(?:\s[^<>]*)?>)[^<]*(?=</pass)", re.IGNORECASE)
_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,9}\s*", re.ASCII)


class PrmCalls:
    """Both directions. Options: `files`, the layout of the bulk answer of each function (`syntax_rows.layout`)."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._files: Mapping[str, Layout] = {name: layout(of) for name, of in options["files"].items()}
        self.reserved = "".join({each for file in self._files.values() for each in file.reserved})

    def parse(self, document: Document) -> Form:
        """The groups of a call or of what it returns."""
        root = envelope_root(document, "gb18030")
        name, found = str(root.tag).lower(), _texts(root)
        if name == "return":
            return self._returned(found)
        if name not in _OPERATIONS or set(found) != set(_OPERATIONS[name]):
            raise unreadable("it is no call, or its parameters are others")
        content = found.pop("inputxml", None)
        form: Form = {"call": {"operation": name, **found}}
        return form if content is None else {**form, "input": _inner(content, "input")}

    def text(self, form: Form, *, reply: bool) -> str:
        """The call, or what it returns."""
        if reply:
            return f"{_DECLARATION}\n{_element('return', self._answer(form))}"
        operation = form["call"]["operation"]
        values = dict(form["call"])
        if "inputxml" in _OPERATIONS[operation]:
            values["inputxml"] = _written(form.get("input", {}), "input")
            if len(values["inputxml"]) > _LARGEST:
                raise GatewayError("too_long_for_party", party="", field="inputxml", max=str(_LARGEST))
        content = "".join(_element(name, escaped(values.get(name, ""))) for name in _OPERATIONS[operation])
        return f"{_DECLARATION}\n{_element(operation, content)}"

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:  # noqa: ARG002 - both directions are alike
        """Nothing but the bytes: the wrapper has no headers of its own."""
        return Document(body, "text/xml;charset=GBK")

    def blank(self, document: Document) -> bytes:
        """The password is the element `pass`."""
        return _PASSWORD.sub(rb"\1", document.body)

    def _returned(self, found: dict[str, str]) -> Form:
        content, file = found.pop("outputxml", ""), found.pop("file", None)
        if not found.keys() >= set(_RETURNED) or _WHOLE.fullmatch(found["appcode"]) is None:
            raise unreadable("it does not return all that a call returns, or its appcode is not a whole number")
        form: Form = {"return": {**found, "appcode": found["appcode"].strip().removeprefix("+")}}
        if content.strip():
            form["output"] = _inner(content, "output")
        if file is not None:
            form["file"] = {"row": self._rows(found.get("jybh", ""), file)}
        return form

    def _rows(self, function: str, file: str) -> list[dict[str, str]]:
        if function not in self._files:
            raise unreadable("it holds a file, and its function has none")
        return [self._files[function].row(line) for line in lines_of(file)]

    def _answer(self, form: Form) -> str:
        values = form.get("return", {})
        content = "".join(_element(name, escaped(values.get(name, ""))) for name in _RETURNED)
        content += _element("outputxml", escaped(_written(form["output"], "output")) if "output" in form else "")
        if "file" not in form:
            return content
        file = self._files[values["jybh"]]
        return content + _element("file", escaped("".join(f"{file.line(row)}\r\n" for row in form["file"]["row"])))


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"


def _texts(parent: etree._Element) -> dict[str, str]:
    """The children of an element, each a text and each there once."""
    made: dict[str, str] = {}
    for child in parent:
        name = str(child.tag).lower()
        if len(child) or name in made:
            raise unreadable("a value stands twice, or is not a text")
        made[name] = child.text or ""
    return made


def _inner(content: str, expected: str) -> dict[str, Any]:
    root = parse_text(content)
    if str(root.tag).lower() != expected:
        raise unreadable(f"the string does not hold an element {expected}")
    made: dict[str, Any] = {}
    for child in root:
        name = str(child.tag).lower()
        if name == "rows":
            made[name] = [_texts(row) for row in child]
        elif len(child):
            raise unreadable("a value in the string is not a text")
        else:
            add(made, name, child.text or "")
    return made


def _written(group: Mapping[str, Any], name: str) -> str:
    return _DECLARATION + _element(name, "".join(_values(key, value) for key, value in group.items()))


def _values(name: str, value: Any) -> str:
    if name == "rows":
        rows = (_element("row", "".join(_values(key, one) for key, one in row.items())) for row in value)
        return _element(name, "".join(rows))
    return "".join(_element(name, escaped(one)) for one in (value if isinstance(value, list) else (value,)))
