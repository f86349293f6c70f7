"""Clients of the provinces that speak a dialect of their own, written from the protocol pages."""

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from xml.sax.saxutils import escape

from tests.sandbox.started import SOAP, Answer, Sandbox, parsed

SOMEBODY = "510104199107152015"
WHO = {"aac058": "01", "aac002": SOMEBODY, "aac003": "蒲望川"}
APPLICANT = {"aac058": "01", "aac147": SOMEBODY, "aac002": SOMEBODY, "aac003": "蒲望川"}
ENROLMENT = {
    **APPLICANT,
    "aac067": "13800000051",
    "aae140": "110",
    "cbdxz": "1",
    "aab034": "510104",
    "aab301": "510104",
    "aac301": "430121",
    "aae041": "202601",
    "jfdc": "60",
    "jfzq": "1",
    "aae180": "4246.00",
    "sqbh": "c-1",
    "sqsj": "20260104153000",
    "aae011": "gateway",
    "aae036": "20260105",
}
MONTHS = {"aae041": "202601", "aae042": "202612"}
PAYMENT = {**APPLICANT, "aae140": "110", "aae041": "202601", "aae042": "202601", "aad009": "351016260100000042"}
WITHDRAWAL = {**APPLICANT, "aae140": "110", "aae041": "202601", "thyy": "改在户籍地参保"}

Fields = Mapping[str, Any]


def elements(fields: Fields) -> str:
    """A list is a repeated element."""
    pairs = [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in pairs)


def leaves(text: str) -> dict[str, str]:
    """The texts of a document, by name; of the first of several."""
    found: dict[str, str] = {}
    for one in parsed(text.partition("?>")[2] if text.startswith("<?") else text).iter():
        if not len(one):
            found.setdefault(one.tag, one.text or "")
    return found


def rows(text: str, name: str) -> list[dict[str, str]]:
    root = parsed(text.partition("?>")[2] if text.startswith("<?") else text)
    return [{one.tag: one.text or "" for one in row} for row in root.iter(name)]


@dataclass
class Sichuan:
    sandbox: Sandbox
    secret: str = "sandbox-sichuan"

    def post(self, body: str) -> Answer:
        headers = {"Content-Type": "text/xml;charset=UTF-8", "SOAPAction": '""'}
        return self.sandbox.post("/sichuan/services/yinHaiBusiness", body.encode(), headers)

    def body(self, system: Fields, inner: str, operation: str = "callBusiness") -> str:
        service = "http://webservice.common.yinhai.com/"
        return (
            f'<e:Envelope xmlns:e="{SOAP}"><e:Header><in:system xmlns:in="http://yinhai.com">{elements(system)}'
            f'</in:system></e:Header><e:Body><n:{operation} xmlns:n="{service}"><inputxml>{escape(inner)}</inputxml>'
            f"</n:{operation}></e:Body></e:Envelope>"
        )

    def said(self, trade: str, inner: str, numbers: tuple[str, str], operation: str = "callBusiness") -> str:
        """The string that is answered."""
        user = {"userName": "gateway", "passWord": self.secret, "jyztbm": "0", "jyztyzm": "0"}
        system = {**user, "jylsh": numbers[0], "jyyzm": numbers[1], "jybh": trade}
        answer = self.post(self.body(system, inner, operation))
        assert answer.status == 200
        (text,) = [one.text or "" for one in answer.xml.iter("return")]
        return text

    def serial(self, trade: str) -> tuple[str, str]:
        given = leaves(self.said(trade, "<input/>", ("0", "0"), "getJylsh"))
        return given["jylsh"], given["jyyzm"]

    def ask(self, trade: str, fields: Fields) -> list[dict[str, str]]:
        return rows(self.said(trade, f"<input>{elements(fields)}</input>", ("0", "0")), "row")

    def trade(self, trade: str, fields: Fields, numbers: tuple[str, str] | None = None) -> dict[str, str]:
        said = self.said(trade, f"<input>{elements(fields)}</input>", numbers or self.serial(trade))
        return {"code": "bare", "message": said} if "<" not in said else leaves(said)


@dataclass
class Guizhou:
    sandbox: Sandbox

    def post(self, operation: str, fields: Fields, secret: str = "sandbox-guizhou") -> dict[str, str]:
        told = elements({"user": "gateway", "pass": secret, **fields})
        body = f'<?xml version="1.0" encoding="GBK"?><{operation}>{told}</{operation}>'.encode("gb18030")
        answer = self.sandbox.post("/guizhou/prm", body, {"Content-Type": "text/xml;charset=GBK"})
        assert (answer.status, answer.headers["content-type"]) == (200, "text/xml;charset=GBK")
        return leaves(answer.body.decode("gb18030"))

    def call(self, function: str, fields: Fields) -> dict[str, str]:
        """What a call returns, the fields of its output among it."""
        inner = elements({f"prm_{name}": value for name, value in fields.items()})
        document = f'<?xml version="1.0" encoding="GBK"?><input>{inner}</input>'
        returned = self.post("call", {"jybh": function, "inputxml": document})
        return returned | (leaves(returned["outputxml"]) if returned["outputxml"] else {})

    def file(self, function: str, fields: Fields) -> list[list[str]]:
        """The rows of a bulk answer, as many as it says."""
        returned = self.call(function, fields)
        lines = returned["file"].split("\r\n")
        assert (lines.pop(), len(lines)) == ("", int(returned["prm_hs"]))
        return [line.split("\t") for line in lines]

    def second(self, operation: str, trade: Mapping[str, str]) -> tuple[str, str]:
        named = {"jylsh": trade["jylsh"]} | ({"jyyzm": trade["jyyzm"]} if operation == "confirm" else {})
        returned = self.post(operation, named)
        return returned["appcode"], returned["appmsg"]

    def uncertain(self, function: str = "") -> list[str]:
        returned = self.post("getuncertaintytrade", {"jybh": function})
        return [row["prm_yke014"] for row in rows(returned["outputxml"], "row")]


