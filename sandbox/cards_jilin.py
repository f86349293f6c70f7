"""Card centre Jilin: `allDsjk`, one string of Chinese tags with an asterisk, lines of columns behind it (wire D5)."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from sandbox import envelope
from sandbox.cards import BROKEN, NONE, NS, XML, Card, CardCentre
from sandbox.envelope import EnvelopeError
from sandbox.faults import Fault, Voice
from sandbox.http import Answer, Reply, Request
from sandbox.parties import USER, secret_of

OPERATION, LOOK_UP = "allDsjk", "社保卡查询"
_FIELD = re.compile(r"<([^<>/*]+)(\*?)>([^<>]*)</\1\2>")
_NAMES = ("操作", "用户名", "密码", "社会保障号码", "姓名")
_COLUMNS = {
    "社保卡号": "AAZ500",
    "卡识别码": "AAZ501",
    "社会保障号码": "AAC002",
    "姓名": "AAC003",
    "所属城市": "AAB301",
    "卡状态": "AAZ502",
    "发卡日期": "FKRQ",
    "卡有效期": "YXQZ",
    "服务银行": "AAE008",
    "银行卡号": "AAE010",
}
_WORDS = {"1": "正常", "2": "正式挂失", "4": "临时挂失", "0": "封存", "3": "应用锁定", "9": "注销"}
_END = "\r\n"


class Jilin(CardCentre):
    """The card centre of Jilin."""

    party = "card-jilin"

    def handle(self, request: Request) -> Answer:
        """Answer one call."""
        try:
            read = envelope.read(request.body, ())
        except EnvelopeError as error:
            return _fault(str(error))
        if read.name != OPERATION or envelope.namespace(read.operation) != NS or len(read.operation) != 1:
            return _fault("The endpoint reference (EPR) for the Operation not found")
        fields = fields_of(read.operation[0].text or "")
        if any(not fields.get(name) for name in _NAMES):
            return _said("报文格式错误")
        if fields["用户名"] != USER or fields["密码"] != secret_of(self.party):
            return _result("用户名或密码错误")
        if fields["操作"] != LOOK_UP:
            return _result("不支持的操作")
        asked = {"aac002": fields["社会保障号码"], "aac003": fields["姓名"]}
        return self.look_up(asked, Voice("utf-8", "gbk", _error), _found)


def fields_of(text: str) -> Mapping[str, str]:
    """The fields of a string that is tags and nothing else; none where it is not, or where one stands twice."""
    found = _FIELD.findall(text)
    fields = {name: value for name, _, value in found}
    whole = sum(len(match.group()) for match in _FIELD.finditer(text)) == len(text.strip())
    return fields if whole and len(fields) == len(found) else {}


def _found(cards: list[Card]) -> Reply:
    if not cards:
        return _result(NONE)
    told = [{**card, "AAZ502": _WORDS.get(card["AAZ502"], card["AAZ502"])} for card in cards]
    lines = [",".join(card[element] for element in _COLUMNS.values()) for card in told]
    return _said(_END.join(("<处理结果*>00</处理结果*>", ",".join(_COLUMNS), *lines)) + _END)


def _error(fault: Fault) -> Reply:
    return _result(str(fault.options.get("reason", BROKEN)))


def _result(text: str) -> Reply:
    return _said(f"<处理结果*>{text}</处理结果*>")


def _said(text: str) -> Reply:
    # A parser makes one line feed of the two characters unless the first of them is a reference.
    told = escape(text, {"\r": "&#13;"})
    typed = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xsd:string"'
    inner = f'<ns:return {typed} xmlns:xsd="http://www.w3.org/2001/XMLSchema">{told}</ns:return>'
    return Reply(envelope.write(f'<ns:{OPERATION}Response xmlns:ns="{NS}">{inner}</ns:{OPERATION}Response>'), XML)


def _fault(text: str) -> Reply:
    return Reply(envelope.write(envelope.fault("Server", text)), XML, 500)
