"""What a caller signs serves once, whatever stands around it; on each kind of database and at every gateway of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from adapters.provinces.yinhai_signing import signed, signer
from gateway.errors import GatewayError
from gateway.model.messages import Message
from gateway.model.province import FindWorker
from gateway.model.province_records import GetRights
from gateway.ports import Document
from gateway.services import housekeeping
from tests.gateway.web.conftest import write_client
from tests.gateway.web.door import Gate
from tests.gateway.web.spoken import PERSON, QUESTIONS, WARRANT, Answering, Calling, calling

KEY = generate_private_key(65537, 2048)
ASKED = FindWorker(PERSON, WARRANT)
ANSWER = QUESTIONS["FindWorker"][1]


@contextmanager
def signing(gate: Gate, *others: Answering) -> Iterator[tuple[Calling, Callable[..., Document]]]:
    """Sichuan, and what makes its signed calls; `serial`: its own, inside."""
    sign = signer(_pem(KEY), "sichuan")

    def call(message: Message, serial: str = "") -> Document:
        document = sichuan.document(message)
        own = f"&lt;jylsh&gt;{serial}&lt;/jylsh&gt;".encode() if serial else b""
        return signed(replace(document, body=document.body.replace(b"&lt;input&gt;", b"&lt;input&gt;" + own)), sign)

    with calling(gate, "sichuan", *others) as sichuan:
        public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        entry = {"id": "sichuan", "kind": "province", "scopes": ["soap:ask"], "pem": public}
        write_client(gate.runtime.settings.var / "clients", entry)
        yield sichuan, call


def _pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def refusal(sichuan: Calling, document: Document, message: Message = ASKED) -> str:
    answer = sichuan.send(document)
    with pytest.raises(GatewayError) as raised:
        sichuan.read(answer, message)
    return f"{raised.value.kind.code} {answer.get_data(as_text=True)}"


def test_a_signed_call_is_taken_once_on_each_kind_of_database(gate: Gate) -> None:
    knows = Answering("chengdu")
    with signing(gate, knows) as (sichuan, call):
        assert sichuan.read(sichuan.send(call(ASKED)), ASKED) == ANSWER
        assert "交易流水号已使用" in refusal(sichuan, call(ASKED))
        assert knows.heard == [ASKED]


def test_another_header_around_it_does_not_make_it_another_call(gate: Gate) -> None:
    knows = Answering("chengdu")
    rights = GetRights(PERSON, WARRANT)
    with signing(gate, knows) as (sichuan, call):
        first = call(ASKED)
        assert sichuan.read(sichuan.send(first), ASKED) == ANSWER
        serial = replace(first, body=first.body.replace(b"</in:system>", b"<jylsh>7</jylsh></in:system>"))
        trade = replace(first, body=first.body.replace(b"<jybh>CX01<", b"<jybh>CX04<"))
        spaced = replace(first, body=first.body.replace(b"&lt;input&gt;", b"&lt;input&gt; "))
        assert trade.body != first.body
        for again, about in ((serial, ASKED), (trade, rights), (spaced, ASKED)):
            assert "交易流水号已使用" in refusal(sichuan, again, about)
    assert knows.heard == [ASKED]


def test_a_serial_inside_makes_the_same_question_another_call_and_is_remembered_for_good(gate: Gate) -> None:
    knows = Answering("chengdu")
    with signing(gate, knows) as (sichuan, call):
        for serial in ("51A01", "51A02"):
            assert sichuan.read(sichuan.send(call(ASKED, serial)), ASKED) == ANSWER
        gate.clock.forward(days=400)
        housekeeping.forget(gate.runtime)
        assert "交易流水号已使用" in refusal(sichuan, call(ASKED, "51A02"))
    assert len(knows.heard) == 2


def test_without_a_serial_the_same_may_be_asked_on_another_day(door: Gate) -> None:
    with signing(door, Answering("chengdu")) as (sichuan, call):
        assert sichuan.read(sichuan.send(call(ASKED)), ASKED) == ANSWER
        door.clock.forward(days=1, seconds=1)
        housekeeping.forget(door.runtime)
        assert sichuan.read(sichuan.send(call(ASKED)), ASKED) == ANSWER


def test_what_was_taken_at_one_gateway_is_not_taken_at_another(twins: tuple[Gate, Gate]) -> None:
    one, other = twins
    knows = Answering("chengdu")
    with signing(one, knows) as (sichuan, call), signing(other, knows) as (there, _):
        assert sichuan.read(sichuan.send(call(ASKED)), ASKED) == ANSWER
        assert "交易流水号已使用" in refusal(there, call(ASKED))


def test_a_call_that_is_not_proved_uses_nothing_up(door: Gate) -> None:
    with signing(door, Answering("chengdu")) as (sichuan, call):
        good = call(ASKED)
        wrong = signed(sichuan.document(ASKED), signer(_pem(generate_private_key(65537, 2048)), "sichuan"))
        assert "authentication_needed" in refusal(sichuan, wrong)
        assert sichuan.read(sichuan.send(good), ASKED) == ANSWER
