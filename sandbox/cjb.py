"""Hunan's residents' pension: JSON around a service id, the fields twice, a word beside each code (wire facts D7)."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.codes import NAMES
from sandbox.desk import Desk
from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.indicators import Asked, Habits, Pairs, Record, shown
from sandbox.office import BROKEN, QUESTIONS, ColumnError, Office, RefusalError
from sandbox.parties import USER, secret_of
from sandbox.repeated import Repeated

JSON = "application/json;charset=UTF-8"
SERVICES = {
    "CJB_GRXX": "FindWorker",
    "CJB_CBXX": "FindCover",
    "CJB_JFJL": "GetContributions",
    "CJB_QYJL": "GetRights",
    "CJB_BJJD": "GetProgress",
    "CJB_CBDJ": "EnrolWorker",
    "CJB_CBCX": "WithdrawEnrolment",
    "CJB_JFDZ": "StartCover",
    "CJB_XXBG": "ChangeDetails",
    "CJB_SFGZ": "CorrectIdentity",
    "CJB_ZTJF": "SuspendEnrolment",
    "CJB_HFJF": "ResumeEnrolment",
    "CJB_ZZCB": "EndEnrolment",
    "CJB_SWSB": "ReportDeath",
}
ALWAYS: Mapping[str, Any] = {"target": "", "sessionid": None, "filtering": [], "sorting": [], "totals": []}
REFUSED, WRONG_PASSWORD, NO_SERVICE, FAILED = "1", "2", "3", "9"
MOST = 500
# AAC031 with AAC008; the last is a pair that nobody has ever listed (wire facts 1.2, variant A).
STATES: Pairs = {
    "active": ("1", "1"),
    "suspended": ("2", "2"),
    "drawing": ("3", "1"),
    "ended": ("3", "4"),
    "odd": ("1", "2"),
}
HABITS = Habits(number="sac100", states=STATES, insurances=("resident_pension",))

_WHO = {"aac001": "internal", "sac100": "number", "aac002": "id_number", "aac003": "name"}
_SCHEME = {"aae140": "insurance", "aab301": "region"}
_STATE = {"aac031": "payment", "aac008": "person_state"}
DECISION = {
    "sljg": "result",
    "aae013": "reference",
    "slbh": "acceptance_number",
    "aac001": "internal",
    "sac100": "number",
    "cbdjh": "registration_number",
    "aaz288": "notice_number",
    "thyy": "reason",
    "aae035": "decided_on",
}
DONE = {"sljg": "result", "aae013": "reference", "thyy": "reason"}
ROWS: Mapping[str, Mapping[str, str]] = {
    "FindWorker": {**_WHO, "aab301": "region"},
    "FindCover": {
        **_WHO,
        **_SCHEME,
        **_STATE,
        "aae041": "first",
        "aae042": "last",
        "aae011": "operator",
        "aae036": "entered_on",
        "aae013": "reference",
    },
    "GetContributions": {
        **_WHO,
        **_SCHEME,
        "aae003": "first",
        "aae042": "last",
        "aae002": "booked",
        "aae017": "paid",
        "aaa115": "kind",
        "aae180": "base",
        "aae064": "personal",
        "aae026": "other",
        "aaa020": "interest",
        "aae057": "late_fee",
        "aae019": "total",
        "aab191": "paid_on",
        "aaz288": "notice_number",
        "aad009": "voucher_number",
    },
    "GetRights": {
        **_WHO,
        **_SCHEME,
        **_STATE,
        "jzrq": "as_of",
        "aac049": "enrolled",
        "aae042": "paid_to",
        "sjjfys": "months_paid",
        "stjfys": "months_deemed",
        "grzhye": "balance",
        "aae116": "benefit",
        "dyksny": "benefit_from",
        "aae019": "benefit_amount",
    },
    "GetProgress": {**DECISION, "aae140": "insurance", "aae011": "operator"},
}
# The word beside each code: `aac008s` beside `aac008`.
TWINS: Mapping[str, Mapping[str, str]] = {
    "aae140": {"170": NAMES["resident_pension"]},
    "aac031": {"1": "参保缴费", "2": "暂停缴费", "3": "终止缴费"},
    "aac008": {"0": "未参保", "1": "正常参保", "2": "暂停参保", "4": "终止参保"},
    "aae017": {"1": "已到账", "0": "未到账", "2": "已退", "9": "未知"},
    "aaa115": {"10": "正常应缴", "31": "补缴", "90": "其他"},
    "aae116": {"1": "正常", "2": "暂停", "3": "终止", "0": "未享受", "9": "未知"},
    "sljg": {"1": "已办结", "0": "已受理", "2": "待补正", "3": "不予办理"},
}
WHOLE = frozenset(
    {"aae041", "aae042", "aae003", "aae002", "aac049", "dyksny", "sjjfys", "stjfys"}  # months, and counts of them
)

Row = dict[str, Any]


class Cjb:
    """The one address in front of the desk of Hunan's residents' scheme."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._office = Office(desk, ground, HABITS)
        self._repeated = Repeated(self._office)
        self._party = desk.party

    def clear(self) -> None:
        """Forget which changes were answered."""
        self._repeated.clear()

    def handle(self, request: Request) -> Answer:
        """Answer one call: HTTP 200 whatever came of it."""
        try:
            document = json.loads(request.body, parse_float=str)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            return _failed({}, FAILED, "请求无法解析")
        if (document.get("loginname"), document.get("password")) != (USER, secret_of(self._party)):
            return _failed(document, WRONG_PASSWORD, "用户名或密码错误")
        message = SERVICES.get(str(document.get("serviceid")))
        if message is None:
            return _failed(document, NO_SERVICE, "服务不存在")
        params, usual = document.get("params"), all(document.get(name, form) == form for name, form in ALWAYS.items())
        if not isinstance(params, dict) or document.get("datas") != [params] or not usual:
            return _failed(document, REFUSED, "params与datas不一致")
        asked = Asked({name.lower(): _texts(value) for name, value in params.items()})
        plan = self._office.plan(message, asked)
        voice = Voice("utf-8", "gbk", lambda scripted: _error(document, scripted))
        return perform(plan, voice, lambda: self._told(document, message, asked, plan))

    def _told(self, document: Row, message: str, asked: Asked, plan: Plan) -> Reply:
        twice = 2 if "duplicate_reply" in plan else 1
        try:
            if message in QUESTIONS:
                found = [_row(ROWS[message], record) for record in self._office.answer(message, asked)]
                return _page(document, found * twice)
            record = self._repeated.act(message, asked, plan)
        except RefusalError as refusal:
            return _failed(document, REFUSED, str(refusal))
        except ColumnError as broken:
            return _failed(document, FAILED, "", str(broken))
        return _page(document, [_row(DECISION if "acceptance_number" in record else DONE, record)] * twice)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in (value if isinstance(value, list) else [value]))


