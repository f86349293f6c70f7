"""Hunan: the molss servlet. Sessions by cookie, errors with HTTP 200 in three places, no message id."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from sandbox import attributes, columns
from sandbox.attributes import GBK, Call, NotMolssError
from sandbox.codes import NAMES
from sandbox.desk import Desk
from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.indicators import CYCLE, KIND, RESULT
from sandbox.parties import USER, secret_of
from sandbox.registered import OPEN_END, Application, Entry, Wish

LOGIN, QUERY = "F00.00.00.00", "F00.01.03"
IDLE_SECONDS = 1800
NAME_BYTES = 50
MAX_PAGE = 500
NO_SESSION = "未登录或会话已超时"

LOCAL = {
    "pension": "1",
    "resident_pension": "170",
    "medical": "310",
    "resident_medical": "390",
    "unemployment": "210",
    "maternity": "510",
    "occupational_injury": "420",
}
INSURANCE = {value: name for name, value in LOCAL.items()}
SCHEMES = {"public_pension": "120", "work_injury": "410"}
RESIDENTS = ("resident_pension", "resident_medical")
STATES = {"active": ("1", "1"), "suspended": ("2", "1"), "drawing": ("3", "2"), "ended": ("3", "3")}
RESIDENT_STATES = {"active": ("1", "1"), "suspended": ("2", "2"), "drawing": ("3", "1"), "ended": ("3", "4")}
UNKNOWN_STATE = ("1", "7")
TOO_LONG = 'ORA-12899: value too large for column "SBK"."AC01"."AAC003" (maximum: 50)'
BROKEN = "ORA-01033: ORACLE initialization or shutdown in progress\njava.sql.SQLException"

Row = dict[str, str]


class _RefusalError(Exception):
    """A refusal in `retrieve/@information`."""


class Molss:
    """The servlet in front of Hunan's desk."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._desk = desk
        self._register = desk.register
        self._party = desk.party
        self._ground = ground
        self._sessions: dict[str, float] = {}
        self._acts: Mapping[str, tuple[str, Callable[[Call, Plan], str]]] = {
            "F27.06": ("FindCover", self._find_cover),
            "F27.01": ("FindWorker", self._find_worker),
            "F20.04": ("GetProgress", self._progress),
            "F20.01": ("EnrolWorker", self._enrol),
            "F20.03": ("WithdrawEnrolment", self._withdraw),
            "F20.05": ("StartCover", self._start_cover),
        }

    def clear(self) -> None:
        """Forget every session."""
        self._sessions.clear()

    def handle(self, request: Request) -> Answer:
        """Answer one call: HTTP 200 whatever came of it."""
        try:
            call = attributes.read(request.body)
        except NotMolssError as error:
            return Reply(attributes.fault(str(error)), GBK)
        if call.system.get("usr") != USER or call.system.get("pwd") != secret_of(self._party):
            return _told("用户名或密码错误")
        function = call.system.get("funid", "")
        if function.partition("|")[0] == LOGIN:
            return self._log_in(function)
        name = call.one("functionid") if function == QUERY else function
        if name not in self._acts:
            return _told("功能号不存在")
        return self._perform(*self._acts[name], call, _session_of(request))

    def _log_in(self, function: str) -> Answer:
        plan = self._ground.faults.take(self._party, "Login")

        def act() -> Reply:
            if len(function.split("|")) != 4:  # noqa: PLR2004 - function, ip, host name, MAC
                return _told("登录信息不完整")
            session = secrets.token_hex(16).upper()
            self._sessions[session] = time.monotonic()
            cookie = {"Set-Cookie": f"JSESSIONID={session}; Path=/"}
            return Reply(attributes.reply(""), GBK, headers=cookie)

        return perform(plan, Voice("gb18030", "utf-8", _error), act)

    def _perform(self, message: str, act: Callable[[Call, Plan], str], call: Call, session: str) -> Answer:
        if time.monotonic() - self._sessions.get(session, -IDLE_SECONDS) >= IDLE_SECONDS:
            return _told(NO_SESSION)
        self._sessions[session] = time.monotonic()
        insurances = [INSURANCE.get(value, "") for value in call.all("aae140")]
        plan = self._ground.faults.take(self._party, message, insurances)
        if "session_lost" in plan:
            self.clear()
            return _told(NO_SESSION)
        if "clerk" in plan:
            self._register.clerk(wish_of(call))
        return perform(plan, Voice("gb18030", "utf-8", _error), lambda: _answer(act, call, plan))

    # queries

    def _find_cover(self, call: Call, plan: Plan) -> str:
        self._ground.effects.count(self._party, "FindCover")
        person = self._register.find(call.one("aac002").upper())
        if person is None:
            return _page(call, [], plan)
        who = {"aac001": person.internal_number, "sac100": person.person_number}
        who |= {"aac003": person.name, "aac002": person.id_number}
        insurances = tuple(INSURANCE.get(value, "") for value in call.all("aae140"))
        first, last = _month(call.one("aae041")) or "0000-01", _month(call.one("aae042")) or OPEN_END
        found = [who | cover_row(entry) for entry in self._register.covers(person.id_number, insurances, first, last)]
        nothing = who | {"aac008": "0", "aac031": "", "aae140": "", "aac301": person.region}
        return _page(call, found or [nothing], plan)

    def _find_worker(self, call: Call, plan: Plan) -> str:
        self._ground.effects.count(self._party, "FindWorker")
        person = self._register.find(call.one("aac002").upper())
        if person is None:
            return _page(call, [], plan)
        row = {"aac001": person.internal_number, "sac100": person.person_number, "aac002": person.id_number}
        return _page(call, [row | {"aac003": person.name, "aac301": person.region}], plan)

    def _progress(self, call: Call, plan: Plan) -> str:
        insurance = INSURANCE.get(call.one("aae140"), "")
        numbers = call.one("slbh"), call.one("aae013")
        self._ground.effects.count(self._party, "GetProgress", numbers[1])
        found = self._desk.progress(*numbers, insurance) if any(numbers) else []
        return _page(call, [progress_row(one) for one in found], plan)

    # what changes something

    def _enrol(self, call: Call, plan: Plan) -> str:
        wish = wish_of(call)
        missing = [name for name in ("aae013", "aac147", "aac003", "aae140", "aab034", "aae041") if not call.one(name)]
        if missing:
            raise _RefusalError(f"{missing[0].upper()}不能为空")
        if columns.gbk(call.one("aac003"), NAME_BYTES) is None:
            raise _RefusalError(TOO_LONG)
        if not wish.insurance:
            raise _RefusalError("险种(AAE140)不识别")
        if "decide_later" not in plan and "effect_missing" not in plan and self._register.stands(wish):
            self._ground.effects.note(self._party, "refused", wish.reference, insurance=wish.insurance)
            raise _RefusalError(f"该人员已参加{NAMES[wish.insurance]}")
        row = progress_row(self._desk.enrol(wish, plan))
        row = {name: value for name, value in row.items() if name not in ("aae140", "aae011")}
        return attributes.retrieved(row, copies=2 if "duplicate_reply" in plan else 1)

    def _withdraw(self, call: Call, plan: Plan) -> str:
        done, why = self._desk.withdraw(wish_of(call), call.one("cbdjh"), plan)
        return _done(call, plan, why, done=done)

    def _start_cover(self, call: Call, plan: Plan) -> str:
        payment = {
            "id_number": call.one("aac002").upper(),
            "insurance": INSURANCE.get(call.one("aae140"), ""),
            "first": _month(call.one("aae041")),
            "last": _month(call.one("aae042")),
            "reference": call.one("aae013"),
        }
        done = "effect_missing" in plan or self._register.book(payment, "gateway")
        return _done(call, plan, "" if done else "无此参保登记", done=done)


