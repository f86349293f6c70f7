"""The WSDL 1.1 around a schema: document/literal wrapped, one port type, a SOAP 1.1 and a SOAP 1.2 binding."""

from collections.abc import Mapping

from lxml import etree

from gateway.mapping.schema_xsd import maker

WSDL = "http://schemas.xmlsoap.org/wsdl/"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_BINDINGS = {
    "GatewaySoap11": "http://schemas.xmlsoap.org/wsdl/soap/",
    "GatewaySoap12": "http://schemas.xmlsoap.org/wsdl/soap12/",
}
_W = maker(WSDL)


def definitions(schema: etree._Element, namespace: str, operations: Mapping[str, str], address: str) -> etree._Element:
    """The document; `operations` by name, each with its words. The schema has elements `<name>` and `<name>Answer`."""
    prefixes = {"wsdl": WSDL, "soap": _BINDINGS["GatewaySoap11"], "soap12": _BINDINGS["GatewaySoap12"], "g": namespace}
    root = etree.Element(f"{{{WSDL}}}definitions", {"name": "Gateway", "targetNamespace": namespace}, nsmap=prefixes)
    root.append(_W("types", schema))
    for name in operations:
        root.append(_message(name, "parameters", name))
        root.append(_message(f"{name}Answer", "parameters", f"{name}Answer"))
    root.append(_message("ExchangeHeader", "exchange", "Exchange"))
    root.append(_message("ProblemFault", "problem", "Problem"))
    root.append(_W("portType", *(_operation(name, words) for name, words in operations.items()), name="Gateway"))
    for binding, soap in _BINDINGS.items():
        root.append(_binding(binding, soap, namespace, operations))
    root.append(
        _W("service", *(_port(binding, soap, address) for binding, soap in _BINDINGS.items()), name="GatewayService")
    )
    return root


def _message(name: str, part: str, element: str) -> etree._Element:
    return _W("message", _W("part", name=part, element=f"g:{element}"), name=name)


def _operation(name: str, words: str) -> etree._Element:
    return _W(
        "operation",
        _W("documentation", " ".join(words.split())),
        _W("input", message=f"g:{name}"),
        _W("output", message=f"g:{name}Answer"),
        _W("fault", name="Problem", message="g:ProblemFault"),
        name=name,
    )


def _binding(name: str, soap: str, namespace: str, operations: Mapping[str, str]) -> etree._Element:
    make = maker(soap)

    def body() -> list[etree._Element]:
        return [make("header", message="g:ExchangeHeader", part="exchange", use="literal"), make("body", use="literal")]

    bound = [
        _W(
            "operation",
            make("operation", soapAction=f"{namespace}/{operation}", style="document"),
            _W("input", *body()),
            _W("output", *body()),
            _W("fault", make("fault", name="Problem", use="literal"), name="Problem"),
            name=operation,
        )
        for operation in operations
    ]
    return _W("binding", make("binding", style="document", transport=_HTTP), *bound, name=name, type="g:Gateway")


def _port(name: str, soap: str, address: str) -> etree._Element:
    return _W("port", maker(soap)("address", location=address), name=name, binding=f"g:{name}")
