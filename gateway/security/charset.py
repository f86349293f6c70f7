"""From the bytes of a document to its text, where what it says of its own encoding may be wrong.

Old systems declare UTF-8 and send GBK, declare GBK and send UTF-8, declare GB2312 and send characters that only GB18030
has (wire facts, section 2.9). So both readings are tried strictly, and one is taken where the bytes leave no doubt.
"""

import re
from collections.abc import Sequence

from gateway.errors import GatewayError

_UTF_8, _GB, _UNSAID = "utf-8", "gb18030", ""

# A document declared UTF-16 that is not (no byte order mark) was serialised to a string first: its label says nothing.
_FAMILIES = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii"), _UTF_8),
    **dict.fromkeys(("gb18030", "gb18030-2000", "gbk", "gb2312", "gb_2312-80", "cp936", "ms936", "x-gbk"), _GB),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be", "unicode"), _UNSAID),
}
# Servers put this on every answer that names no charset, whatever the bytes are.
_SERVER_DEFAULT = ("iso-8859-1", "latin1", "iso8859-1")

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", _UTF_8),
    (b"\x84\x31\x95\x33", _GB),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DECLARATION = re.compile(r"\s*+<\?xml(?=\s)[^<>?]*+\?>")
_ENCODING = re.compile(r"""\sencoding\s*+=\s*+["']([^"'<>]*+)["']""")
_DECLARATION_WITHIN = 256

# Letters of two UTF-8 bytes that stand alone in no Chinese document: short GBK words read as UTF-8 look like that.
_UNLIKELY = re.compile(r"(?<![A-Za-z\u00c0-\u024f])[\u00c0-\u024f]+(?![A-Za-z\u00c0-\u024f])|[\u0250-\u07ff]")
_LIKELY = re.compile(r"[\u0800-\uffff\U00010000-\U0010ffff]")

_HAN_IN_UTF_8 = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_HIGH = re.compile(rb"[\x80-\xff]+")
_FEW = 2


def decode(body: bytes, charset: str | None = None) -> str:
    """The text of an XML document, or of another one, without byte order mark and XML declaration.

    `charset`: of the HTTP header, if any. A byte order mark decides; else the encoding that is named, else the one
    alternative among UTF-8 and GB18030. GatewayError `xml_refused` where the encoding is not offered, or the bytes fit
    none of them, or fit both and the likelier one is not the one that is named.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            text = _strict(body[len(mark) :], encoding)
            return without_declaration(_refuse_bytes() if text is None else text)
    named = _named(body, charset)
    return without_declaration(body.decode("ascii") if body.isascii() else _read(body, named))


def misdeclared(body: bytes, charset: str | None = None) -> tuple[str, str] | None:
    """The encoding that a document names and the one that its bytes are in, where they fit none that it names.

    `charset`: of the HTTP header, if any. None where nothing is wrong, or nothing can be told.
    """
    if body.isascii() or any(body.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS):
        return None
    try:
        named = _named(body, charset)
    except GatewayError:
        return None
    fitting = [each for each in (_UTF_8, _GB) if _strict(body, each) is not None]
    return (named[0], fitting[0]) if fitting and not set(named) & set(fitting) else None


def names_gb(charset: str) -> bool:
    """Whether a label names GB18030 or what it contains: GBK, GB2312 and their other names."""
    return _FAMILIES.get(charset.lower()) == _GB


def marked_gb(body: bytes) -> bool:
    """Whether a document begins with the byte order mark of GB18030."""
    return next((family for mark, family in _BYTE_ORDER_MARKS if body.startswith(mark)), "") == _GB


def without_declaration(text: str) -> str:
    """The text behind a leading XML declaration, if there is one."""
    found = _DECLARATION.match(text)
    return text[found.end() :] if found else text


def _named(body: bytes, charset: str | None) -> Sequence[str]:
    """The encodings that header and declaration name, as families; neither: UTF-8 (XML 1.0, section 4.3.3)."""
    label = (charset or "").strip(" \t;\"'").lower()
    header = _UNSAID if label in _SERVER_DEFAULT else label
    declaration = _DECLARATION.match(body[:_DECLARATION_WITHIN].decode("latin-1"))
    declared = _ENCODING.search(declaration[0]) if declaration else None
    families = [_family(name) for name in (header, declared[1].strip().lower() if declared else "") if name]
    return [family for family in families if family] or [_UTF_8]


def _family(name: str) -> str:
    if name not in _FAMILIES:
        raise GatewayError("xml_refused", reason="its encoding is not offered here; send UTF-8 or GB18030")
    return _FAMILIES[name]


def _read(body: bytes, named: Sequence[str]) -> str:
    as_utf_8 = _strict(body, _UTF_8)
    sure = as_utf_8 is not None and (_LIKELY.search(as_utf_8) or not _UNLIKELY.search(as_utf_8))
    # What most callers send is settled here, without a second reading.
    if as_utf_8 is not None and sure and _UTF_8 in named:
        return as_utf_8
    as_gb = _strict(body, _GB)
    if as_utf_8 is None:
        return as_gb if as_gb is not None and not _damaged(body) else _refuse_bytes()
    if as_gb is None:
        return as_utf_8
    likely, text = (_UTF_8, as_utf_8) if sure else (_GB, as_gb)
    if likely not in named:
        raise GatewayError("xml_refused", reason="its bytes read as UTF-8 and as GB18030; declare the right encoding")
    return text


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _damaged(body: bytes) -> bool:
    """Whether this is UTF-8 with a broken byte, which GB18030 would read as other Han characters without complaint."""
    characters = _HAN_IN_UTF_8.findall(body)
    high = sum(len(run) for run in _HIGH.findall(body))
    return len(characters) >= _FEW and 3 * len(b"".join(characters)) >= 2 * high


def _refuse_bytes() -> str:
    raise GatewayError("xml_refused", reason="its bytes are not in the encoding it names, nor in UTF-8 or GB18030")