def wish_of(call: Call) -> Wish:
    """A writing call, as the desk takes it."""
    return Wish(
        reference=call.one("aae013"),
        id_type=KIND.get(call.one("aac058"), "resident_id"),
        id_number=(call.one("aac147") or call.one("aac002")).upper(),
        name=columns.gbk(call.one("aac003"), NAME_BYTES) or "",
        insurance=INSURANCE.get(call.one("aae140"), ""),
        agency=call.one("aab034"),
        start=_month(call.one("aae041")) or OPEN_END,
        cycle=CYCLE.get(call.one("jfzq"), "monthly"),
        base=call.one("aae180") or "0.00",
        supplements=call.one("slbh"),
    )


def cover_row(entry: Entry) -> Row:
    """A participation as F27.06 shows it."""
    residents = entry.insurance in RESIDENTS
    payment, person = (RESIDENT_STATES if residents else STATES).get(entry.shown_state, UNKNOWN_STATE)
    return {
        "aac008": person,
        "aac031": payment,
        "aae140": SCHEMES.get(entry.scheme) or LOCAL[entry.insurance],
        "aac012": "" if residents else "10" if entry.scheme.startswith("employee_") else "20",
        "aac301": entry.region,
        "aae041": entry.first.replace("-", ""),
        "aae042": (entry.last or "").replace("-", ""),
        "aae011": entry.operator,
        "aae036": entry.entered_on.replace("-", ""),
        "aae013": entry.reference,
    }


