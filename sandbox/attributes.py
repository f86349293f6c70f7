"""The attribute SOAP of the molss generation by hand, and the GBK columns behind it (wire facts D1, 9)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GBK = "text/html;charset=GBK"
NS = "http://www.molss.gov.cn/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
SQL_PARAMETERS = frozenset({"clientsql", "addsql", "sqlstr"})

_PARA = re.compile(r"<(?:\w+:)?para\s+([^\s=<>]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')\s*/?>")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_NOT_ASCII = re.compile("[^\x00-\x7f]")

# The user-defined area that CP936 shows for the two-byte codes FE50 to FEA0: no 7F, and none of it in strict GBK.
_LEAD, _TRAILS, _GAP, _FIRST_PRIVATE = 0xFE, range(0x50, 0xA1), 0x7F, 0xE815


class NotMolssError(ValueError):
    """What came is not such an envelope."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: header paras, and body paras in order (a repeated name is a repeated value)."""

    system: Mapping[str, str]
    business: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        """The first value of a para; "" where it is absent."""
        return next((value for key, value in self.business if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a para."""
        return tuple(value for key, value in self.business if key == name and value)


def read(body: bytes) -> Call:
    """Read a request; NotMolssError where it is none. Text is already as a GBK column keeps it."""
    text = _NOT_ASCII.sub(_kept, body.decode("gb18030", "replace"))
    head, found, rest = text.partition("Body>")
    if not found or "business" not in rest:
        raise NotMolssError("soap:Body/in:business is missing")
    business = tuple(_paras(rest))
    if SQL_PARAMETERS & {name for name, _ in business}:
        raise NotMolssError("SQL as a parameter is not taken")
    return Call(dict(_paras(head)), business)


def column(text: str, size: int) -> str | None:
    """A text as a VARCHAR2 column of `size` GBK bytes keeps it; None where it does not fit."""
    kept = _NOT_ASCII.sub(_kept, text)
    return kept if len(kept) + len(_NOT_ASCII.findall(kept)) <= size else None


def attributes(values: Mapping[str, str]) -> str:
    """Attributes in order."""
    return " ".join(f'{name}="{_escaped(value)}"' for name, value in values.items())


def reply(business: str, message: str = "") -> bytes:
    """A reply around the markup of `out:business`."""
    return _bytes(
        f'<soap:Header><out:system xmlns:out="{NS}"><result {attributes({"message": message})}/></out:system>'
        f"</soap:Header>"
        f'<soap:Body><out:business xmlns:out="{NS}">{business}</out:business></soap:Body>'
    )


def rows(name: str, found: Iterable[Mapping[str, str]], total: int) -> str:
    """A result set of a query."""
    inner = "".join(f"<row {attributes(row)}/>" for row in found)
    resultset = f'<resultset name="{name}">{inner}</resultset>' if inner else f'<resultset name="{name}"/>'
    return f'<result result=""/>{resultset}<result row_count="{total}"/>'


def retrieved(row: Mapping[str, str] | None, information: str = "", copies: int = 1) -> str:
    """The result of a writing function, or the place where it says why not."""
    inner = f"<row {attributes(row)}/>" * copies if row else ""
    return (
        f'<result result=""/><resultset name="retrieve" {attributes({"information": information})}>{inner}</resultset>'
    )


def fault(message: str) -> bytes:
    """The third place where an error may stand."""
    inner = f"<faultcode>soap:Server</faultcode><faultstring><error {attributes({'msg': message})}/></faultstring>"
    return _bytes(f"<soap:Body><soap:Fault>{inner}</soap:Fault></soap:Body>")


def _paras(text: str) -> Iterable[tuple[str, str]]:
    for name, double, single in _PARA.findall(text):
        yield name.lower(), _REFERENCE.sub(_resolved, double or single)


def _resolved(match: re.Match[str]) -> str:
    hexadecimal, decimal, named = match.groups()
    if named:
        return _NAMED[named]
    char = chr(int(hexadecimal, 16) if hexadecimal else int(decimal))
    # What came as a reference never was a two-byte code, so the column has no private-use twin for it.
    return char if char.isascii() or _NOT_ASCII.sub(_kept, char) == char else "?"


def _kept(match: re.Match[str]) -> str:
    """One character as a GBK column keeps it: itself, a private-use twin, or a question mark."""
    char = match.group()
    if "\ue000" <= char <= "\uf8ff":
        return char
    try:
        char.encode("gbk")
    except UnicodeEncodeError:
        code = char.encode("gb18030")
    else:
        return char
    if len(code) == 2 and code[0] == _LEAD and code[1] in _TRAILS:  # noqa: PLR2004 - a two-byte code
        return chr(_FIRST_PRIVATE + code[1] - _TRAILS[0] - (code[1] > _GAP))
    return "?"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _bytes(inner: str) -> bytes:
    envelope = f'<soap:Envelope xmlns:soap="{SOAP}" soap:encodingStyle="{ENCODING}">{inner}</soap:Envelope>'
    return f'<?xml version="1.0" encoding="GBK"?>\r\n{envelope}'.encode("gbk", "xmlcharrefreplace")
