"""JSON envelopes, plain or as base64 of gzip; what belongs to the query string is the group `query`.

Numbers with a fraction are Decimal, never float. Refused: a member that stands twice, a number that JSON does not have,
a document that is too deep or unfolds beyond the limit.
"""

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import header, unreadable
from gateway.ports import Document

PATH = ":path"
"""Pseudo-header with what follows the party's address: path and query."""

_LARGEST = 4 << 20
_ZIPPED = b"H4sI"  # how base64 of gzip begins
_ENCODING = "encoding"
_WITH_GZIP = 31


class JsonEnvelope:
    """Both directions. Options: `api`: where the path of the call stands; `media_type`."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._api = tuple(str(options["api"]).split("."))
        self._media_type = str(options.get("media_type", "application/json;charset=UTF-8"))
        self._encode = msgspec.json.Encoder(decimal_format="number").encode

    def parse(self, document: Document) -> Form:
        """The members of the document, with the query string of its path."""
        query = dict(parse_qsl(header(document, PATH).partition("?")[2]))
        zipped = document.body.lstrip().startswith(_ZIPPED)
        body = _unfolded(document.body) if zipped else document.body
        made = _decoded(body)
        if type(made) is not dict or "query" in made:
            raise unreadable("it is not an object as agreed")
        if zipped:
            query[_ENCODING] = "gzip"
        return {**made, "query": query} if query else made

    def text(self, form: Form, *, reply: bool) -> str:  # noqa: ARG002 - both directions are alike
        """The members, without those of the query string."""
        return self._encode({name: value for name, value in form.items() if name != "query"}).decode()

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """Packed where the query says so; a request names its path."""
        query = form.get("query", {})
        if query.get(_ENCODING) == "gzip":
            body = base64.b64encode(gzip.compress(body, mtime=0))
        if reply:
            return Document(body, self._media_type)
        path: Any = form
        for name in self._api:
            path = path[name]
        return Document(body, self._media_type, {PATH: f"{quote(path)}?{urlencode(query)}"})

    def blank(self, document: Document) -> bytes:
        """Nothing in the body is a credential: the sign stands in the query string."""
        return document.body


def _unfolded(body: bytes) -> bytes:
    try:
        packed = base64.b64decode(body.strip(), validate=True)
        engine = zlib.decompressobj(_WITH_GZIP)
        made = engine.decompress(packed, _LARGEST)
    except (binascii.Error, ValueError, zlib.error):
        raise unreadable("it is not base64 of gzip") from None
    if not engine.eof:
        raise unreadable("what is packed in it is cut off or too large")
    return made


def _decoded(body: bytes) -> object:
    if len(body) > _LARGEST:
        raise unreadable(f"it is longer than {_LARGEST} bytes")
    try:
        return json.loads(
            body.decode("utf-8-sig"), parse_float=Decimal, object_pairs_hook=_unique, parse_constant=_no_number
        )
    except (ValueError, ArithmeticError, RecursionError):
        raise unreadable("it is not JSON in UTF-8, or a member stands twice") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member stands twice")
    return made


def _no_number(_name: str) -> NoReturn:
    raise ValueError("not a number of JSON")
