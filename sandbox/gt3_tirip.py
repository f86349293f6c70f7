"""A bureau that takes `tiripPackage` over SOAP with a UsernameToken (wire facts, 3.2 B).

How it went stands in the headers of an answer too. A number that came before is taken again only with `repeatFlag` 1,
and then answered as before.
"""

import base64
import binascii
import json
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from sandbox import envelope, gt3
from sandbox.bureau import Bureau
from sandbox.envelope import WSSE, EnvelopeError, local
from sandbox.faults import Fault, Voice, perform
from sandbox.ground import Ground
from sandbox.gt3 import Core, CoreError
from sandbox.http import Answer, Reply, Request
from sandbox.nested import NotADocumentError, inner
from sandbox.parties import USER, secret_of
from sandbox.refunding import Refunds

SERVICE, DATA = "http://cn.gov.chinatax.gt3nf.service/", "http://www.chinatax.gov.cn/dataspec/"
TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"
XML = "text/xml;charset=UTF-8"
CALL, HOLDERS = "doService", {"doService": "bizXml", "doServiceResponse": "return"}
PREFIX, FINE = "SBF.", "00000000"
ORDER = (("zip", "Zlib"), ("code", "Base64"))
AMOUNTS = ("YNSE", "SJJE", "JMSE", "YJSE", "YBTSE", "RKJE", "CZJE", "TFJE")


@dataclass(frozen=True, slots=True)
class Package:
    """One package. `service`: its leaves; `steps`: how its content is packed; `state`: what it says of the outcome."""

    service: Mapping[str, str]
    content: Mapping[str, Any]
    steps: tuple[tuple[str, str], ...] = ()
    state: str = ""


class Tirip:
    """The server in front of one bureau, and the writer of what the bureau pushes."""

    def __init__(self, bureau: Bureau, ground: Ground, refunds: Refunds) -> None:
        self.core = Core(bureau, ground, refunds)
        self._party = bureau.party
        self._ground = ground

    def handle(self, request: Request, path: str) -> Answer:
        """Answer one call; `path`: nothing follows the address here."""
        del path
        try:
            came = envelope.read(request.body, ("Security",))
            if not _let_in(came.header, secret_of(self._party)):
                return self._failed({}, CoreError(gt3.NOT_LET_IN, gt3.NO_USER))
            package = opened(came.operation)
            return self._called(package)
        except EnvelopeError as error:
            return Reply(envelope.write(envelope.fault("Client", str(error))), XML, 500)
        except CoreError as error:
            return self._failed({}, error)
        except (NotADocumentError, KeyError, ValueError):
            return self._failed({}, CoreError(gt3.BROKEN, "报文无法解析"))

    def write(self, call: str, content: Mapping[str, Any], serial: str) -> bytes:
        """A push."""
        service = {"serviceId": PREFIX + call, "clientNo": self._party, "tranSeq": serial, "repeatFlag": "0"}
        package = self._package(service, content, ORDER)
        token = envelope.element("wsse:Username", self._party) + envelope.element(
            "wsse:Password", escape(secret_of(self._party)), f' Type="{TEXT}"'
        )
        inside = envelope.element("wsse:UsernameToken", token)
        return _wrapped(CALL, package, envelope.element("wsse:Security", inside, f' xmlns:wsse="{WSSE}"'))

    def answered(self, status: int, body: bytes) -> bool:
        """Whether a push was taken."""
        try:
            package = opened(envelope.read(body, ()).operation)
        except (EnvelopeError, NotADocumentError, CoreError, KeyError, ValueError):
            return False
        return (status, package.state) == (200, FINE) and package.content.get("JSJG_DM") in ("0", "2")

    def _called(self, package: Package) -> Answer:
        service = package.service
        call, serial = service.get("serviceId", "").removeprefix(PREFIX), service.get("tranSeq", "")
        plan = self.core.plan(call, package.content)

        def act() -> Reply:
            try:
                self._check_repeated(serial, service.get("repeatFlag", ""), str(package.content.get("XH", "")))
                told = self.core.act(call, serial, package.content, plan)
            except CoreError as error:
                return self._failed(service, error)
            return self._reply(FINE, self._package(service, told, package.steps, "成功"))

        return perform(plan, self._voice(service), act)

    def _check_repeated(self, serial: str, flag: str, reference: str) -> None:
        if flag == "1":
            self._ground.effects.count(self.core.bureau.party, "sent_again", reference)
        elif serial in self.core.bureau.batches:
            raise CoreError(gt3.WRONG, "交易流水号(tranSeq)重复，重发请置重发标志(repeatFlag)")

    def _voice(self, service: Mapping[str, str]) -> Voice:
        def error(fault: Fault) -> Reply:
            reason = str(fault.options.get("reason", "系统异常，请稍后再试"))
            return self._failed(service, CoreError(gt3.BROKEN, reason))

        return Voice("utf-8", "gbk", error)

    def _failed(self, service: Mapping[str, str], error: CoreError) -> Reply:
        code = error.code.zfill(len(FINE))
        return self._reply(code, _part("service", service) + _returned(code, str(error)))

    def _reply(self, code: str, package: str) -> Reply:
        headers = {"retcode": code, "SessionId": secrets.token_hex(16)}
        return Reply(_wrapped("doServiceResponse", package), XML, headers=headers)

    def _package(
        self, service: Mapping[str, str], content: Mapping[str, Any], steps: tuple[tuple[str, str], ...], said: str = ""
    ) -> str:
        named = {**service, "tranReqDate": self._ground.today}
        told = [f"<control><id>{n}</id><type>{a}</type><impl>{b}</impl></control>" for n, (a, b) in enumerate(steps, 1)]
        control = f"<contentControl>{''.join(told)}</contentControl>" if told else ""
        body = f"<subPackage><id>1</id><content>{escape(packed(content, steps))}</content></subPackage>"
        state = _returned(FINE, said) if said else ""
        return f"{_part('service', named)}{control}<businessContent>{body}</businessContent>{state}"


