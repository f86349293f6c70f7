"""The published contract as files, and a question written by it, for those who ask from outside."""

from datetime import UTC, datetime
from pathlib import Path

from bench.asking import MARK
from gateway.mapping import contract
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import NEWEST
from gateway.mapping.soap import with_block
from gateway.model.province import GetProgress
from gateway.ports import Control

_ENTRY = "<a:entry><a:number>000000001</a:number><a:text>户口簿首页及本人页复印件</a:text></a:entry>"


def contract_files(folder: Path) -> tuple[Path, Path]:
    """The WSDL and the schema of the newest version, written to `folder`."""
    wsdl, xsd = folder / "gateway.wsdl", folder / "gateway.xsd"
    wsdl.write_bytes(contract.wsdl(NEWEST, contract.PLACE))
    xsd.write_bytes(contract.xsd(NEWEST))
    return wsdl, xsd


def question(reference: str, sender: str, size: int = 0) -> str:
    """An envelope that asks where an application stands, with MARK for its message_id.

    `size`: bytes that it is to have at least, made up by a header block that nobody has to understand.
    """
    control = Control(MARK, sender, "gateway", datetime.now(UTC))
    document = GatewayDialect(NEWEST).write(GetProgress(reference=reference), control)
    if len(document.body) >= size:
        return document.body.decode()
    block = _ENTRY * (1 + (size - len(document.body)) // len(_ENTRY.encode()))
    return with_block(document.body, f'<a:Attachment xmlns:a="urn:bench">{block}</a:Attachment>'.encode()).decode()
