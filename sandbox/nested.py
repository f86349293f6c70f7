"""Documents inside strings: an escaped element of flat children, read and written by hand (wire facts D2 to D4)."""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from sandbox.envelope import local
from sandbox.indicators import Asked, Record


class NotADocumentError(ValueError):
    """The string holds no document."""


def inner(text: str) -> ET.Element:
    """The element in a string; a declaration of its own says nothing, whatever it names."""
    text = text.strip()
    if text.startswith("<?"):
        text = text.partition("?>")[2]
    if "<!DOCTYPE" in text:
        raise NotADocumentError("a DTD is not allowed")
    try:
        return ET.fromstring(text)  # noqa: S314 - no DTD gets here, so no entity does
    except ET.ParseError as error:
        raise NotADocumentError(str(error)) from None


def asked(element: ET.Element, prefix: str = "") -> Asked:
    """The children by name: lower case, without prefix; a name that comes again is one more value."""
    values: dict[str, tuple[str, ...]] = {}
    for child in element:
        name = local(child).lower().removeprefix(prefix)
        values[name] = (*values.get(name, ()), child.text or "")
    return Asked(values)


def flat(values: Mapping[str, str], *, full: bool = True) -> str:
    """Elements of texts in order; without `full` the empty ones are left out."""
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items() if full or value)


def rows(found: Iterable[Record], row: str, *, full: bool = True) -> str:
    """A repeated element of texts."""
    return "".join(f"<{row}>{flat(record, full=full)}</{row}>" for record in found)
