"""Bureaus of the core system as servers, by clients written from docs/protocols/gt3.md: both envelopes."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pytest

from sandbox.http import HangUp, Reply
from tests.sandbox.started import WSSE, Answer, Sandbox, parsed, receiving, standing, until

SPEC = "{http://www.chinatax.gov.cn/spec/}"
DATA = "{http://www.chinatax.gov.cn/dataspec/}"
PERSON = {"SFZJLX_DM": "201", "NSRSBH": "510104199003071018", "NSRMC": "周远航"}
LEVY = {"SBJBJG_DM": "510104", "GRBH": "51010000000000001", "ZSXM_DM": "10201", "SKSSQQ": "2026-01-01"}
LEVY |= {**PERSON, "SKSSQZ": "2026-01-31", "JKQX": "2099-02-25", "YNSE": "810.60"}
STEPS = "<control><id>1</id><type>zip</type><impl>Zlib</impl></control>"
STEPS += "<control><id>2</id><type>code</type><impl>Base64</impl></control>"


def levy(reference: str = "l-1", **changed: str) -> dict[str, str]:
    return {"XH": reference, **LEVY, **changed}


@dataclass
class Bus:
    sandbox: Sandbox

    party = "tax-sichuan"

    def post(self, call: str, content: Mapping[str, str], secret: str = "sandbox-tax-sichuan") -> Answer:
        inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in content.items())
        document = f'<?xml version="1.0" encoding="GBK"?><taxML xmlns="{DATA[1:-1]}">{inside}</taxML>'
        pair = f"<expand><name>jrmm</name><value>{secret}</value></expand>"
        head = (
            f"<tran_id>SWZJ.SBF.{call}</tran_id><channel_id>gateway</channel_id><tran_seq>{'a' * 32}</tran_seq>{pair}"
        )
        body = f'<service xmlns="{SPEC[1:-1]}"><head>{head}</head><body><![CDATA[{document}]]></body></service>'
        return self.sandbox.post("/tax/sichuan", body.encode())

    def told(self, call: str, content: Mapping[str, str], **more: str) -> tuple[str, str, list[dict[str, str]]]:
        """Code, reason and rows of an answer."""
        root = parsed(self.post(call, content, **more).body.decode())
        code, reason = (root.findtext(f"{SPEC}head/{SPEC}rtn_msg/{SPEC}{name}") or "" for name in ("Code", "Reason"))
        text = root.findtext(f"{SPEC}body") or ""
        if not text:
            return code, reason, []
        assert text.startswith('<?xml version="1.0" encoding="GBK"?>')
        grid = parsed(text.partition("?>")[2]).find(f"{DATA}YZGrid")
        assert grid is not None
        return code, reason, [{cell.tag.removeprefix(DATA): cell.text or "" for cell in row} for row in grid]


@dataclass
class Package:
    sandbox: Sandbox
    serial: str = "leg_1"
    flag: str = "0"

    party = "tax-guizhou"

    def post(self, call: str, content: Mapping[str, str], secret: str = "sandbox-tax-guizhou") -> Answer:
        service = f"<serviceId>SBF.{call}</serviceId><clientNo>gateway</clientNo><tranSeq>{self.serial}</tranSeq>"
        service += f"<repeatFlag>{self.flag}</repeatFlag>"
        told = base64.b64encode(zlib.compress(json.dumps(content, ensure_ascii=False).encode())).decode()
        inside = f"<service>{service}</service><contentControl>{STEPS}</contentControl>"
        inside += f"<businessContent><subPackage><id>1</id><content>{told}</content></subPackage></businessContent>"
        package = f'<tiripPackage xmlns="{DATA[1:-1]}">{inside}</tiripPackage>'
        token = f"<w:UsernameToken><w:Username>gateway</w:Username><w:Password>{secret}</w:Password></w:UsernameToken>"
        header = f'<s:Header><w:Security xmlns:w="{WSSE}">{token}</w:Security></s:Header>'
        called = f'<c:doService xmlns:c="http://cn.gov.chinatax.gt3nf.service/"><bizXml><![CDATA[{package}]]></bizXml></c:doService>'
        envelope = "http://schemas.xmlsoap.org/soap/envelope/"
        body = f'<s:Envelope xmlns:s="{envelope}">{header}<s:Body>{called}</s:Body></s:Envelope>'
        return self.sandbox.post("/tax/guizhou", body.encode(), {"SOAPAction": '""'})

    def told(self, call: str, content: Mapping[str, str], **more: str) -> tuple[str, str, list[dict[str, Any]]]:
        """The end of the code, the reason and the rows of an answer."""
        answer = self.post(call, content, **more)
        package = parsed(parsed(answer.body)[-1][0][0].text.partition("?>")[2])  # type: ignore[union-attr]  # it holds one
        code = package.findtext(f"{DATA}returnState/{DATA}returnCode") or ""
        assert (answer.headers["retcode"], len(answer.headers["sessionid"])) == (code, 32)
        reason = package.findtext(f"{DATA}returnState/{DATA}returnMessage") or ""
        content_of = package.find(f"{DATA}businessContent/{DATA}subPackage/{DATA}content")
        if content_of is None:
            return code[-3:], reason, []
        return code[-3:], reason, json.loads(zlib.decompress(base64.b64decode(content_of.text or "")))["YZGrid"]


Client = Bus | Package
BOTH = pytest.mark.parametrize("envelope", [Bus, Package])
Envelope = type[Bus] | type[Package]


@BOTH
def test_a_declaration_is_decided_at_once_and_again_under_its_key(sandbox: Sandbox, envelope: Envelope) -> None:
    client: Any = envelope(sandbox)
    code, _, (row,) = client.told("YZSB", levy())
    assert (code, row["XH"], row["YZZT_DM"], len(row["DJXH"])) == ("000", "l-1", "01", 20)
    client.flag = "1"
    assert client.told("YZSB", levy())[2] == [row]
    assert client.told("YZSB", levy(YNSE="1.00"))[:2] == ("999", "序号(XH)重复")
    assert client.told("YZCX", {"PZXH": row["PZXH"]})[2] == [row]
    assert client.told("YZCX", {"XH": "l-2"})[2] == []
    assert sandbox.count(client.party, "levy_declared", "l-1") == 1


@BOTH
@pytest.mark.parametrize(
    ("changed", "code", "word"),
    [({"NSRSBH": ""}, "101", "NSRSBH"), ({"ZSXM_DM": "10299"}, "999", "ZSXM_DM"), ({"YNSE": "much"}, "999", "YNSE")],
)
def test_what_is_wrong_with_a_document_is_told_by_its_field(
    sandbox: Sandbox, envelope: Envelope, changed: dict[str, str], code: str, word: str
) -> None:
    client: Any = envelope(sandbox)
    found, reason, rows = client.told("YZSB", levy(**changed))
    assert (found, word in reason, rows) == (code, True, [])
    assert sandbox.state()["effects"] == []


@BOTH
def test_who_has_another_password_is_not_let_in(sandbox: Sandbox, envelope: Envelope) -> None:
    client: Any = envelope(sandbox)
    assert client.told("YZSB", levy(), secret="guessed")[0] == "401"
    assert sandbox.state()["effects"] == []


@BOTH
def test_an_unpaid_levy_is_cancelled_and_a_paid_one_is_not(sandbox: Sandbox, envelope: Envelope) -> None:
    client: Any = envelope(sandbox)
    client.told("YZSB", levy())
    client.serial = "leg_2"
    client.told("YZSB", levy("l-2"))
    sandbox.control("pay", party=client.party, reference="l-2")
    client.serial = "leg_3"
    assert client.told("YZZF", {"XH": "l-1", "BZ": "撤销"})[2][0]["YZZT_DM"] == "03"
    client.serial = "leg_4"
    (row,) = client.told("YZZF", {"XH": "l-2", "BZ": "撤销"})[2]
    assert (row["YZZT_DM"], row["BZ"], len(row["DZSPHM"])) == ("02", "已缴费，不能作废", 18)
    client.serial = "leg_5"
    assert client.told("YZZF", {"XH": "l-3", "BZ": "撤销"})[2] == []


def test_a_number_is_taken_again_with_the_flag_only(sandbox: Sandbox) -> None:
    client = Package(sandbox)
    client.told("YZSB", levy())
    assert client.told("YZSB", levy())[0] == "999"
    client.flag = "1"
    assert client.told("YZSB", levy())[0] == "000"
    assert Package(sandbox, "leg_9", "1").told("YZSB", levy("l-9"))[0] == "000"
    assert sandbox.count("tax-guizhou", "sent_again", "l-1") == 1


def test_headers_may_come_without_a_body(sandbox: Sandbox) -> None:
    sandbox.fault("tax-guizhou", "DeclareLevy", "headers_only")
    answer = Package(sandbox).post("YZSB", levy())
    assert (answer.body, answer.headers["retcode"]) == (b"", "00000000")
    assert sandbox.count("tax-guizhou", "levy_declared", "l-1") == 1


@BOTH
def test_what_is_decided_later_is_pushed_until_it_is_answered(envelope: Envelope) -> None:
    with receiving() as (gateway, address), standing(callback=address) as sandbox:
        gateway.answers += [Reply(b"", "text/xml", 503), Reply(b"<html/>", "text/html"), HangUp()] * 30
        client: Any = envelope(sandbox)
        sandbox.fault(client.party, "DeclareLevy", "decide_later", seconds=0, how="callback")
        assert client.told("YZSB", levy())[2] == [{"XH": "l-1", "YZZT_DM": "00"}]
        until(lambda: len(gateway.received) > 3)
        assert {request.path for request in gateway.received} == {f"/in/{client.party}"}
        assert all(f"sandbox-{client.party}".encode() in request.body for request in gateway.received)
