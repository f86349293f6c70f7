"""A sandbox that stands, and clients of it that are written from the protocol pages."""

import base64
import gzip
import hashlib
import hmac
import http.client
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from sandbox.control import Control
from sandbox.ground import Pace
from sandbox.http import HangUp, Reply, Request, Server
from sandbox.world import World

NS = "urn:shebao:gateway:1.1"
LATER = "urn:shebao:gateway:1.2"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DEADLINE = 30


def parsed(document: bytes | str) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - what the sandbox wrote


class HungUpError(Exception):
    """The sandbox closed the connection without an answer."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def xml(self) -> ET.Element:
        return parsed(self.body)


@contextmanager
def listening(server: Server) -> Iterator[int]:
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server.port
    finally:
        server.close()
        thread.join()


@contextmanager
def standing(pace: Pace | None = None, callback: str = "", now_file: Path | None = None) -> Iterator["Sandbox"]:
    world = World(callback, pace or Pace(read_after=0, push_again_after=(0,)), now_file)
    with listening(Server(("127.0.0.1", 0), Control(world).handle, world.admits)) as port:
        try:
            yield Sandbox(port)
        finally:
            world.close()


def until(condition: Callable[[], Any]) -> Any:
    """What `condition` gives once it is true; the deadline only ends a hang."""
    end = time.monotonic() + DEADLINE
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
    return found


@dataclass
class Sandbox:
    port: int
    cookie: str = ""

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None, method: str = "POST") -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            line.request(method, path, body, dict(headers or {}))
            reply = line.getresponse()
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        except (http.client.HTTPException, OSError) as error:
            raise HungUpError from error
        finally:
            line.close()

    # control

    def control(self, name: str, **document: Any) -> Any:
        answer = self.post(f"/_control/{name}", json.dumps(document).encode())
        assert answer.status == 200, answer.body.decode()
        return answer.json

    def fault(self, party: str, message: str, fault: str, **options: Any) -> None:
        self.control("faults", party=party, message=message, fault=fault, **options)

    def state(self, **query: str) -> Any:
        return self.post(f"/_control/state?{urlencode(query)}", b"", method="GET").json

    def count(self, party: str, kind: str, reference: str) -> int:
        return int(self.state()["counts"].get(party, {}).get(kind, {}).get(reference, 0))

    # the typed contract

    def soap(self, province: str, message: str, content: str, message_id: str = "", **changed: str) -> Answer:
        body = self.soap_body(province, message, content, message_id or secrets.token_hex(8), **changed)
        action = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{changed.get("ns", NS)}/{message}"'}
        return self.post(f"/{province}/soap", body, action)

    def soap_body(self, province: str, message: str, content: str, message_id: str, **changed: str) -> bytes:
        ns = changed.get("ns", NS)
        secret, created = changed.get("secret", f"sandbox-{province}"), "2026-01-05T02:00:00Z"
        nonce = secrets.token_bytes(16)
        digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + secret.encode()).digest()).decode()  # noqa: S324 - the profile's
        return (
            f'<s:Envelope xmlns:s="{changed.get("soap", SOAP)}"><s:Header>{changed.get("header", "")}'
            f'<w:Security xmlns:w="{WSSE}" s:mustUnderstand="1"><w:UsernameToken><w:Username>gateway</w:Username>'
            f"<w:Password>{digest}</w:Password><w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>"
            f'<u:Created xmlns:u="{WSU}">{created}</u:Created></w:UsernameToken></w:Security>'
            f'<Exchange xmlns="{ns}"><message_id>{message_id}</message_id><sender>gateway</sender>'
            f"<receiver>{province}</receiver><sent_at>2026-01-05T10:00:00+08:00</sent_at></Exchange></s:Header>"
            f'<s:Body><{message} xmlns="{ns}">{content}</{message}></s:Body></s:Envelope>'
        ).encode()

    def asked(self, province: str, message: str, content: str, message_id: str = "", **changed: str) -> dict[str, str]:
        """The leaves of the answer, which must be one."""
        answer = self.soap(province, message, content, message_id, **changed)
        assert answer.status == 200, answer.body.decode()
        return leaves(only(answer.xml, f"{message}Answer"))

    # Hunan

    def log_in(self) -> Answer:
        answer = self.hunan("F00.00.00.00|10.0.0.8|gw-01|02:00:00:00:00:01", [])
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer

    def hunan(self, function: str, paras: list[tuple[str, str]], secret: str = "sandbox-hunan") -> Answer:
        return self.hunan_bytes(hunan_body(function, paras, secret))

    def hunan_bytes(self, body: bytes) -> Answer:
        headers = {"Content-Type": "text/html;charset=GBK", "SOAPAction": "mainservlet", "Cookie": self.cookie}
        return self.post("/hunan/sbzhpt/MainServlet", body, headers)

    def hunan_query(self, query: str, *paras: tuple[str, str]) -> list[dict[str, str]]:
        pages = [("startrow", "1"), ("row_count", "-1"), ("pagesize", "500"), ("functionid", query)]
        return rows(self.hunan("F00.01.03", [*pages, *paras]))

    # tax

    def tax(self, province: str, path: str, body: Mapping[str, Any], **changed: Any) -> Any:
        return self.tax_raw(province, path, body, **changed).json

    def tax_raw(self, province: str, path: str, body: Mapping[str, Any], **changed: Any) -> Answer:
        request = secrets.token_hex(16)
        sent = json.dumps({"head": {"requestId": request, "api": path}, "body": body}, ensure_ascii=False).encode()
        query = {"requestId": request, "sessionId": secrets.token_hex(16), "appId": "gateway", "clientVersion": "1.0"}
        if changed.get("zipped"):
            sent, query["encoding"] = base64.b64encode(gzip.compress(sent)), "gzip"
        secret = changed.get("secret", f"sandbox-tax-{province}")
        query["sign"] = hmac.new(secret.encode(), sent, hashlib.sha256).hexdigest()
        return self.post(f"/tax/{province}{path}?{urlencode(query)}", sent)

    def save(self, province: str, *records: Mapping[str, Any], batch: str = "B1") -> Any:
        head = {"jls": len(records), "scRq": "2026-01-05"}
        body = {"cspch": batch, "gryzmx": head, "insertGryzmxGrid": list(records)}
        return self.tax(province, "/v1/batch/taxInfo/saveOrUpdate", body)["body"]

    def results(self, province: str, batch: str = "B1") -> list[dict[str, Any]]:
        found = self.tax(province, "/v1/batch/taxInfoResults/query", {"cspch": batch})["body"]["gryzmxGrid"]
        return list(found)

    def read_results(self, province: str, batch: str = "B1") -> list[dict[str, Any]]:
        """The results once every record has been read."""

        def ready() -> list[dict[str, Any]]:
            found = self.results(province, batch)
            return found if all(one["DQJGLX_DM"] != "0" for one in found) else []

        return list(until(ready))

    def find_levy(self, province: str, **numbers: Any) -> list[dict[str, Any]]:
        return list(self.tax(province, "/v1/taxInfo/query", numbers)["body"]["gryzmxGrid"])


@dataclass
class Gateway:
    """Stands where the parties push to; `answers` are used up one by one, then everything is well."""

    answers: list[Reply | HangUp] = field(default_factory=list)
    received: list[Request] = field(default_factory=list)

    def handle(self, request: Request) -> Reply | HangUp:
        self.received.append(request)
        if self.answers:
            return self.answers.pop(0)
        if request.path.startswith("/soap"):
            return Reply(b"<ok/>", "text/xml")
        head = json.loads(request.body)["head"]
        return Reply(json.dumps({"head": {**head, "errorCode": "0", "success": True}, "body": {}}).encode(), "x/json")

    def documents(self) -> list[Any]:
        return [json.loads(one.body) for one in list(self.received)]


@contextmanager
def receiving() -> Iterator[tuple[Gateway, str]]:
    gateway = Gateway()
    with listening(Server(("127.0.0.1", 0), gateway.handle, lambda _: True)) as port:
        yield gateway, f"http://127.0.0.1:{port}"


def only(root: ET.Element, name: str) -> ET.Element:
    """The one element of this name, in either version of the contract."""
    (found,) = (*root.iter(f"{{{NS}}}{name}"), *root.iter(f"{{{LATER}}}{name}"))
    return found


def leaves(element: ET.Element) -> dict[str, str]:
    return {one.tag.rpartition("}")[2]: one.text or "" for one in element.iter() if not len(one)}


def rows(answer: Answer) -> list[dict[str, str]]:
    """The rows of a Hunan answer; fails where one of the error places holds something."""
    assert errors(answer) == [], errors(answer)
    return [dict(row.attrib) for row in hunan_xml(answer).iter("row")]


def errors(answer: Answer) -> list[str]:
    """What stands in the three places."""
    root = hunan_xml(answer)
    found = [one.get(name) for one in root.iter() for name in ("message", "information", "msg", "result")]
    return [text for text in found if text]


def hunan_xml(answer: Answer) -> ET.Element:
    text = answer.body.decode("gb18030")
    return parsed(text.partition("?>")[2])


def hunan_body(function: str, paras: list[tuple[str, str]], secret: str = "sandbox-hunan") -> bytes:
    def para(name: str, value: str) -> str:
        return f'<para {name}="{escape(value, {chr(34): "&quot;"})}"/>'

    system = para("usr", "gateway") + para("pwd", secret) + para("funid", function)
    business = "".join(para(*one) for one in paras)
    return (
        f'<?xml version="1.0" encoding="GBK"?><soap:Envelope xmlns:soap="{SOAP}"><soap:Header>'
        f'<in:system xmlns:in="http://www.molss.gov.cn/">{system}</in:system></soap:Header><soap:Body>'
        f'<in:business xmlns:in="http://www.molss.gov.cn/">{business}</in:business></soap:Body></soap:Envelope>'
    ).encode("gb18030")