def progress_row(application: Application) -> Row:
    """An application as F20.01 answers it and F20.04 shows it."""
    return {
        "sljg": RESULT[application.decision],
        "aae013": application.wish.reference,
        "aae140": LOCAL[application.wish.insurance],
        "aae011": application.operator,
        "slbh": application.acceptance_number,
        "aac001": application.internal_number,
        "sac100": application.person_number,
        "cbdjh": application.registration_number,
        "aaz288": application.notice_number,
        "thyy": "已撤销" if application.decision == "withdrawn" else application.reason,
        "aae035": application.decided_on.replace("-", ""),
    }


def _answer(act: Callable[[Call, Plan], str], call: Call, plan: Plan) -> Reply:
    try:
        return Reply(attributes.reply(act(call, plan)), GBK)
    except _RefusalError as refusal:
        return Reply(attributes.reply(attributes.retrieved(None, str(refusal))), GBK)


def _page(call: Call, found: list[Row], plan: Plan) -> str:
    if "duplicate_reply" in plan:
        found = [row for row in found for _ in range(2)]
    start = _counted(call, "startrow", 1)
    size = min(MAX_PAGE, _counted(call, "pagesize", MAX_PAGE))
    return attributes.rows("querylist", found[start - 1 : start - 1 + size], len(found))


def _counted(call: Call, name: str, usual: int) -> int:
    text = call.one(name) or str(usual)
    if not text.isdecimal() or int(text) < 1:
        raise _RefusalError(f"{name}必须为正整数")
    return int(text)


def _done(call: Call, plan: Plan, why: str, *, done: bool) -> str:
    row = {"sljg": "1" if done else "3", "aae013": call.one("aae013"), "thyy": why}
    return attributes.retrieved(row, copies=2 if "duplicate_reply" in plan else 1)


def _told(message: str) -> Reply:
    return Reply(attributes.reply("", message), GBK)


def _error(fault: Fault) -> Reply:
    """An error with HTTP 200 at `place` 1 (header), 2 (information, a raw exception) or 3 (fault)."""
    place: Any = fault.options.get("place", 2)
    reason = str(fault.options.get("reason", BROKEN if place == 2 else "系统繁忙，请稍后再试"))  # noqa: PLR2004 - the second
    if place == 1:
        return _told(reason)
    if place == 3:  # noqa: PLR2004 - the third
        return Reply(attributes.fault(reason), GBK)
    return Reply(attributes.reply(attributes.retrieved(None, reason)), GBK)


def _session_of(request: Request) -> str:
    cookies = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in cookies if name == "JSESSIONID"), "")


def _month(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}" if len(text) == 6 and text.isdecimal() else ""  # noqa: PLR2004 - the length of yyyyMM
