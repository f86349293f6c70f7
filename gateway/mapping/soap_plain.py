"""Envelopes that are written plainly, taken apart as text: one header block, one element in the body, nothing else.

That is how nearly every program writes them. Whatever is not of that form (references, comments, white space between
elements, attributes, other declarations, control characters) gives None, and the ordinary way through the parser says
what it is. Nothing is believed here that is not looked at: the content of both elements is matched, from the first tag
to the last, by `typed_xml_plain`, so that what is taken is well-formed (a law in the tests).
"""

import re
from typing import NamedTuple

from gateway.mapping.soap import ENVELOPES, Version, charset_of, text_of
from gateway.security.xml import DEFAULT

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*+"
_START = rf'<(?:(?!(?i:xml))({_NAME}):)?({_NAME}) xmlns(?(1):\1)="([^"<&]*+)">'
_element = re.compile(_START).match
_root = re.compile(rf'(?:<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?\?>\n?)?{_START}').match
_VERSIONS: dict[str, Version] = {namespace: version for version, namespace in ENVELOPES.items()}
# Bytes that stand in no plain document: references, and what XML or we refuse or change.
_ODD = bytes(set(range(32)) - {0x09, 0x0A}) + b"&\x7f"
# Some byte of it, sought first because one byte is found ten times as quickly, and what may not stand in a document:
# C1 controls and the last two code points of the plane begin like this in UTF-8; `]]>` may not stand in a text.
_SUSPECT = ((b"\xc2", b"\xc2"), (b"\xef", b"\xef\xbf"), (b"]", b"]]>"))


class PlainElement(NamedTuple):
    """An element as it is written, from its start tag to its end tag. `prefix`: with its colon, or empty."""

    name: str
    namespace: str
    prefix: str
    text: str


class PlainEnvelope(NamedTuple):
    """An envelope whose one header block and whose payload are still text."""

    version: Version
    block: PlainElement
    payload: PlainElement


def plain_envelope(body: bytes, content_type: str) -> PlainEnvelope | None:
    """The parts of a plain envelope, None for every other document; GatewayError `unsupported_media_type`."""
    charset = charset_of(content_type)
    if len(body) > DEFAULT.size or len(body.translate(None, _ODD)) != len(body):
        return None
    for byte, suspect in _SUSPECT:
        if byte in body and suspect in body:
            return None
    if (text := text_of(body, charset)) is None:
        return None
    root = _root(text)
    if root is None or root[2] != "Envelope" or root[3] not in _VERSIONS:
        return None
    prefix = f"{root[1]}:" if root[1] else ""
    parts = _parts(text, root.end(), prefix)
    return parts and PlainEnvelope(_VERSIONS[root[3]], *parts)


def _parts(text: str, at: int, prefix: str) -> tuple[PlainElement, PlainElement] | None:
    header, between = f"<{prefix}Header>", f"</{prefix}Header><{prefix}Body>"
    end = f"</{prefix}Body></{prefix}Envelope>"
    middle = text.find(between, at)
    if middle < 0 or not text.startswith(header, at) or not text.endswith(end):
        return None
    block = _cut(text, at + len(header), middle)
    payload = _cut(text, middle + len(between), len(text) - len(end))
    return None if block is None or payload is None else (block, payload)


def _cut(text: str, start: int, end: int) -> PlainElement | None:
    found = _element(text, start, end)
    if found is None:
        return None
    prefix = f"{found[1]}:" if found[1] else ""
    if not text.endswith(f"</{prefix}{found[2]}>", found.end(), end):
        return None
    return PlainElement(found[2], found[3], prefix, text[start:end])
