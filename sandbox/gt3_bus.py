"""A bureau on the bus of the core system: `service` with a head, `taxML` as CDATA in its body (wire facts, 3.2 A).

The document inside declares GBK whatever it is in, and the hours are those of a 12-hour clock.
"""

import secrets
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from sandbox import gt3
from sandbox.bureau import Bureau
from sandbox.envelope import local
from sandbox.faults import Fault, Voice, perform
from sandbox.ground import Ground
from sandbox.gt3 import Core, CoreError
from sandbox.http import Answer, Reply, Request
from sandbox.nested import NotADocumentError, inner
from sandbox.parties import USER, secret_of
from sandbox.refunding import Refunds

SPEC, DATA = "http://www.chinatax.gov.cn/spec/", "http://www.chinatax.gov.cn/dataspec/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "text/xml;charset=UTF-8"
PREFIX = "SWZJ.SBF."
PASSWORD = "jrmm"  # noqa: S105 - the name of a pair, not a secret
TITLES = {
    gt3.DECLARE: "社保费应征申报",
    gt3.CANCELLATION: "社保费应征作废",
    gt3.FIND: "社保费应征查询",
    gt3.RESULT: "社保费应征结果推送",
    gt3.RECEIPT: "社保费缴款凭证推送",
    gt3.POSTING: "社保费入库通知推送",
    gt3.REVERSAL: "社保费冲正通知推送",
    gt3.CORRECTION: "社保费更正通知推送",
    gt3.REFUND: "社保费退费申请",
    gt3.REFUNDED: "社保费退费结果推送",
}


class Bus:
    """The server in front of one bureau, and the writer of what the bureau pushes."""

    def __init__(self, bureau: Bureau, ground: Ground, refunds: Refunds) -> None:
        self.core = Core(bureau, ground, refunds)
        self._party = bureau.party
        self._ground = ground

    def handle(self, request: Request, path: str) -> Answer:
        """Answer one call; `path`: nothing follows the address here."""
        del path
        head: Mapping[str, str] = {}
        try:
            head, asked = read(request.body)
            if (head.get("channel_id"), head.get(PASSWORD)) != (USER, secret_of(self._party)):
                return self._failed(head, CoreError(gt3.NOT_LET_IN, gt3.NO_USER))
            return self._called(head, asked)
        except CoreError as error:
            return self._failed(head, error)
        except (NotADocumentError, KeyError):
            return self._failed(head, CoreError(gt3.BROKEN, "报文无法解析"))

    def write(self, call: str, content: Mapping[str, Any], serial: str) -> bytes:
        """A push."""
        pairs = "".join(_pair(name, value) for name, value in (("sjry", "auto"), (PASSWORD, secret_of(self._party))))
        head = self._head({"tran_id": PREFIX + call, "channel_id": self._party, "tran_seq": serial}) + pairs
        return _service(head, _document(call, "Request", content))

    def answered(self, status: int, body: bytes) -> bool:
        """Whether a push was taken."""
        try:
            head, told = read(body)
        except (NotADocumentError, KeyError):
            return False
        taken = (status, head.get("rtn_code"), head.get("Code")) == (200, "0", "000")
        return taken and told.get("JSJG_DM") in ("0", "2")

    def _called(self, head: Mapping[str, str], asked: Mapping[str, Any]) -> Answer:
        call = head.get("tran_id", "").removeprefix(PREFIX)
        plan = self.core.plan(call, asked)

        def act() -> Reply:
            try:
                told = self.core.act(call, head.get("tran_seq", ""), asked, plan)
            except CoreError as error:
                return self._failed(head, error)
            said = self._head(head) + _returned("0", "000", "成功", "")
            return Reply(_service(said, _document(call, "Response", told)), XML)

        return perform(plan, self._voice(head), act)

    def _voice(self, head: Mapping[str, str]) -> Voice:
        def error(fault: Fault) -> Reply:
            return self._failed(head, CoreError(gt3.BROKEN, str(fault.options.get("reason", "系统异常，请稍后再试"))))

        return Voice("utf-8", "gbk", error)

    def _failed(self, head: Mapping[str, str], error: CoreError) -> Reply:
        """What is wrong with a document stands in the inner code; with the call, or here, in the outer one too."""
        outer = "0" if error.code in (gt3.MISSING, gt3.WRONG) else error.code
        return Reply(_service(self._head(head) + _returned(outer, error.code, "失败", str(error)), ""), XML)

    def _head(self, asked: Mapping[str, str]) -> str:
        now = self._ground.clock.now()
        stamp = {"tran_date": f"{now:%Y%m%d}", "tran_time": f"{now:%I%M%S}{now.microsecond // 1000:03d}"}
        told = {name: asked[name] for name in ("tran_id", "channel_id", "tran_seq") if name in asked} | stamp
        return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in told.items())


def serial() -> str:
    """A new number of a message: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def read(body: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    """Head (pairs among it) and document of a message; NotADocumentError, KeyError where it is none."""
    root = inner(body.decode("utf-8", "replace"))
    parts = {local(part): part for part in root}
    head: dict[str, str] = {}
    for element in parts["head"].iter():
        if local(element) == "expand":
            told = {local(child): child.text or "" for child in element}
            head[told["name"]] = told.get("value", "")
        elif not len(element):
            head[local(element)] = element.text or ""
    text = (parts["body"].text or "").strip()
    return head, _group(inner(text)) if text else {}


def _group(parent: ET.Element) -> dict[str, Any]:
    return {
        local(one): [_group(row) for row in one] if local(one).endswith("Grid") else one.text or "" for one in parent
    }


def _service(head: str, document: str) -> bytes:
    body = f"<![CDATA[{document}]]>" if document else ""
    outer = f'<service xmlns="{SPEC}"><head>{head}</head><body>{body}</body></service>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{outer}'.encode()


def _document(call: str, kind: str, content: Mapping[str, Any]) -> str:
    names = f'xsi:type="SBF{call}{kind}" xmlbh="SBF{call}" bbh="1.0" xmlmc="{TITLES[call]}"'
    spaces = f'xmlns="{DATA}" xmlns:xsi="{XSI}"'
    return f'<?xml version="1.0" encoding="GBK"?><taxML {names} {spaces}>{_elements(content)}</taxML>'


def _elements(group: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_content(name, value)}</{name}>" for name, value in group.items())


def _content(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(f"<{name}lb>{_elements(row)}</{name}lb>" for row in value)
    return escape(str(value))


def _pair(name: str, value: str) -> str:
    return f"<expand><name>{name}</name><value>{escape(value)}</value></expand>"


def _returned(outer: str, code: str, message: str, reason: str) -> str:
    inside = f"<Code>{code}</Code><Message>{message}</Message><Reason>{escape(reason)}</Reason>"
    return f"<rtn_code>{outer}</rtn_code><rtn_msg>{inside}</rtn_msg>"