def _row(table: Mapping[str, str], record: Record) -> Row:
    """A record in the forms of the system, a word beside each code; on record and not insured is a state, too."""
    if "payment" in table.values() and "payment" not in record:
        record = record | {"payment": "", "person_state": "0"}
        table = _WHO | _STATE
    row: Row = {}
    for column, value in shown(table, record).items():
        row[column] = int(value) if value and column in WHOLE else value
        if column in TWINS and value:
            row[f"{column}s"] = TWINS[column][value]
    return row


def _page(document: Row, rows: list[Row]) -> Reply:
    number, size = _counted(document, "page", 1), min(MOST, _counted(document, "pagesize", MOST))
    found = rows[(number - 1) * size : number * size]
    return _reply(document, rowcount=len(rows), page=number, pagesize=size, datas=found)


def _counted(document: Row, name: str, usual: int) -> int:
    value = document.get(name, usual)
    return value if isinstance(value, int) and value > 0 else usual


def _failed(document: Row, code: str, words: str, detail: str = "") -> Reply:
    return _reply(document, type="error", vcode=code, message=words, messagedetail=detail)


def _reply(document: Row, **said: Any) -> Reply:
    usual = {"rowcount": 0, "page": 1, "pagesize": MOST, "serviceid": document.get("serviceid", ""), "type": "success"}
    usual |= {"vcode": "0", "message": "", "messagedetail": "", "datas": []}
    return Reply(json.dumps(usual | said, ensure_ascii=False).encode(), JSON)


def _error(document: Row, scripted: Fault) -> Reply:
    return _failed(document, FAILED, "系统异常", str(scripted.options.get("reason", BROKEN)))
