"""zeep reads a WSDL into a plain contract: what can be called, under which action, with which elements."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from zeep.exceptions import Error
from zeep.settings import Settings
from zeep.transports import Transport
from zeep.wsdl import Document
from zeep.wsdl.bindings.soap import Soap11Binding

from gateway.errors import GatewayError

# A contract lies beside its dialect, with all that it imports; nothing is fetched.
_LOCAL = Settings(strict=True, forbid_dtd=True, forbid_external=True)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its SOAPAction, and the qualified names (`{namespace}local`) of its request and reply elements.

    An operation of RPC style has no elements: both names are then empty.
    """

    soap_action: str
    input: str
    output: str


@dataclass(frozen=True, slots=True)
class Contract:
    """The operations of the SOAP 1.1 port of a WSDL (the first port, where none is SOAP 1.1), and its address."""

    operations: Mapping[str, Operation]
    address: str


@cache
def contract(path: Path) -> Contract:
    """Read the WSDL at `path`, once per process; GatewayError `data_invalid` where it is not one."""
    try:
        port = _port(_read(path))
        operations = {name: _operation(found) for name, found in port.binding.all().items()}
        return Contract(operations, port.binding_options["address"])
    except (Error, OSError, LookupError, ValueError) as error:
        raise GatewayError("data_invalid", file=str(path), line="1", reason=f"not a usable WSDL: {error}") from error


def _read(path: Path) -> Any:
    transport: Any = Transport()  # type: ignore[no-untyped-call]  # as above
    return Document(str(path.resolve()), transport, settings=_LOCAL)


def _port(document: Any) -> Any:
    ports = [port for service in document.services.values() for port in service.ports.values()]
    first = sorted(ports, key=lambda port: not isinstance(port.binding, Soap11Binding))
    if not first:
        raise LookupError("no service has a port")
    return first[0]


def _operation(found: Any) -> Operation:
    return Operation(found.soapaction, _element(found.input), _element(found.output))


def _element(message: Any) -> str:
    name = getattr(getattr(message, "body", None), "qname", None)
    return "" if name is None else str(name)