def opened(operation: ET.Element) -> Package:
    """The package in an operation; NotADocumentError, CoreError, KeyError, ValueError where it cannot be read."""
    name = local(operation)
    holder = operation[0] if len(operation) == 1 else None
    if holder is None or local(holder) != HOLDERS.get(name):
        raise NotADocumentError("no such operation")
    parts = {local(part): part for part in inner(holder.text or "")}
    service = _leaves(parts["service"]) if "service" in parts else {}
    state = _leaves(parts["returnState"])["returnCode"] if "returnState" in parts else ""
    controls = [_leaves(one) for one in parts.get("contentControl", ())]
    steps = tuple((one["type"], one["impl"]) for one in sorted(controls, key=lambda one: int(one["id"])))
    if any(step not in ORDER for step in steps):
        raise CoreError(gt3.WRONG, "内容控制(contentControl)不支持")
    if "businessContent" not in parts:
        return Package(service, {}, steps, state)
    return Package(service, unpacked(_leaves(parts["businessContent"][0])["content"], steps), steps, state)


def packed(content: Mapping[str, Any], steps: tuple[tuple[str, str], ...]) -> str:
    """The content as it stands in a package; amounts are JSON numbers."""
    body = json.dumps(_numbers(content), ensure_ascii=False).replace('"¤', "").replace('¤"', "").encode()
    for kind, _ in steps:
        body = zlib.compress(body) if kind == "zip" else base64.b64encode(body)
    return body.decode()


def unpacked(text: str, steps: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The content of a package, its values as texts; ValueError where it is none."""
    body = text.encode()
    try:
        for kind, _ in reversed(steps):
            body = zlib.decompress(body) if kind == "zip" else base64.b64decode(body, validate=True)
    except (zlib.error, binascii.Error) as error:
        raise ValueError(str(error)) from None
    made = json.loads(body, parse_float=str, parse_int=str)
    if not isinstance(made, dict):
        raise ValueError("the content is no object")  # noqa: TRY004 - whoever calls asks for one kind of error
    return made


def _numbers(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _numbers(inside, key) for key, inside in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    if name == "JLS":
        return int(value)
    return f"¤{Decimal(value).normalize():f}¤" if name in AMOUNTS else value


def _let_in(header: Mapping[str, ET.Element], secret: str) -> bool:
    token = envelope.fields(header["Security"]) if "Security" in header else {}
    said = (token.get("UsernameToken.Username"), token.get("UsernameToken.Password"))
    return said == (USER, secret)


def _leaves(element: ET.Element) -> dict[str, str]:
    return {local(child): child.text or "" for child in element}


def _part(name: str, leaves: Mapping[str, str]) -> str:
    inside = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in leaves.items())
    return f"<{name}>{inside}</{name}>" if inside else ""


def _returned(code: str, message: str) -> str:
    return _part("returnState", {"returnCode": code, "returnMessage": message})


def _wrapped(operation: str, package: str, header: str = "") -> bytes:
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><tiripPackage xmlns="{DATA}" version="1.0">{package}</tiripPackage>'
    )
    held = f"<{HOLDERS[operation]}><![CDATA[{document}]]></{HOLDERS[operation]}>"
    return envelope.write(f'<cn:{operation} xmlns:cn="{SERVICE}">{held}</cn:{operation}>', header)
