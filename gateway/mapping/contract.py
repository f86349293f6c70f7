"""The contract that we publish: XSD and WSDL, made from the dataclasses; what is committed is compared with this."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from lxml import etree

from gateway.mapping import schema_wsdl, schema_xsd
from gateway.mapping.contract_versions import VERSIONS, ContractVersion
from gateway.model.fields import Number
from gateway.model.shape import Doc, Text

PLACE = "https://gateway.example/soap/gateway"  # in the committed WSDL; the one that is served names its own address
_NOT_HERE = "Not taken at this address: the gateway sends it to provinces (本地址不受理，由网关发往省级系统)."


class ProblemSide(StrEnum):
    """Whose side a problem is on: the caller's, the gateway's, a counterparty's, or the law's."""

    CALLER = "caller"
    GATEWAY = "gateway"
    PARTY = "party"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, in the detail of a fault (问题)."""

    code: Annotated[Number, Doc("Entry of the error catalogue.", "错误代码")]
    text: Annotated[str, Text(max=4000), Doc("What happened and what to do.", "说明")]
    side: Annotated[ProblemSide, Doc("Whose side it is on.", "责任方")]
    retry_safe: Annotated[bool, Doc("Whether the same request may be sent again.", "可否重试")]


@dataclass(frozen=True, slots=True)
class ExchangeBlock:
    """Header block of every message. A repeated message_id gives the same answer and no second effect (报文头)."""

    message_id: Annotated[Number, Doc("Number of the message, the same on every try.", "报文编号")]
    sender: Annotated[Number, Doc("Who sends.", "发送方")]
    receiver: Annotated[Number, Doc("Who receives.", "接收方")]
    sent_at: Annotated[datetime, Doc("When it was sent.", "发送时间")]
    refers_to: Annotated[Number | None, Doc("In an answer: the message it answers.", "所答报文编号")] = None


def answer_name(request: str) -> str:
    """The element that answers the request `request`."""
    return f"{request}Answer"


def folder(version: ContractVersion) -> Path:
    """Where the contract of `version` is committed, below mappings/."""
    return Path("dialects") / "gateway" / version.number / "contract"


def elements(version: ContractVersion) -> Mapping[str, type]:
    """Every element that may stand in an envelope, with the record it holds."""
    made: dict[str, type] = {"Exchange": ExchangeBlock, "Problem": Problem}
    for exchange in version.exchanges:
        made[exchange.name] = exchange.request
        made[answer_name(exchange.name)] = exchange.reply
    return made


def xsd(version: ContractVersion) -> bytes:
    """The XML Schema of the contract."""
    return schema_xsd.written(_schema(version))


def wsdl(version: ContractVersion, address: str, served: Collection[str] | None = None) -> bytes:
    """The WSDL 1.1 of the contract, schema inside: one port type, bound to SOAP 1.1 and SOAP 1.2 at `address`.

    `served`: the operations that are taken at this address, where it is not all of them; the others say so.
    """
    documents = {item.name: item.request.__doc__ or "" for item in version.exchanges}
    if served is not None:
        documents |= {name: f"{words} {_NOT_HERE}" for name, words in documents.items() if name not in served}
    return schema_xsd.written(schema_wsdl.definitions(_schema(version), version.namespace, documents, address))


def _schema(version: ContractVersion) -> etree._Element:
    return schema_xsd.schema(elements(version), version.namespace, version.number, block=ExchangeBlock)


def files(version: ContractVersion) -> Mapping[str, bytes]:
    """What is committed beside the dialect, by file name."""
    return {"gateway.xsd": xsd(version), "gateway.wsdl": wsdl(version, PLACE)}


def rewrite(mappings: Path) -> list[Path]:
    """Bring the committed contract under `mappings` up to the dataclasses; the files that changed."""
    changed = []
    for version in VERSIONS.values():
        for name, content in files(version).items():
            path = mappings / folder(version) / name
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                changed.append(path)
    return changed
