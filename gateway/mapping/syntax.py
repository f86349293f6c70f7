"""What a syntax does: between the bytes of a document and groups of named values, knowing nothing of what they mean."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.schema import FORBIDDEN
from gateway.ports import Document
from gateway.security.xml import parse, parse_text


class Syntax(Protocol):
    """One way to write groups of values. GatewayError and no other error, whatever the bytes are."""

    def parse(self, document: Document) -> Form:
        """The groups in a document."""
        ...

    def text(self, form: Form, *, reply: bool) -> str:
        """The characters of the document that holds the groups."""
        ...

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """The document around the encoded characters, with the headers that belong to it."""
        ...

    def blank(self, document: Document) -> bytes:
        """The bytes of a document with every credential in it blanked."""
        ...


Maker = Callable[[Mapping[str, Any]], Syntax]

_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_-]+)""", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']""")
_DECLARATION_WITHIN = 256
_MARKUP = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"} | {
    ord(white): f"&#{ord(white)};" for white in "\t\n\r"
}


def escaped(text: str) -> str:
    """`text` for an attribute or an element, white space as references; GatewayError `bad_character`."""
    forbidden = FORBIDDEN.search(text)
    if forbidden:
        raise GatewayError("bad_character", character=f"U+{ord(forbidden[0]):04X}")
    return text.translate(_MARKUP)


def header(document: Document, name: str) -> str:
    """A header of the document, "" where it is absent; names compare without regard to case."""
    return next((value for key, value in document.headers.items() if key.lower() == name.lower()), "")


def declared_charset(document: Document) -> str:
    """The charset of the media type in lower case, "" where it names none."""
    found = _CHARSET.search(document.media_type)
    return found[1].lower() if found else ""


def envelope_root(document: Document, expected: str) -> etree._Element:
    """The root of an XML document whose party is agreed to write `expected` (`utf-8` or `gb18030`).

    Where everything says UTF-8 and the bytes agree there is nothing to guess; else the parser weighs both readings.
    """
    charset = declared_charset(document) or expected
    declared = _DECLARED.match(document.body, 0, _DECLARATION_WITHIN)
    labels = {charset, declared[1].decode("ascii", "replace").lower() if declared else charset}
    if labels == {"utf-8"}:
        try:
            return parse_text(document.body.decode())
        except UnicodeDecodeError:
            pass  # the label is wrong; the parser finds out what it is instead
    return parse(document.body, charset=charset)


def add(group: dict[str, Any], name: str, value: str) -> None:
    """Put a value into a group; a repeated one becomes a list."""
    if name not in group:
        group[name] = value
    elif isinstance(group[name], list):
        group[name].append(value)
    else:
        group[name] = [group[name], value]


def unreadable(reason: str) -> GatewayError:
    """The document is not of the syntax."""
    return GatewayError("xml_refused", reason=reason)
