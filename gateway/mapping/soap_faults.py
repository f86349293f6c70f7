"""SOAP faults, written from the error catalogue and read back: who refused, and whether it is safe to say so."""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.contract import Problem, ProblemSide
from gateway.mapping.contract_versions import OLDEST
from gateway.mapping.schema import FORBIDDEN
from gateway.mapping.soap import ENVELOPES, MEDIA_TYPES, Opened, Version, envelope
from gateway.mapping.typed_xml import qname
from gateway.mapping.typed_xml_writer import escaped, writer
from gateway.ports import Document

_BY_THE_BOOK = {"soap_version_mismatch": "VersionMismatch", "soap_must_understand": "MustUnderstand"}
_CODES: Mapping[Version, Mapping[str, str]] = {
    "1.1": {"client": "Client", "server": "Server"},
    "1.2": {"client": "Sender", "server": "Receiver"},
}
_TEXT_MAX = 4000


@dataclass(frozen=True, slots=True)
class Told:
    """What a fault says. `client`: it blames the request. `problem`: the catalogue entry in its detail, if any."""

    client: bool
    text: str
    problem: Problem | None

    @property
    def refused(self) -> bool:
        """Whether the party decided against it; any other fault leaves open what happened (design, section 2)."""
        return self.client and self.problem is not None


class FaultReplyError(GatewayError):
    """A party answered with a fault: `party_refused` where it decided, `party_fault` where nobody can tell."""

    def __init__(self, told: Told, *, message: str, party: str) -> None:
        self.told = told
        reason = told.problem.text if told.problem else told.text
        super().__init__(
            "party_refused" if told.refused else "party_fault", message=message, reason=reason, party=party
        )


def write_fault(
    error: GatewayError, soap_version: Version = "1.1", language: str = "zh", namespace: str = OLDEST.namespace
) -> Document:
    """The fault that says `error` in the caller's protocol; errors of header blocks carry no detail (SOAP 1.1, 4.4).

    `namespace`: of the version of the contract that the caller speaks, as far as it is known.
    """
    by_the_book = _BY_THE_BOOK.get(error.kind.code)
    code = by_the_book or _CODES[soap_version][error.kind.soap]
    detail = (
        "" if by_the_book else f'<Problem xmlns="{namespace}">{writer(Problem)(problem(error, language))}</Problem>'
    )
    write = _fault_11 if soap_version == "1.1" else _fault_12
    body = envelope(
        soap_version, _explained(error, soap_version), write(code, _sentence(error, language), language, detail)
    )
    return Document(body, f"{MEDIA_TYPES[soap_version]}; charset=utf-8")


def fault_status(error: GatewayError, soap_version: Version) -> int:
    """The HTTP status of a fault: 500 in SOAP 1.1; in SOAP 1.2, 400 where the sender is to blame."""
    sender = soap_version == "1.2" and error.kind.soap == "client" and error.kind.code not in _BY_THE_BOOK
    return 400 if sender else 500


def problem(error: GatewayError, language: str) -> Problem:
    """The entry of `error` in the detail of a fault, with every wrong place of the request."""
    kind = error.kind
    return Problem(kind.code, _sentence(error, language), ProblemSide(kind.side), kind.retry_safe)


def read_fault(opened: Opened, entry: Problem | None) -> Told:
    """What the fault in `opened` says; `entry` is the Problem of its detail, read and validated by the caller."""
    fault, namespace = opened.payload, ENVELOPES[opened.version]
    if opened.version == "1.1":
        code, text = fault.findtext("faultcode"), fault.findtext("faultstring")
    else:
        code = fault.findtext(f"{{{namespace}}}Code/{{{namespace}}}Value")
        text = fault.findtext(f"{{{namespace}}}Reason/{{{namespace}}}Text")
    blame = (code or "").strip().rpartition(":")[2].partition(".")[0]
    return Told(blame == _CODES[opened.version]["client"], (text or "").strip()[:_TEXT_MAX], entry)


def problem_element(opened: Opened, namespace: str) -> etree._Element | None:
    """The Problem in the detail of a fault, not yet validated; None where the detail holds anything else."""
    place = "detail" if opened.version == "1.1" else f"{{{ENVELOPES['1.2']}}}Detail"
    return opened.payload.find(f"{place}/{qname('Problem', namespace)}")


def _sentence(error: GatewayError, language: str) -> str:
    places = "".join(f" {fault.pointer}: {fault.text(language)}" for fault in error.faults)
    return FORBIDDEN.sub("\ufffd", error.text(language) + places)[:_TEXT_MAX]


def _fault_11(code: str, text: str, language: str, detail: str) -> str:
    held = f"<detail>{detail}</detail>" if detail else ""
    words = f'<faultstring xml:lang="{language}">{escaped(text)}</faultstring>'
    return f"<soap:Fault><faultcode>soap:{code}</faultcode>{words}{held}</soap:Fault>"


def _fault_12(code: str, text: str, language: str, detail: str) -> str:
    held = f"<soap:Detail>{detail}</soap:Detail>" if detail else ""
    words = f'<soap:Reason><soap:Text xml:lang="{language}">{escaped(text)}</soap:Text></soap:Reason>'
    return f"<soap:Fault><soap:Code><soap:Value>soap:{code}</soap:Value></soap:Code>{words}{held}</soap:Fault>"


def _explained(error: GatewayError, soap_version: Version) -> str:
    """The header blocks that SOAP 1.2 asks for beside two of its faults (part 1, sections 5.4.7 and 5.4.8)."""
    if soap_version == "1.1":
        return ""
    if error.kind.code == "soap_must_understand":
        namespace, _, name = error.params.get("name", "").rpartition("}")
        shown = escaped(namespace[1:]).replace('"', "&quot;")
        return f'<soap:NotUnderstood qname="n:{escaped(name)}" xmlns:n="{shown}"/>' if shown else ""
    if error.kind.code != "soap_version_mismatch":
        return ""
    taken = "".join(
        f'<soap:SupportedEnvelope qname="e:Envelope" xmlns:e="{ENVELOPES[version]}"/>' for version in ("1.2", "1.1")
    )
    return f"<soap:Upgrade>{taken}</soap:Upgrade>"
