import base64
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from shutil import copytree

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from adapters.provinces.yinhai_signing import signed, signer
from gateway.errors import GatewayError
from gateway.mapping.dialect_loader import dialects, load
from gateway.model.province import FindWorker
from gateway.web.soap import own
from tests.adapters.gateway_province import MAPPINGS
from tests.gateway.web.conftest import write_client
from tests.gateway.web.door import Gate
from tests.gateway.web.spoken import PERSON, QUESTIONS, WARRANT, Answering, calling

ENVELOPE = b"http://schemas.xmlsoap.org/soap/envelope/"
ASKED = """<?xml version="1.0" encoding="GBK"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
  soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">
 <soap:Header><in:system xmlns:in="http://www.molss.gov.cn/">
  <para usr="hunan"/><para pwd="secret"/><para funid="F00.01.03"/>
 </in:system></soap:Header>
 <soap:Body><in:business xmlns:in="http://www.molss.gov.cn/">
  <para startrow="1"/><para row_count="-1"/><para pagesize="500"/><para functionid="F27.06"/>
  <para AAC058="01"/><para AAC002="430102199503070019"/><para AAC003="湘小骑"/>
  <para aae140="170"/><para aae041="202601"/><para aae042="202612"/><para cxyt="2"/><para sqbh="c-1"/>
 </in:business></soap:Body></soap:Envelope>""".encode("gbk")
WSDL = (
    b'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">'
    b'<service name="S"><port name="P" binding="B"><soap:address location="http://10.0.0.1/x"/></port></service>'
    b"</definitions>"
)


@pytest.fixture
def knows() -> Answering:
    return Answering("chengdu")


def test_hunan_asks_in_gbk_attributes_and_is_answered_in_them(door: Gate, knows: Answering) -> None:
    with calling(door, "hunan", knows):
        answer = door.http.post("/soap/hunan", data=ASKED, headers={"Content-Type": "text/html;charset=GBK"})
    assert (answer.status_code, answer.content_type) == (HTTPStatus.OK, "text/html;charset=GBK")
    text = answer.data.decode("gbk")
    assert text.startswith('<?xml version="1.0" encoding="GBK"?>')
    assert '<result result=""/><resultset name="querylist"><row ' in text
    for told in ('aac003="湘小骑"', 'aae140="170"', 'aac301="510104"', 'aae041="202601"', 'row_count="1"'):
        assert told in text
    assert knows.heard == [QUESTIONS["FindCover"][0]]


def test_a_login_is_answered_with_a_session_that_nothing_hangs_on(door: Gate, knows: Answering) -> None:
    with calling(door, "hunan", knows) as hunan:
        login = hunan.dialect.write_question("Login", hunan.control(machine="10.0.0.8|sb-01|02:00:00:00:00:01"))
        answer = hunan.send(login)
        assert answer.headers["Set-Cookie"].startswith("JSESSIONID=")
        asked = hunan.send(hunan.document(FindWorker(PERSON, WARRANT)), Cookie="JSESSIONID=ANOTHER")
        assert hunan.read(asked, FindWorker(PERSON, WARRANT)) == QUESTIONS["FindWorker"][1]
        wrong = hunan.send(replace(login, body=login.body.replace(b'pwd="secret"', b'pwd="x"')))
        assert "Set-Cookie" not in wrong.headers
        assert "用户名或密码错误" in wrong.data.decode("gbk")


def test_hebei_signs_in_for_the_day_and_asks_in_its_cycle(door: Gate, knows: Answering) -> None:
    with calling(door, "hebei", knows) as hebei:
        answer = hebei.send(hebei.dialect.write_question("SignIn", hebei.control()))
        assert b"BATNO&gt;20261110000001&lt;" in answer.data
        assert hebei.ask(FindWorker(PERSON, WARRANT), cycle="20261110000001") == QUESTIONS["FindWorker"][1]


def test_the_signed_header_of_yinhai_proves_the_caller_and_any_other_does_not(door: Gate, knows: Answering) -> None:
    key, other = (generate_private_key(65537, 2048) for _ in range(2))
    pems = [each.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for each in (key, other)]
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with calling(door, "sichuan", knows) as sichuan:
        entry = {"id": "sichuan", "kind": "province", "scopes": ["soap:ask"], "pem": public}
        write_client(door.runtime.settings.var / "clients", entry)
        question = sichuan.document(FindWorker(PERSON, WARRANT))
        good, bad = (signed(question, signer(pem, "sichuan")) for pem in pems)
        assert sichuan.read(sichuan.send(good), FindWorker(PERSON, WARRANT)) == QUESTIONS["FindWorker"][1]
        for wrong in (bad, replace(good, body=good.body.replace(b"199503070019", b"199503070027"))):
            with pytest.raises(GatewayError) as raised:
                sichuan.read(sichuan.send(wrong), FindWorker(PERSON, WARRANT))
            assert raised.value.kind.code == "authentication_needed"
    assert len(knows.heard) == 1


def test_a_wsdl_is_given_where_the_dialect_has_one_with_our_address_in_it(
    door: Gate, knows: Answering, tmp_path: Path
) -> None:
    with calling(door, "hunan", knows):
        assert door.http.get("/soap/hunan?wsdl").get_json()["code"] == "not_found"
        folder = Path(copytree(MAPPINGS / "dialects/molss/1.0", tmp_path / "molss/1.0"))
        (folder / "contract").mkdir()
        (folder / "contract" / "molss.wsdl").write_bytes(WSDL)
        known: object = door.runtime.parties["hunan"]
        known.dialect = load(folder)  # type: ignore[attr-defined]  # a party of these tests
        answer = door.http.get("/soap/hunan?WSDL")
        assert answer.data == WSDL.replace(b"http://10.0.0.1/x", b"http://gateway.test/soap/hunan")
        assert door.http.get("/soap/hunan").status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("party", ["nobody", "zhejiang", "tax-zhejiang", "jiangsu"])
def test_who_speaks_no_soap_of_its_own_is_not_found_there(door: Gate, party: str, knows: Answering) -> None:
    with calling(door, "jiangsu", knows):
        for method in (door.http.get, door.http.post):
            assert method(f"/soap/{party}?wsdl").status_code == HTTPStatus.NOT_FOUND


def test_the_syntaxes_that_are_soap_are_those_whose_refusals_are_envelopes() -> None:
    error = GatewayError("authentication_needed", reason="x")
    for name, make in dialects(MAPPINGS).items():
        dialect = make()
        enveloped = ENVELOPE in dialect.refuse(error).body
        assert enveloped == (dialect.tables.folder.dialect.syntax in own._SOAP), name


def test_the_key_of_a_signature_is_no_password(door: Gate, knows: Answering) -> None:
    with calling(door, "sichuan", knows) as sichuan:
        question = sichuan.document(FindWorker(PERSON, WARRANT))
        made = base64.b64encode(b"x" * 256)
        body = question.body.replace(b"</in:system>", b"<signature>" + made + b"</signature></in:system>")
        with pytest.raises(GatewayError) as raised:
            sichuan.read(sichuan.send(replace(question, body=body)), FindWorker(PERSON, WARRANT))
    assert raised.value.kind.code == "authentication_needed"
    assert knows.heard == []
