"""JSON envelopes, plain or as base64 of gzip.

Groups that stand outside the body: `query`, the query string; `http`, headers; `call` (`path`), where the path of the
call stands nowhere else. Numbers with a fraction are Decimal, never float. Refused: a member that stands twice, a
number that JSON does not have, a document that is too deep or unfolds beyond the limit.
"""

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec

from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import declared_charset, header, unreadable
from gateway.mapping.syntax_json_shape import JsonShape
from gateway.ports import Document
from gateway.security.charset import decode, marked_gb, names_gb

PATH = ":path"
"""Pseudo-header with what follows the party's address: path and query."""

_LARGEST = 4 << 20
_ZIPPED = b"H4sI"  # how base64 of gzip begins
_ENCODING = "encoding"
_WITH_GZIP = 31
_OUTSIDE = ("query", "http", "call")
_CALL = ("call", "path")


class JsonEnvelope:
    """Both directions.

    Options, all of them optional: `api`: where the path of the call stands, `call.path` where only the call itself says
    it; `media_type`; `headers`: names of those that carry something; `credentials`: members that are blanked;
    `numbered`: (rows, name) of the number that each row has; `again`: (fields, list) of a request whose fields stand
    in a list once more; `always`: members of every request, and what they hold. `counts`: `text`, where the number of
    rows is one.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._api = tuple(str(options["api"]).split(".")) if "api" in options else ()
        self._media_type = str(options.get("media_type", "application/json;charset=UTF-8"))
        self._headers = tuple(options.get("headers", ()))
        self._secret = _secrets(options.get("credentials", ()))
        self._shape = JsonShape(options)
        self._encode = msgspec.json.Encoder(decimal_format="number").encode

    def parse(self, document: Document) -> Form:
        """The members of the document, with the groups outside it."""
        path, _, query = header(document, PATH).partition("?")
        outside: Form = {"query": dict(parse_qsl(query))}
        outside["http"] = {name: found for name in self._headers if (found := header(document, name))}
        if self._api == _CALL and path:
            outside["call"] = {"path": unquote(path)}
        zipped = document.body.lstrip().startswith(_ZIPPED)
        made = _decoded(_unfolded(document.body) if zipped else document.body, declared_charset(document))
        if type(made) is not dict or any(name in made for name in _OUTSIDE):
            raise unreadable("it is not an object as agreed")
        if zipped:
            outside["query"][_ENCODING] = "gzip"
        return self._shape.read(made) | {name: group for name, group in outside.items() if group}

    def text(self, form: Form, *, reply: bool) -> str:
        """The members, without the groups outside."""
        inside = {name: value for name, value in form.items() if name not in _OUTSIDE}
        return self._encode(self._shape.written(inside, reply=reply)).decode()

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """Packed where the query says so; a request names its path and has its headers."""
        query = form.get("query", {})
        if query.get(_ENCODING) == "gzip":
            body = base64.b64encode(gzip.compress(body, mtime=0))
        if reply:
            return Document(body, self._media_type)
        path: Any = form if self._api else ""
        for name in self._api:
            path = path[name]
        said = f"?{urlencode(query)}" if query or self._api != _CALL else ""
        headers = dict(form.get("http", {}))
        return Document(body, self._media_type, headers | ({PATH: f"{quote(path)}{said}"} if self._api else {}))

    def blank(self, document: Document) -> bytes:
        """Credentials are members of the body, or stand outside of it."""
        return self._secret.sub(rb'\1""', document.body) if self._secret else document.body


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


def _decoded(body: bytes, charset: str) -> object:
    if len(body) > _LARGEST:
        raise unreadable(f"it is longer than {_LARGEST} bytes")
    try:
        return json.loads(
            _text_of(body, charset), parse_float=Decimal, object_pairs_hook=_unique, parse_constant=_no_number
        )
    except (ValueError, ArithmeticError, RecursionError):
        raise unreadable("it is not JSON, or a member stands twice") from None


def _text_of(body: bytes, charset: str) -> str:
    """JSON is UTF-8; where its label or its first bytes say that it is not, both readings are weighed."""
    return decode(body, charset) if names_gb(charset) or marked_gb(body) else body.decode("utf-8-sig")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member stands twice")
    return made


def _no_number(_name: str) -> NoReturn:
    raise ValueError("not a number of JSON")


def _secrets(names: Sequence[str]) -> re.Pattern[bytes] | None:
    """What finds the values of members; a text in JSON holds no quote that is not escaped."""
    alternatives = "|".join(re.escape(name) for name in names)
    return re.compile(rf'("(?:{alternatives})"\s*:\s*)"(?:[^"\\]|\\.)*"'.encode()) if names else None
