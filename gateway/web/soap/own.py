"""/soap/<party>: a province whose dialect is SOAP of some kind calls us in it; the WSDL of such a dialect, if known."""

import re
from functools import cache
from pathlib import Path

from flask import Response

from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.ports import Document, Party
from gateway.web import body
from gateway.web.call import Call
from gateway.web.inbound.own import own_dialect, respond
from gateway.web.inbound.request import headers_of
from gateway.web.resource import entrance

_SOAP = frozenset({"attribute_soap", "hosdata", "rpc_soap", "starred", "string_soap", "tirip", "typed_soap"})
"""The syntaxes whose documents are SOAP envelopes."""
_ADDRESS = re.compile(rb"""(<(?:[A-Za-z0-9_.-]+:)?address\s[^<>]*?\blocation\s*=\s*)("[^"]*"|'[^']*')""")


@entrance("POST /soap/<party>", "operation")
def own_soap(call: Call, party: str) -> Response:
    """Answer a province that calls in its own kind of SOAP."""
    known, dialect = _spoken(call, party)
    return respond(call, known, dialect, Document(body.read(call), call.content_type, headers_of(call)))


@entrance("GET /soap/<party>", "open")
def contract_of_party(call: Call, party: str) -> Response:
    """The WSDL in which a province calls us, where its dialect has one that is known."""
    _, dialect = _spoken(call, party)
    if "wsdl" not in {name.lower() for name in call.request.args}:
        raise GatewayError("method_not_allowed", method="GET without ?wsdl", allowed="POST")
    wsdl = _wsdl(dialect.tables.folder.path, f"{call.runtime.settings.url}/soap/{party}")
    if wsdl is None:
        raise GatewayError("not_found", thing="WSDL: none is known of this dialect")
    return Response(wsdl, content_type="text/xml; charset=utf-8")


def _spoken(call: Call, party: str) -> tuple[Party, TableDialect]:
    known = call.runtime.parties.get(party)
    dialect = None if known is None else own_dialect(known)
    if known is None or dialect is None or dialect.tables.folder.dialect.syntax not in _SOAP:
        raise GatewayError("not_found", thing="party with a SOAP dialect of its own")
    return known, dialect


@cache
def _wsdl(folder: Path, address: str) -> bytes | None:
    """The WSDL beside the tables, with our address in the place of theirs; None where there is none."""
    found = sorted((folder / "contract").glob("*.wsdl"))
    return _ADDRESS.sub(rb'\1"' + address.encode() + rb'"', found[0].read_bytes()) if found else None
