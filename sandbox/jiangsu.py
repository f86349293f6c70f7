"""Jiangsu: JSON with LD/T names, where counts are texts and ids, days, months and money are numbers (wire facts D6)."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.desk import Desk
from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.indicators import Asked, Habits, Record, shown
from sandbox.office import BROKEN, QUESTIONS, ColumnError, Office, RefusalError
from sandbox.parties import USER, secret_of
from sandbox.repeated import Repeated

JSON = "application/json;charset=UTF-8"
CALLS = {
    "getrenyuanxinxi": "FindWorker",
    "getrenyuancanbao": "FindCover",
    "getrenyuanjiaofei": "GetContributions",
    "getrenyuanquanyi": "GetRights",
    "getbanjianjindu": "GetProgress",
    "savecanbaodengji": "EnrolWorker",
    "savecanbaochexiao": "WithdrawEnrolment",
    "savejiaofeidaozhang": "StartCover",
    "saverenyuanbiangeng": "ChangeDetails",
    "saveshenfengengzheng": "CorrectIdentity",
    "savezantingjiaofei": "SuspendEnrolment",
    "savehuifujiaofei": "ResumeEnrolment",
    "savezhongzhicanbao": "EndEnrolment",
    "savesiwangshenbao": "ReportDeath",
}
WRONG_PASSWORD, NO_CALL, NO_JSON = "应用标识或密钥错误", "接口不存在", "请求不是JSON对象"
MOST = 500
HABITS = Habits(number="bac001")

_WHO = {"BAC001": "number", "AAC147": "id_number", "AAC003": "name"}
_SCHEME = {"AAE140": "insurance", "AAC013": "standing"}
_STATE = {"AAC031": "payment", "AAC084": "person_state"}
DECISION = {
    "SLJG": "result",
    "AAE013": "reference",
    "SLBH": "acceptance_number",
    "BAC001": "number",
    "CBDJH": "registration_number",
    "AAZ288": "notice_number",
    "THYY": "reason",
    "AAE035": "decided_on",
}
DONE = {"SLJG": "result", "AAE013": "reference", "THYY": "reason"}
ROWS: Mapping[str, Mapping[str, str]] = {
    "FindWorker": {**_WHO, "AAC058": "id_type", "AAC301": "region"},
    "FindCover": {
        **_WHO,
        **_SCHEME,
        **_STATE,
        "AAC301": "region",
        "AAE041": "first",
        "AAE042": "last",
        "AAE011": "operator",
        "AAE036": "entered_on",
        "AAE013": "reference",
    },
    "GetContributions": {
        "BAC001": "number",
        **_SCHEME,
        "AAC301": "region",
        "AAE041": "first",
        "AAE042": "last",
        "AAE002": "booked",
        "AAE132": "paid",
        "AAA115": "kind",
        "AAE482": "base",
        "AAE481": "personal",
        "AAE480": "employer",
        "AAE026": "other",
        "AAA020": "interest",
        "AAA021": "late_fee",
        "AAA080": "total",
        "AAB191": "paid_on",
        "BAB001": "unit_number",
        "AAB004": "unit_name",
        "AAZ288": "notice_number",
        "AAD009": "voucher_number",
    },
    "GetRights": {
        "BAC001": "number",
        **_SCHEME,
        **_STATE,
        "AAC301": "region",
        "JZRQ": "as_of",
        "AAC049": "enrolled",
        "AAE042": "paid_to",
        "SJJFYS": "months_paid",
        "STJFYS": "months_deemed",
        "GRZHYE": "balance",
        "AAE116": "benefit",
        "DYKSNY": "benefit_from",
        "AAE019": "benefit_amount",
    },
    "GetProgress": {**DECISION, "AAE140": "insurance", "AAE011": "operator"},
}
# What is a word here and a code elsewhere.
WORDS = {
    "AAE132": {"1": "已实缴", "0": "未实缴", "2": "已退费", "9": "未知"},
    "AAA115": {"10": "正常应缴", "31": "补缴", "90": "其他"},
}
WHOLE = frozenset({"BAC001", "BAB001", "AAE002", "AAE035", "AAE036", "AAE042", "AAB191", "DYKSNY", "JZRQ"})
FIRST_DAYS = frozenset({"AAE041", "AAC049"})  # the first day of a month
MONEY = frozenset({"AAE482", "AAE481", "AAE480", "AAE026", "AAA020", "AAA021", "AAA080", "GRZHYE", "AAE019"})

Row = dict[str, Any]


class Jiangsu:
    """The platform in front of Jiangsu's desk: a path for each call."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._office = Office(desk, ground, HABITS)
        self._repeated = Repeated(self._office)
        self._party = desk.party

    def clear(self) -> None:
        """Forget which changes were answered."""
        self._repeated.clear()

    def handle(self, request: Request) -> Answer:
        """Answer one call: HTTP 200 whatever came of it."""
        known = (request.headers.get("appid"), request.headers.get("appsecret")) == (USER, secret_of(self._party))
        if not known:
            return _failed("401", WRONG_PASSWORD)
        message = CALLS.get(request.path.rpartition("/")[2])
        if message is None:
            return _failed("404", NO_CALL)
        try:
            document = json.loads(request.body, parse_float=str)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            return _failed("400", NO_JSON)
        asked = Asked({name.lower(): _texts(value) for name, value in document.items()})
        plan = self._office.plan(message, asked)
        return perform(plan, Voice("utf-8", "gbk", _error), lambda: self._told(message, asked, plan))

    def _told(self, message: str, asked: Asked, plan: Plan) -> Reply:
        twice = 2 if "duplicate_reply" in plan else 1
        try:
            if message in QUESTIONS:
                found = [_row(ROWS[message], record) for record in self._office.answer(message, asked)]
                return _page(found * twice, asked)
            record = self._repeated.act(message, asked, plan)
        except RefusalError as refusal:
            return _failed("400", str(refusal))
        except ColumnError as broken:
            return _failed("500", str(broken))
        return _page([_row(DECISION if "acceptance_number" in record else DONE, record)] * twice, Asked({}))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in (value if isinstance(value, list) else [value]))


