"""What a call in a dialect says before it is understood: what for, who says that they call, and their password."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.mapping.dialect_reading import Form
from gateway.mapping.dialect_rows import at
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.envelopes import opened
from gateway.mapping.syntax_string_soap import StringSoap, held
from gateway.mapping.tables import Line
from gateway.ports import Document

_SENDER = "sender"
_SIGNATURE = ("system", "signature")
_SERIAL = ("input", "jylsh")


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it came in; nothing in it is proved. What it does not say is "".

    `message`: one of the dialect's tables; `question`: one that carries no message, such as a login. `signature`: of a
    signed header, in Base64; `signed`: the document inside that it is over; `serial`: the caller's own, in it.
    """

    message: str
    question: str
    user: str
    secret: str = field(repr=False)
    signature: str = ""
    signed: str = ""
    serial: str = ""


def called(dialect: TableDialect, document: Document) -> Called:
    """The call in `document`; GatewayError where it is not of the dialect's syntax."""
    form = dialect.parse(document)
    side = dialect.tables.request_in(form)
    lines = dialect.tables.folder.dialect.request.lines
    signature, signed = _signed(dialect, document, form)
    return Called(
        message=side.located.table.message if side else "",
        question="" if side else dialect.tables.question_in(form),
        user=_said(form, (line for line in lines if line.control == _SENDER and line.only != "write")),
        secret=_said(form, (line for line in lines if line.credential)),
        signature=signature,
        signed=signed,
        serial=str(at(form, _SERIAL) or "") if signature else "",
    )


def loses(dialect: TableDialect, message: str) -> frozenset[str]:
    """Canonical paths of the answer to `message` that the dialect has no place for."""
    side = dialect.tables.replies.get(message)
    return frozenset() if side is None else frozenset(side.block.lossy)


def _signed(dialect: TableDialect, document: Document, form: Form) -> tuple[str, str]:
    """The signature of a signed header and what it is over (wire facts, 2 D2); "" and "" where there is none."""
    signature = at(form, _SIGNATURE)
    if signature and isinstance(dialect.syntax, StringSoap):
        return signature, held(opened(document).called)
    return "", ""


def _said(form: Form, lines: Iterable[Line]) -> str:
    return next(_texts(form, lines), "")


def _texts(form: Form, lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        found = at(form, line.columns[0].split("."))
        if type(found) is str and found:
            yield found
