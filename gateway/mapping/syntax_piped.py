"""JSON with strings in it that are joined by `|` (wire facts, section 2 D8 and section 4).

Groups: as JSON has them, with `keyInfo` as a group and `data.ReturnResult` as a list of one group, or none where it is
empty; their columns stand in the options.
"""

import re
from collections.abc import Mapping
from typing import Any

from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import unreadable
from gateway.mapping.syntax_json import JsonEnvelope
from gateway.mapping.syntax_rows import Separated
from gateway.ports import Document

_BAR = "|"
_SECRET = re.compile(rb'("secret"\s*:\s*)"(?:[^"\\]|\\.)*"')


class PipedJson:
    """Both directions. Options: `keys`, the columns of `keyInfo` by service code; `results`, those of an answer."""

    reserved = "|\r\n"

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._json = JsonEnvelope({"api": "serviceCode"})
        self._keys = {code: Separated(columns, _BAR) for code, columns in options["keys"].items()}
        self._result = Separated(options["results"], _BAR)

    def parse(self, document: Document) -> Form:
        """The members of the document, the joined ones apart."""
        form = dict(self._json.parse(Document(document.body, document.media_type)))
        if "keyInfo" in form:
            form["keyInfo"] = self._key(form.get("serviceCode")).row(_text(form["keyInfo"]))
        data = form.get("data")
        if type(data) is dict and "ReturnResult" in data:
            told = _text(data["ReturnResult"])
            form["data"] = {**data, "ReturnResult": [self._result.row(told)] if told else []}
        return form

    def text(self, form: Form, *, reply: bool) -> str:
        """The document."""
        made = dict(form)
        if "keyInfo" in made:
            made["keyInfo"] = self._key(made["serviceCode"]).line(made["keyInfo"])
        if "ReturnResult" in made.get("data", {}):
            rows = made["data"]["ReturnResult"]
            made["data"] = {**made["data"], "ReturnResult": self._result.line(rows[0]) if rows else ""}
        return self._json.text(made, reply=reply)

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:  # noqa: ARG002 - both directions are alike
        """Nothing but the bytes."""
        return Document(body, "application/json;charset=UTF-8")

    def blank(self, document: Document) -> bytes:
        """The shared secret is the member `secret`."""
        return _SECRET.sub(rb'\1""', document.body)

    def _key(self, code: object) -> Separated:
        if type(code) is not str or code not in self._keys:
            raise unreadable("the service code is not one of the table")
        return self._keys[code]


def _text(value: object) -> str:
    if type(value) is not str:
        raise unreadable("what is joined by bars is not a text")
    return value
