"""The only XML parser for messages: no DTD, no entities, no network, no processing instructions, limits on the rest.

Comments are dropped while parsing, so that text on both sides of one is a single text.
"""

import re
import threading
from dataclasses import dataclass
from typing import Any, NoReturn

from lxml import etree

from gateway.errors import GatewayError
from gateway.security.charset import decode, without_declaration
from gateway.security.xsd import schema, validate

__all__ = [
    "DEFAULT",
    "FRAGMENT",
    "Limits",
    "NotWellFormedError",
    "parse",
    "parse_fragment",
    "parse_text",
    "schema",
    "validate",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest document taken. `size` in bytes, `text` in characters of one text or attribute value.

    `depth`: elements from the root down, at most 256. `attributes`: of one element; as many namespaces are in scope.
    """

    size: int = 1 << 20
    depth: int = 60
    elements: int = 50_000
    attributes: int = 128
    text: int = 1 << 19


class NotWellFormedError(GatewayError):
    """`xml_refused`, and where: `line` and `column` from 1, in characters; `why`: in the library's words."""

    def __init__(self, line: int, column: int, kind: str) -> None:
        super().__init__("xml_refused", reason=f"not well-formed at line {line}, column {column} ({kind})")
        self.line, self.column, self.why = line, column, kind


DEFAULT = Limits()
FRAGMENT = "fragment"

# White space and comments may stand before the root; what comes next must be an element's name.
_PROLOG = re.compile(r"(?:[ \t\r\n]++|<!--.*?-->)*+", re.DOTALL)
_NAME_START = re.compile(r"<[A-Za-z_:\u0080-\U0010ffff]")
# XML 1.0 itself refuses the other control characters and references to them.
_CONTROL = re.compile("[\x7f-\x9f]")
_CONTROL_REFERENCE = re.compile("&#(?:0*+(?:12[7-9]|1[34][0-9]|15[0-9])|x0*+(?:7[fF]|[89][0-9a-fA-F]));")

_INSTRUCTIONS = etree.XPath("boolean(//processing-instruction())")
_ELEMENTS = etree.XPath("count(//*) > $most")
_ATTRIBUTES = etree.XPath("boolean(//*[count(@*) > $most])")
_LONG = etree.XPath("boolean(//text()[string-length() > $most] | //@*[string-length() > $most])")
_own = threading.local()


def parse(body: bytes, *, charset: str | None = None, limits: Limits = DEFAULT) -> etree._Element:
    """The root element of an XML document; `charset` is that of the HTTP header.

    GatewayError `xml_refused`, and no other error, whatever the bytes are.
    """
    _check_size(body, limits)
    return _tree(decode(body, charset), limits)


def parse_text(text: str, *, limits: Limits = DEFAULT) -> etree._Element:
    """The root element of a document that came as text inside another one; the encoding it declares means nothing."""
    _check_size(text, limits)
    return _tree(without_declaration(text.removeprefix("\ufeff")), limits)


def parse_fragment(content: bytes | str, *, charset: str | None = None, limits: Limits = DEFAULT) -> etree._Element:
    """An element `fragment` around content without a root of its own (a card centre's reply, D5) or plain text."""
    _check_size(content, limits)
    text = decode(content, charset) if isinstance(content, bytes) else without_declaration(content)
    return _tree(f"<{FRAGMENT}>{text}</{FRAGMENT}>", limits)


def _tree(text: str, limits: Limits) -> etree._Element:
    _check_start(text)
    try:
        body = text.encode()
        _check_controls(text, body)
        root = etree.fromstring(body, _parser())
    except etree.XMLSyntaxError as error:
        raise _placed(error) from None
    except ValueError:
        _refuse("it holds characters that XML does not have")
    _check_tree(root, text, limits)
    return root


def _parser() -> etree.XMLParser:
    """One parser for each thread: a shared one would make threads wait for each other."""
    if not hasattr(_own, "parser"):
        _own.parser = etree.XMLParser(
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            collect_ids=False,
        )
    parser: etree.XMLParser = _own.parser
    return parser


def _check_start(text: str) -> None:
    """Refuse a DTD or instruction before the library sees it, so that nothing declared there is ever expanded."""
    found = _PROLOG.match(text)
    rest = text[found.end() : found.end() + 2] if found else ""
    if rest == "<!":
        _refuse("a document type declaration is not allowed")
    if rest == "<?":
        _refuse("processing instructions are not allowed")
    if not _NAME_START.match(rest):
        _refuse("it does not begin with an element")


def _check_controls(text: str, body: bytes) -> None:
    """Refuse control characters. Their bytes in UTF-8 are looked for first: few documents hold even one of those."""
    if (b"\x7f" in body or b"\xc2" in body) and _CONTROL.search(text):
        _refuse("it holds control characters")
    if "&" in text and _CONTROL_REFERENCE.search(text):
        _refuse("it holds control characters")


def _check_tree(root: etree._Element, text: str, limits: Limits) -> None:
    """The limits. A look at the text is cheap and never finds too little, so that most trees need not be looked at."""
    if "!" in text and root.getroottree().docinfo.internalDTD is not None:
        _refuse("a document type declaration is not allowed")
    if "?" in text and "<?" in text and _INSTRUCTIONS(root):
        _refuse("processing instructions are not allowed")
    tags = text.count("<")
    if tags > limits.elements and _ELEMENTS(root, most=limits.elements):
        _refuse(f"it has more than {limits.elements} elements")
    if tags > 2 * limits.depth and _deeper(limits.depth)(root):  # every level but the deepest takes two tags
        _refuse(f"it is nested deeper than {limits.depth} elements")
    if text.count("=") > limits.attributes:
        _check_attributes(root, text, limits.attributes)
    if len(text) > limits.text and _LONG(root, most=limits.text):
        _refuse(f"a text in it has more than {limits.text} characters")


def _check_attributes(root: etree._Element, text: str, most: int) -> None:
    crowded = bool(_ATTRIBUTES(root, most=most))
    # What is in scope is looked at from the root down, so that the first crowded element ends it.
    if text.count("xmlns") > most:
        crowded = crowded or any(len(element.nsmap) > most for element in root.iter())
    if crowded:
        _refuse(f"an element in it has more than {most} attributes or namespaces")


def _deeper(depth: int) -> etree.XPath:
    paths: dict[int, etree.XPath] = _own.__dict__.setdefault("paths", {})
    if depth not in paths:
        paths[depth] = etree.XPath("boolean(" + "/*" * (depth + 1) + ")", regexp=False, smart_strings=False)
    return paths[depth]


def _placed(error: etree.XMLSyntaxError) -> NotWellFormedError:
    """What is wrong and where, without the library's own sentence: that one quotes the document."""
    log: Any = error.error_log
    last = log.last_error
    kind = "" if last is None else last.type_name.removeprefix("ERR_").replace("_", " ").lower()
    return NotWellFormedError(*error.position, kind or "syntax")


def _check_size(body: bytes | str, limits: Limits) -> None:
    if len(body) > limits.size:
        _refuse(f"it is longer than {limits.size} bytes")


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("xml_refused", reason=reason)
