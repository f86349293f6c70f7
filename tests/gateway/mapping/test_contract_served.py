from datetime import UTC, datetime

import pytest

from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_served import ServedContract
from gateway.mapping.contract_versions import OLDEST, VERSIONS
from gateway.model.codes import IdType, Purpose
from gateway.model.person import Identity, Warrant
from gateway.model.province import FindWorker
from gateway.ports import Control, Document

SERVED = ServedContract(("FindWorker",))
CONTROL = Control("m-1", "zhejiang", "gateway", datetime(2026, 1, 31, tzinfo=UTC))
ASKED = FindWorker(Identity(IdType.RESIDENT_ID, "11010119900307109X", "示例甲"), Warrant(Purpose.BENEFIT))
WRITTEN = {number: GatewayDialect(version).write(ASKED, CONTROL) for number, version in VERSIONS.items()}

versions = pytest.mark.parametrize("number", VERSIONS)


def otherwise(document: Document, *, before: str, after: str) -> Document:
    return Document(document.body.replace(before.encode(), after.encode()), document.media_type)


@versions
@pytest.mark.parametrize("space", ["", "\n  "], ids=["plain", "indented"])
def test_a_caller_is_understood_in_the_version_in_which_it_writes(number: str, space: str) -> None:
    arrived = SERVED.open(otherwise(WRITTEN[number], before="</Exchange>", after=f"</Exchange>{space}"))
    assert arrived.dialect.version == number
    assert (arrived.name, arrived.version, arrived.carried) == ("FindWorker", "1.1", True)
    assert arrived.understand() == (ASKED, CONTROL)


def test_what_is_in_no_version_is_answered_in_the_oldest() -> None:
    arrived = SERVED.open(otherwise(WRITTEN["1.2"], before=":1.2", after=":9.9"))
    assert (arrived.dialect.version, arrived.carried) == (OLDEST.number, False)


@versions
def test_a_wrong_value_is_told_once_the_sender_is_known(number: str) -> None:
    arrived = SERVED.open(otherwise(WRITTEN[number], before="11010119900307109X", after="110101199003071090"))
    assert arrived.carried
    with pytest.raises(GatewayError) as raised:
        arrived.understand()
    assert raised.value.kind.code == "faults"


def test_what_is_no_envelope_is_refused_at_once() -> None:
    with pytest.raises(GatewayError) as raised:
        SERVED.open(otherwise(WRITTEN["1.1"], before="</Exchange>", after="</Exchang>"))
    assert raised.value.kind.code == "xml_refused"