@dataclass
class Hebei:
    sandbox: Sandbox
    cycle: str = ""
    serials: "itertools.count[int]" = field(default_factory=itertools.count)

    def sign_in(self) -> str:
        self.cycle = self.call("9100", {}, batno="")["BATNO"]
        return self.cycle

    def text(self, function: str, fields: Fields, **head: str) -> str:
        """The string that is answered. `also`: what stands behind the flat elements of INPUT."""
        usual = {"AAE140": fields.get("aae140", "0"), "AAC001": "", "MSGNO": function}
        usual |= {
            "MSGID": head.get("msgid") or f"m-{next(self.serials)}",
            "GRANTID": head.get("secret", "sandbox-hebei"),
        }
        usual |= {"ORGMSGNO": head.get("of", ""), "ORGMSGID": head.get("original", ""), "OPERID": "gateway"}
        usual |= {"OPERNAME": "gateway", "BATNO": head.get("batno", self.cycle), "OPTTIME": "20260105100000"}
        inner = elements(
            {name.upper(): value for name, value in fields.items() if name != "aae140" or function == "7102"}
        ) + head.get("also", "")
        whole = f"{elements(usual)}<INPUT>{inner}</INPUT><KC21XML/><KC22XML/>"
        string = escape(f"<HOSDATA><REQUESTDATA>{whole}</REQUESTDATA></HOSDATA>")
        call = f'<n:Business_Handle xmlns:n="urn:hosdata"><InputData>{string}</InputData></n:Business_Handle>'
        body = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{call}</e:Body></e:Envelope>'
        answer = self.sandbox.post("/hebei/hosdata", body.encode(), {"SOAPAction": '""'})
        assert answer.status == 200
        (data,) = re.findall("<OutputData>(.*)</OutputData>", answer.body.decode())
        return unescape(data)

    def call(self, function: str, fields: Fields, **head: str) -> dict[str, str]:
        return leaves(self.text(function, fields, **head))

    def failure(self, function: str, fields: Fields, **head: str) -> str:
        """The words of a failure."""
        said = self.call(function, fields, **head)
        assert said["RETURNNUM"] == "-1"
        return said["ERRORMSG"]

    def reverse(self, function: str, original: str) -> dict[str, str]:
        return self.call("2421", {"akc275": original}, of=function, original=original)


@dataclass
class Jiangsu:
    sandbox: Sandbox

    def call(self, call: str, fields: Fields, secret: str = "sandbox-jiangsu") -> Any:
        headers = {"appId": "gateway", "appSecret": secret, "Content-Type": "application/json;charset=UTF-8"}
        answer = self.sandbox.post(f"/jiangsu/api/v2/social/{call}", json.dumps(fields).encode(), headers)
        assert answer.status == 200
        return answer.json

    def rows(self, call: str, fields: Fields) -> list[dict[str, Any]]:
        answer = self.call(call, fields)
        assert answer["retCode"] == "200", answer
        return list(answer["data"]["data"])

    def refusal(self, call: str, fields: Fields) -> tuple[str, str]:
        answer = self.call(call, fields)
        return answer["retCode"], answer["retMsg"]


@dataclass
class Residents:
    sandbox: Sandbox

    def call(self, service: str, fields: Fields, **changed: Any) -> Any:
        document = {
            "serviceid": service,
            "target": "",
            "sessionid": None,
            "loginname": "gateway",
            "password": "sandbox-hunan-resident",
            "params": fields,
            "datas": [fields],
            "filtering": [],
            "sorting": [],
            "totals": [],
        }
        body = json.dumps(document | changed).encode()
        answer = self.sandbox.post("/hunan-resident/hncjb/reports/crud", body)
        assert answer.status == 200
        return answer.json

    def rows(self, service: str, fields: Fields, **changed: Any) -> list[dict[str, Any]]:
        answer = self.call(service, fields, **changed)
        assert (answer["type"], answer["vcode"]) == ("success", "0"), answer
        return list(answer["datas"])

    def refusal(self, service: str, fields: Fields, **changed: Any) -> tuple[str, str]:
        answer = self.call(service, fields, **changed)
        assert answer["type"] == "error"
        return answer["vcode"], answer["message"]
