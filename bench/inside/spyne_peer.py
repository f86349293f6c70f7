"""spyne over the same types: a WSGI application in this process, with the schema on, that answers what it was told."""

import io
import warnings
from datetime import date, datetime
from typing import Any

from gateway.mapping.contract import ExchangeBlock
from gateway.mapping.contract_versions import NEWEST
from gateway.mapping.schema import FORMS, codes, text_bounds, whole_bounds
from gateway.model.shape import Shape, shapes
from gateway.model.values import Money

_FACES = {date: "Date", datetime: "DateTime", bool: "Boolean", Money: "Decimal"}


class SpynePeer:
    """Takes envelopes of one message; RuntimeError where spyne cannot be had, with the reason."""

    def __init__(self, name: str, record: type) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it stands on modules that Python is about to drop
                self._application = _application(name, record)
        except ImportError as problem:
            raise RuntimeError(f"spyne cannot be imported: {problem}") from problem

    def through(self, body: bytes) -> bytes:
        """The answer to `body`; RuntimeError where it is a fault."""
        said: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "text/xml; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        answer = b"".join(self._application(environ, lambda status, *_: said.append(status)))
        if not said[0].startswith("200"):
            raise RuntimeError(f"spyne refuses: {answer[:400].decode(errors='replace')}")
        return answer


def _application(name: str, record: type) -> Any:
    from spyne import Application, ServiceBase, rpc  # type: ignore[import-untyped]  # it carries no types  # noqa: PLC0415 - its absence is a row
    from spyne.protocol.soap import Soap11  # type: ignore[import-untyped]  # it carries no types  # noqa: PLC0415 - its absence is a row
    from spyne.server.wsgi import WsgiApplication  # type: ignore[import-untyped]  # it carries no types  # noqa: PLC0415 - its absence is a row

    made: dict[type, Any] = {}
    told, block = _model(record, made), _model(ExchangeBlock, made)

    def answer(context: Any, message: Any) -> Any:
        context.out_header = context.in_header
        return message

    answer.__name__ = name
    operation = rpc(told, _returns=told, _body_style="bare")(answer)
    service = type("Peer", (ServiceBase,), {name: operation, "__in_header__": block, "__out_header__": block})
    soap = Application([service], NEWEST.namespace, in_protocol=Soap11(validator="lxml"), out_protocol=Soap11())
    return WsgiApplication(soap)


def _model(record: type, made: dict[type, Any]) -> Any:
    from spyne import ComplexModel  # noqa: PLC0415 - its absence is a row of the table

    if record not in made:
        fields = [(item.name, _field(item, made)) for item in shapes(record)]
        name = "Exchange" if record is ExchangeBlock else record.__name__
        space = {"__namespace__": NEWEST.namespace, "__type_name__": name, "_type_info": fields}
        made[record] = type(name, (ComplexModel,), space)
    return made[record]


def _field(item: Shape, made: dict[type, Any]) -> Any:
    occurs = {"min_occurs": int(item.required), "max_occurs": "unbounded" if item.many else 1}
    kind = _model(item.kind, made) if item.is_record else _scalar(item)
    return kind.customize(**occurs)


def _scalar(item: Shape) -> Any:
    import spyne  # noqa: PLC0415 - its absence is a row of the table

    if item.kind in _FACES:
        return getattr(spyne, _FACES[item.kind])
    if item.kind in FORMS:
        return spyne.Unicode(pattern=FORMS[item.kind].pattern)
    if item.kind is int:
        bounds = whole_bounds(item)
        return spyne.Integer(ge=bounds.min, le=bounds.max)
    if item.kind is str:
        text = text_bounds(item)
        return spyne.Unicode(text.max, min_len=text.min, **({"pattern": text.pattern} if text.pattern else {}))
    return spyne.Unicode(values=list(codes(item.kind)))
