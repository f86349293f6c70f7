"""The attribute SOAP of the molss generation by hand (wire facts D1)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox import columns

GBK = "text/html;charset=GBK"
NS = "http://www.molss.gov.cn/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
SQL_PARAMETERS = frozenset({"clientsql", "addsql", "sqlstr"})

_PARA = re.compile(r"<(?:\w+:)?para\s+([^\s=<>]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')\s*/?>")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


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
    text = columns.kept(body.decode("gb18030", "replace"))
    head, found, rest = text.partition("Body>")
    if not found or "business" not in rest:
        raise NotMolssError("soap:Body/in:business is missing")
    business = tuple(_paras(rest))
    if SQL_PARAMETERS & {name for name, _ in business}:
        raise NotMolssError("SQL as a parameter is not taken")
    return Call(dict(_paras(head)), business)


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
    return char if char.isascii() or columns.kept(char) == char else "?"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _bytes(inner: str) -> bytes:
    envelope = f'<soap:Envelope xmlns:soap="{SOAP}" soap:encodingStyle="{ENCODING}">{inner}</soap:Envelope>'
    return f'<?xml version="1.0" encoding="GBK"?>\r\n{envelope}'.encode("gbk", "xmlcharrefreplace")
