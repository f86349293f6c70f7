"""Sichuan: `callBusiness` with an escaped document inside, and a serial before each trade (wire facts D2)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from xml.sax.saxutils import escape

from sandbox import columns, envelope, nested, signatures
from sandbox.desk import Desk
from sandbox.envelope import Envelope, EnvelopeError, fault
from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.indicators import Asked, Habits, Record, shown
from sandbox.office import BROKEN, QUESTIONS, ColumnError, Office, RefusalError
from sandbox.parties import USER, secret_of

XML = "text/xml;charset=UTF-8"
SERVICE = "http://webservice.common.yinhai.com/"
CALL, SERIAL = "callBusiness", "getJylsh"
MESSAGES = {
    "CX01": "FindWorker",
    "CX02": "FindCover",
    "CX03": "GetContributions",
    "CX04": "GetRights",
    "CX05": "GetProgress",
    "BL01": "EnrolWorker",
    "BL02": "WithdrawEnrolment",
    "BL03": "StartCover",
    "BL11": "ChangeDetails",
    "BL12": "CorrectIdentity",
    "BL13": "SuspendEnrolment",
    "BL14": "ResumeEnrolment",
    "BL15": "EndEnrolment",
    "BL16": "ReportDeath",
}
HABITS = Habits(name=partial(columns.utf8, size=50))
UNUSED = "0"
WRONG_PASSWORD, WRONG_SIGNATURE, NO_TRADE = "用户名或密码错误", "签名验证失败", "交易编号不存在"
NO_SERIAL, BAD_SERIAL, USED_SERIAL = "缺少交易流水号", "交易流水号无效", "交易流水号已使用"

_WHO = {"aac001": "number", "aac002": "id_number", "aac003": "name"}
_SCHEME = {"aae140": "insurance", "aac012": "standing"}
_STATE = {"aac031": "payment", "aac084": "person_state"}
DECISION = {
    "sljg": "result",
    "aae013": "reference",
    "slbh": "acceptance_number",
    "aac001": "number",
    "cbdjh": "registration_number",
    "aaz288": "notice_number",
    "thyy": "reason",
    "aae035": "decided_on",
}
ROWS: Mapping[str, Mapping[str, str]] = {
    "FindWorker": {**_WHO, "aab301": "region"},
    "FindCover": {
        **_WHO,
        **_SCHEME,
        **_STATE,
        "aab301": "region",
        "aae041": "first",
        "aae042": "last",
        "aae011": "operator",
        "aae036": "entered_on",
        "aae013": "reference",
    },
    "GetContributions": {
        **_WHO,
        **_SCHEME,
        "aab301": "region",
        "aae003": "first",
        "aae042": "last",
        "aae002": "booked",
        "aae017": "paid",
        "aaa115": "kind",
        "aae180": "base",
        "aae020": "employer",
        "aae022": "personal",
        "aae026": "other",
        "aaa020": "interest",
        "aae057": "late_fee",
        "aae019": "total",
        "aab191": "paid_on",
        "aab001": "unit_number",
        "aae044": "unit_name",
        "aaz288": "notice_number",
        "aad009": "voucher_number",
    },
    "GetRights": {
        **_WHO,
        **_SCHEME,
        **_STATE,
        "aab301": "region",
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
    "GetProgress": {**DECISION, "aae140": "insurance", "aae011": "operator", "jylsh": "serial", "jybh": "trade"},
}


@dataclass(slots=True)
class Given:
    """A serial that was given: for which trade, with which code, until which day; what took effect under it."""

    trade: str
    code: str
    until: date
    effect: Record | None = None


class Yinhai:
    """The service in front of Sichuan's desk."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._office = Office(desk, ground, HABITS)
        self._party = desk.party
        self._ground = ground
        self._serials: dict[str, Given] = {}

    def clear(self) -> None:
        """Forget every serial."""
        self._serials.clear()

    def handle(self, request: Request) -> Answer:
        """Answer one call."""
        try:
            read = envelope.read(request.body, ("system",))
            system = envelope.fields(read.header["system"]) if "system" in read.header else {}
            text = envelope.fields(read.operation).get("inputxml", "")
            if why := self._not_admitted(system, text):
                return _failed(read.name, why)
            return self._called(read, system, nested.asked(nested.inner(text)))
        except (EnvelopeError, nested.NotADocumentError) as error:
            return Reply(envelope.write(fault("Server", str(error))), XML, 500)

    def _not_admitted(self, system: Mapping[str, str], text: str) -> str:
        if "systemKey" in system:
            whole = system.get("source") == text and system["systemKey"] == USER
            genuine = signatures.verified(self._party, text.replace(" ", "").encode(), system.get("signature", ""))
            return "" if whole and genuine else WRONG_SIGNATURE
        known = (system.get("userName"), system.get("passWord")) == (USER, secret_of(self._party))
        return "" if known else WRONG_PASSWORD

    def _called(self, read: Envelope, system: Mapping[str, str], asked: Asked) -> Answer:
        trade = system.get("jybh", "")
        if trade not in MESSAGES or read.name not in (CALL, SERIAL):
            return _failed(read.name, NO_TRADE)
        if read.name == SERIAL:
            plan = self._ground.faults.take(self._party, "GetSerial")
            return perform(plan, _voice(SERIAL), lambda: self._given(trade))
        plan = self._office.plan(MESSAGES[trade], asked)
        if "session_lost" in plan:
            self.clear()
        numbers = system.get("jylsh", UNUSED), system.get("jyyzm", UNUSED)
        act = self._questioned if MESSAGES[trade] in QUESTIONS else partial(self._traded, numbers)
        return perform(plan, _voice(CALL), lambda: _told(act, trade, asked, plan))

    def _given(self, trade: str) -> Reply:
        with self._ground.lock:
            serial = f"{self._office.desk.register.province.code}SB{self._office.desk.register.next():016d}"
            code = f"{secrets.randbelow(10**15):015d}"
            until = date.fromisoformat(self._ground.today) + timedelta(days=1)
            self._serials[serial] = Given(trade, code, until)
        return _reply(SERIAL, "1", "success", nested.flat({"jylsh": serial, "jyyzm": code}))

    # what is called

    def _questioned(self, trade: str, asked: Asked, plan: Plan) -> Reply:
        message = MESSAGES[trade]
        found = self._progress(asked) if message == "GetProgress" else self._office.answer(message, asked)
        doubled = [row for row in found for _ in range(2 if "duplicate_reply" in plan else 1)]
        inner = nested.rows((shown(ROWS[message], row) for row in doubled), "row")
        return _reply(CALL, "1", "success", f"<list>{inner}</list>" if inner else "<list/>")

    def _progress(self, asked: Asked) -> list[Record]:
        """What took effect, newest first: applications as they are now, and trades that are done and no more."""
        self._ground.effects.count(self._party, "GetProgress", asked.one("aae013"))
        under = {serial: given for serial, given in self._serials.items() if given.effect is not None}
        applications = {row["acceptance_number"]: row for row in self._office.progress(_by_any(asked, under))}
        found = []
        for serial, given in reversed(under.items()):
            effect = given.effect or {}
            number = effect.get("acceptance_number", "")
            if number and number not in applications:
                continue
            row = applications.get(number, effect) | {"serial": serial, "trade": given.trade}
            if _fits(row, asked):
                found.append(row)
        return found

    def _traded(self, numbers: tuple[str, str], trade: str, asked: Asked, plan: Plan) -> Reply:
        with self._ground.lock:
            given = self._valid(numbers, trade)
            record = self._office.act(MESSAGES[trade], asked, plan)
            done = "acceptance_number" not in record
            if done and record["result"] != "1":
                raise RefusalError(record["reason"])
            if "effect_missing" not in plan:
                given.effect = {"insurance": asked.one("aae140"), "operator": USER, **record}
        twice = 2 if "duplicate_reply" in plan else 1
        if MESSAGES[trade] == "StartCover":
            return _string(CALL, "success" * twice)
        fields = nested.flat({"aae013": record["reference"]} if done else shown(DECISION, record))
        return _reply(CALL, "1", "success", fields, copies=twice)

    def _valid(self, numbers: tuple[str, str], trade: str) -> Given:
        serial, code = numbers
        if serial == UNUSED:
            raise RefusalError(NO_SERIAL)
        given = self._serials.get(serial)
        if given is None or (given.trade, given.code) != (trade, code):
            raise RefusalError(BAD_SERIAL)
        if given.effect is not None:
            raise RefusalError(USED_SERIAL)
        if date.fromisoformat(self._ground.today) > given.until:
            raise RefusalError(BAD_SERIAL)
        return given