def _row(table: Mapping[str, str], record: Record) -> Row:
    """A record in the forms of Jiangsu; of somebody of whom there is nothing to list, no more than that."""
    found = shown(table, record)
    if "region" in table.values() and "region" not in record:
        found = {column: value for column, value in found.items() if table[column] in ("number", "id_number", "name")}
        found["AAE140"] = ""
    return {column: _form(column, value) for column, value in found.items()}


def _form(column: str, value: str) -> Any:
    if not value:
        return ""
    if column in WHOLE:
        return int(value[:6] if column == "AAB191" else value)  # a month of receipt, no day
    if column in FIRST_DAYS:
        return int(f"{value}01")
    if column in MONEY:
        return float(value) if float(value) % 1 else int(float(value))
    return f"{value}000" if column == "AAC301" else WORDS.get(column, {}).get(value, value)


def _page(rows: list[Row], asked: Asked) -> Reply:
    """One page of rows, each with its number among all of them."""
    number, size = _counted(asked, "pageno", 1), min(MOST, _counted(asked, "pagesize", MOST))
    numbered = [{"ROWNO": place, **row} for place, row in enumerate(rows, 1)]
    pages = max(1, -(-len(rows) // size))
    data = {
        "data": numbered[(number - 1) * size : number * size],
        "pageSize": str(size),
        "pageNumber": str(number),
        "totalPage": str(pages),
    }
    return _json({"retCode": "200", "retMsg": str(len(rows)), "data": data})


def _counted(asked: Asked, name: str, usual: int) -> int:
    text = asked.one(name)
    return max(1, int(text)) if text.isdecimal() else usual


def _failed(code: str, words: str) -> Reply:
    nothing: Row = {"data": [], "pageSize": "0", "pageNumber": "0", "totalPage": "0"}
    return _json({"retCode": code, "retMsg": words, "data": nothing})


def _json(document: Row) -> Reply:
    return Reply(json.dumps(document, ensure_ascii=False).encode(), JSON)


def _error(scripted: Fault) -> Reply:
    return _failed("500", str(scripted.options.get("reason", BROKEN)))
