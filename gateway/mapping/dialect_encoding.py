"""The encoding of one party where it is not that of its dialect: the same documents, in other bytes and so labelled."""

import codecs
import re
from collections.abc import Callable
from dataclasses import replace

from gateway.mapping.rulefile import RuleFile
from gateway.mapping.syntax import declared_charset
from gateway.ports import Document

_GB = "gb18030"
_KNOWN = {"utf-8": "utf-8", "gb18030": _GB, "gbk": _GB, "gb2312": _GB}
_LABELS = {"utf-8": "UTF-8", _GB: "GBK"}
_DECLARED = re.compile(r'\A(<\?xml version="1\.0" encoding=")[^"]*')
_CHARSET = re.compile(r"(charset\s*=\s*)[\w-]+", re.IGNORECASE)


def encoding_of(name: str, file: RuleFile) -> str:
    """`utf-8` or `gb18030` by any of their names, "" where none is said; GatewayError `data_invalid`.

    What is declared GBK or GB2312 is GB18030: what these systems send is not always in those.
    """
    if not name:
        return ""
    try:
        known = _KNOWN.get(codecs.lookup(name).name, "")
    except LookupError:
        raise file.invalid(f"{name} is not a character set; there are utf-8 and gb18030", "encoding") from None
    if not known:
        raise file.invalid(f"{name} is not written here; there are utf-8 and gb18030", "encoding")
    return known


class Labels:
    """What documents say of the encoding that a party has instead of its dialect's."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._label = _LABELS[encoding]

    def declared(self, text: str) -> str:
        """A document that declares the party's encoding, where it declares one."""
        return _DECLARED.sub(rf"\g<1>{self._label}", text, count=1)

    def sent(self, document: Document) -> Document:
        """A document whose media type names the party's encoding, where it names one."""
        return replace(document, media_type=_CHARSET.sub(rf"\g<1>{self._label}", document.media_type))

    def heard(self, document: Document) -> Document:
        """A document that says nothing of its encoding is in the party's."""
        if declared_charset(document):
            return document
        return replace(document, media_type=f"{document.media_type};charset={self._label}")

    def blanked(self, document: Document, blank: Callable[[Document], bytes]) -> bytes:
        """As `blank`, in characters: a second byte of GBK may look like the backslash of a string."""
        try:
            plain = replace(document, body=document.body.decode(self._encoding).encode())
        except UnicodeDecodeError:
            return blank(document)
        return blank(plain).decode().encode(self._encoding)


def labels_of(own: str, encoding: str, syntax: str, file: RuleFile) -> Labels | None:
    """How a party of `encoding` labels the documents of a dialect that is in `own`; None where they are the same.

    GatewayError `data_invalid` for rows of a fixed width, which count the bytes of their own encoding.
    """
    if not encoding or encoding == own:
        return None
    if syntax == "rows":
        raise file.invalid(f"the columns of this dialect are counted in {own}", "encoding")
    return Labels(encoding)