def _by_any(asked: Asked, under: Mapping[str, Given]) -> Asked:
    """Asked by a serial alone, the application is looked up by what took effect under it."""
    given = under.get(asked.one("yjylsh"))
    if asked.one("slbh") or asked.one("aae013") or given is None or given.effect is None:
        return asked
    return Asked({**asked.values, "aae013": (given.effect["reference"],)})


def _fits(row: Record, asked: Asked) -> bool:
    columns_of = {"yjylsh": "serial", "slbh": "acceptance_number", "aae013": "reference", "aae140": "insurance"}
    given = {word: asked.one(code) for code, word in columns_of.items() if asked.one(code)}
    return bool(given.keys() - {"insurance"}) and all(row.get(word, "") == value for word, value in given.items())


def _told(act: Callable[[str, Asked, Plan], Reply], trade: str, asked: Asked, plan: Plan) -> Reply:
    try:
        return act(trade, asked, plan)
    except (RefusalError, ColumnError) as refusal:
        return _failed(CALL, str(refusal))


def _reply(operation: str, code: str, message: str, fields: str = "", copies: int = 1) -> Reply:
    status = nested.flat({"code": code, "message": message})
    return _string(operation, f"<result>{status}{fields}</result>" * copies)


def _failed(operation: str, message: str) -> Reply:
    return _reply(operation, "-1", message)


def _string(operation: str, text: str) -> Reply:
    name = f"ns2:{operation}Response"
    body = f'<{name} xmlns:ns2="{SERVICE}"><return>{escape(text)}</return></{name}>'
    return Reply(envelope.write(body), XML)


def _voice(operation: str) -> Voice:
    def error(scripted: Fault) -> Reply:
        return _failed(operation, str(scripted.options.get("reason", BROKEN)))

    return Voice("utf-8", "gbk", error)
