"""Envelopes that are written plainly, taken apart as bytes: one header block, one element in the body, nothing else.

That is how nearly every program writes them. Whatever is not of that form (references, comments, white space between
elements, attributes, other declarations, other encodings) gives None, and the ordinary way through the parser says
what it is. Nothing is believed here that is not looked at: the content of both elements is matched, from the first tag
to the last, by `typed_xml_plain`, so that what is taken is well-formed (a law in the tests).
"""

import re
from typing import NamedTuple

from gateway.mapping.soap import ENVELOPES, Version, charset_of
from gateway.security.xml import DEFAULT

_NAME = rb"[A-Za-z_][A-Za-z0-9_.-]*+"
_START = rb'<(?:(?!(?i:xml))(%b):)?(%b) xmlns(?(1):\1)="([^"<&]*+)">' % (_NAME, _NAME)
_element = re.compile(_START).match
_root = re.compile(rb'(?:<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?\?>\n?)?' + _START).match
_VERSIONS: dict[bytes, Version] = {namespace.encode(): version for version, namespace in ENVELOPES.items()}
_UTF_8 = (None, "utf-8")


class PlainElement(NamedTuple):
    """An element as it is written, from its start tag to its end tag. `prefix`: with its colon, or empty.

    Its start tag is plain, and its end tag; what stands between them has not been looked at.
    """

    name: str
    namespace: str
    prefix: str
    raw: bytes


class PlainEnvelope(NamedTuple):
    """An envelope whose one header block and whose payload are still as they were written."""

    version: Version
    block: PlainElement
    payload: PlainElement


def plain_envelope(body: bytes, content_type: str) -> PlainEnvelope | None:
    """The parts of a plain envelope, None for every other document; GatewayError `unsupported_media_type`."""
    if charset_of(content_type) not in _UTF_8 or len(body) > DEFAULT.size:
        return None
    root = _root(body)
    if root is None or root[2] != b"Envelope" or root[3] not in _VERSIONS:
        return None
    prefix = root[1] + b":" if root[1] else b""
    parts = _parts(body, root.end(), prefix)
    return parts and PlainEnvelope(_VERSIONS[root[3]], *parts)


def _parts(body: bytes, at: int, prefix: bytes) -> tuple[PlainElement, PlainElement] | None:
    header, between = b"<%bHeader>" % prefix, b"</%bHeader><%bBody>" % (prefix, prefix)
    end = b"</%bBody></%bEnvelope>" % (prefix, prefix)
    middle = body.find(between, at)
    if middle < 0 or not body.startswith(header, at) or not body.endswith(end):
        return None
    block = _cut(body, at + len(header), middle)
    payload = _cut(body, middle + len(between), len(body) - len(end))
    return None if block is None or payload is None else (block, payload)


def _cut(body: bytes, start: int, end: int) -> PlainElement | None:
    found = _element(body, start, end)
    if found is None:
        return None
    prefix = found[1] + b":" if found[1] else b""
    if not body.endswith(b"</%b%b>" % (prefix, found[2]), found.end(), end):
        return None
    try:
        return PlainElement(found[2].decode(), found[3].decode(), prefix.decode(), body[start:end])
    except UnicodeDecodeError:  # a namespace in some other encoding
        return None
