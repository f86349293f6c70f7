"""Guizhou: calls that take effect when confirmed, `prm_` names, bulk answers as rows with TABs (wire facts D3)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from xml.sax.saxutils import escape

from sandbox import columns, nested
from sandbox.changes import Change
from sandbox.desk import Desk
from sandbox.envelope import local
from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.indicators import WITH_PERSON, Asked, Habits, Record, decision_words, shown
from sandbox.office import BROKEN, CHANGES, AlreadyError, ColumnError, Office, RefusalError
from sandbox.parties import USER, secret_of
from sandbox.registered import Application
from sandbox.twophase import Trades

XML = "text/xml;charset=GBK"
DECLARATION = '<?xml version="1.0" encoding="GBK"?>'
FUNCTIONS = {
    "03": "FindWorker",
    "21": "FindCover",
    "52": "GetProgress",
    "H28d": "GetContributions",
    "H29d": "GetRights",
    "G20": "EnrolWorker",
    "G23": "WithdrawEnrolment",
    "G25": "StartCover",
    "G31": "ChangeDetails",
    "G32": "CorrectIdentity",
    "G33": "SuspendEnrolment",
    "G34": "ResumeEnrolment",
    "G35": "EndEnrolment",
    "G36": "ReportDeath",
}
PARAMETERS = {
    "call": {"user", "pass", "jybh", "inputxml"},
    "confirm": {"user", "pass", "jylsh", "jyyzm"},
    "cancel": {"user", "pass", "jylsh"},
    "getuncertaintytrade": {"user", "pass", "jybh"},
}
LARGEST = 65_534
WRONG_PASSWORD, NO_FUNCTION, NOT_FOUND = "用户名或密码错误", "交易编号不存在", "未找到业务受理记录"
NO_TRADE, CONFIRMED, TOO_LARGE = "交易流水号不存在或已取消", "该交易已确认", "入参超过65534个字符"
DONE_BEFORE, REMARK = "该交易已取消", "请在规定时间内确认"
MISFIT = "个人编号与身份证号码不符"
HABITS = Habits(cause="aac050", states=WITH_PERSON, misfit=MISFIT, name=partial(columns.gbk, size=50))

_WHO = ("number", "id_number", "name")
_SCHEME, _STATE = ("insurance", "standing"), ("payment", "person_state")
DECISION = {
    "prm_sljg": "result",
    "prm_aae013": "reference",
    "prm_slbh": "acceptance_number",
    "prm_aac001": "number",
    "prm_cbdjh": "registration_number",
    "prm_aaz288": "notice_number",
    "prm_thyy": "reason",
    "prm_aae035": "decided_on",
}
DONE = {"prm_sljg": "result", "prm_aae013": "reference", "prm_thyy": "reason"}
WORKER = {"prm_aac001": "number", "prm_aac002": "id_number", "prm_aac003": "name", "prm_aac301": "region"}
PROGRESS = {**DECISION, "prm_aae140": "insurance", "prm_aae011": "operator"}
# The rows of the bulk answers, in the order of their columns.
FILES: Mapping[str, tuple[str, ...]] = {
    "FindCover": (
        *(*_WHO, *_SCHEME, *_STATE, "region"),
        *("first", "last", "operator", "entered_on", "reference"),
    ),
    "GetContributions": (
        *(*_WHO, *_SCHEME, "region"),
        *("first", "last", "booked", "kind", "base", "personal", "employer", "other", "interest", "late_fee", "total"),
        *("paid", "paid_on", "unit_number", "unit_name", "notice_number", "voucher_number"),
    ),
    "GetRights": (
        *(*_WHO, *_SCHEME, "region", *_STATE),
        *("as_of", "enrolled", "paid_to", "months_paid", "months_deemed", "balance"),
        *("benefit", "benefit_from", "benefit_amount"),
    ),
}


class _FailureError(Exception):
    """A negative appcode with its words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


class Prm:
    """The wrapper in front of Guizhou's desk."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._office = Office(desk, ground, HABITS)
        self._desk = desk
        self._party = desk.party
        self._ground = ground
        self._trades = Trades(desk.register.province.code, ground)
        self._operations: Mapping[str, tuple[str, Callable[[Asked], str]]] = {
            "confirm": ("Confirm", self._confirm),
            "cancel": ("Cancel", self._cancel),
            "getuncertaintytrade": ("UncertainTrades", self._uncertain),
        }

    def clear(self) -> None:
        """Forget every trade."""
        self._trades.clear()

    def handle(self, request: Request) -> Answer:
        """Answer one call: HTTP 200 whatever came of it."""
        try:
            root = nested.inner(columns.kept(request.body.decode("gb18030", "replace")))
        except nested.NotADocumentError:
            return Reply("<html><body>无法解析的请求</body></html>".encode("gbk"), "text/html;charset=GBK")
        operation, asked = local(root).lower(), nested.asked(root)
        if PARAMETERS.get(operation) != set(asked.values):
            return _failed("", -3, NO_FUNCTION)
        if (asked.one("user"), asked.one("pass")) != (USER, secret_of(self._party)):
            return _failed(asked.one("jybh"), -2, WRONG_PASSWORD)
        if operation == "call":
            return self._called(asked)
        message, act = self._operations[operation]
        plan = self._ground.faults.take(self._party, message)
        return perform(plan, _voice(""), lambda: _told("", lambda: act(asked)))

    def _called(self, call: Asked) -> Answer:
        function, text = call.one("jybh"), call.one("inputxml")
        if function not in FUNCTIONS:
            return _failed(function, -3, NO_FUNCTION)
        if len(text) > LARGEST:
            return _failed(function, -1, TOO_LARGE)
        try:
            asked = nested.asked(nested.inner(text), "prm_")
        except nested.NotADocumentError:
            return _failed(function, -9, "系统异常")
        message = FUNCTIONS[function]
        plan = self._office.plan(message, asked)
        act = {"FindWorker": self._worker, "GetProgress": self._progress}.get(message)
        act = act or (self._bulk if message in FILES else self._held)
        return perform(plan, _voice(function), lambda: _told(function, lambda: act(function, asked, plan)))

    # queries

    def _worker(self, function: str, asked: Asked, plan: Plan) -> str:
        found = self._office.answer("FindWorker", asked)
        if not found:
            return _returned(function, 1, "查无此人", _output(""))
        return _returned(function, 0, "", _fields(WORKER, found[0], plan))

    def _progress(self, function: str, asked: Asked, plan: Plan) -> str:
        found = self._office.answer("GetProgress", asked)
        if not found:
            raise _FailureError(-1, NOT_FOUND)
        return _returned(function, 0, "", _fields(PROGRESS, found[0], plan))

    def _bulk(self, function: str, asked: Asked, plan: Plan) -> str:
        message = FUNCTIONS[function]
        found = self._office.answer(message, asked) * (2 if "duplicate_reply" in plan else 1)
        lines = ["\t".join(row.get(word, "") for word in FILES[message]) for row in found]
        # A carriage return that is not written as a reference does not survive the reading of XML.
        file = "".join(f"{escape(line)}&#13;\n" for line in lines)
        return _returned(function, 0, "", _output(f"<prm_hs>{len(lines)}</prm_hs>"), file=file)

    # what changes something

    def _held(self, function: str, asked: Asked, plan: Plan) -> str:
        """Check everything, say what it is going to be, and keep it until it is confirmed."""
        message = FUNCTIONS[function]
        with self._ground.lock:
            self._office.check(message, asked)
            try:
                words, effect = self._promised(message, asked, plan)
            except AlreadyError as already:
                words = {"result": "3", "reference": asked.one("aae013"), "reason": str(already)}
                return _returned(function, 0, "", _fields(DECISION, words, plan))
            fields = _fields(DONE if "acceptance_number" not in words else DECISION, words, plan)
            if words["result"] == "3":
                return _returned(function, 0, "", fields)
            serial, code = self._trades.hold(function, asked.one("aae013"), effect)
            if "effect_missing" in plan:
                self._trades.drop(serial)
        return _returned(function, 3, REMARK, fields, (serial, code))

    def _promised(self, message: str, asked: Asked, plan: Plan) -> tuple[Record, Callable[[], Record]]:
        wish = self._office.wish(asked)
        if message == "EnrolWorker":
            self._office.check_stands(wish, plan)
            application, decision = self._desk.promise(wish, plan)
            effect = partial(self._let_enrol, application, plan)
            return decision_words(replace(application, decision=decision)), effect
        if message in CHANGES:
            self._office.check_insured(message, asked)
            change, decision = self._desk.promise_change(wish, message, self._office.changed(asked), plan)
            return decision_words(replace(change, decision=decision)), partial(self._let_change, change, plan)
        words = self._office.trial(message, asked, plan)
        return words, lambda: self._office.act(message, asked, plan)

    def _let_enrol(self, application: Application, plan: Plan) -> Record:
        self._office.check_stands(application.wish, plan)
        return decision_words(self._desk.enrol(application.wish, plan, application))

    def _let_change(self, change: Change, plan: Plan) -> Record:
        return decision_words(self._desk.change(change.wish, change.kind, change.asked, plan, change))

    def _confirm(self, asked: Asked) -> str:
        with self._ground.lock:
            trade = self._trades.find(asked.one("jylsh"))
            if trade is None or trade.standing == "cancelled" or trade.code != asked.one("jyyzm"):
                raise _FailureError(-1, NO_TRADE)
            if trade.standing == "confirmed":
                return _returned("", 1, CONFIRMED)
            try:
                words = trade.effect()
            except RefusalError:
                trade.standing = "cancelled"
                raise
            trade.standing = "cancelled" if words["result"] == "3" else "confirmed"
            if words["result"] == "3":
                raise _FailureError(-1, words["reason"])
        return _returned("", 0, "")

    def _cancel(self, asked: Asked) -> str:
        with self._ground.lock:
            trade = self._trades.find(asked.one("jylsh"))
            if trade is None or trade.standing == "confirmed":
                raise _FailureError(-1, CONFIRMED if trade else NO_TRADE)
            again, trade.standing = trade.standing == "cancelled", "cancelled"
        return _returned("", 1, DONE_BEFORE) if again else _returned("", 0, "")

    def _uncertain(self, asked: Asked) -> str:
        found = [
            {"prm_yke014": serial, "prm_yke015": trade.function, "prm_aae013": trade.reference}
            for serial, trade in self._trades.uncertain(asked.one("jybh"))
        ]
        inner = nested.rows(found, "row")
        return _returned(asked.one("jybh"), 0, "", _output(f"<rows>{inner}</rows>" if inner else "<rows/>"))


def _told(function: str, act: Callable[[], str]) -> Reply:
    try:
        return Reply(act().encode("gbk", "xmlcharrefreplace"), XML)
    except _FailureError as failure:
        return _failed(function, failure.code, str(failure))
    except RefusalError as refusal:
        return _failed(function, -1, str(refusal))
    except ColumnError as broken:
        return _failed(function, -9, str(broken))


def _fields(table: Mapping[str, str], words: Record, plan: Plan) -> str:
    return _output(nested.flat(shown(table, words)) * (2 if "duplicate_reply" in plan else 1))


def _output(fields: str) -> str:
    return f"{DECLARATION}<output>{fields}</output>" if fields else f"{DECLARATION}<output/>"


def _returned(
    function: str, code: int, words: str, output: str = "", trade: tuple[str, str] = ("", ""), file: str | None = None
) -> str:
    said = {"jybh": function, "jylsh": trade[0], "jyyzm": trade[1], "appcode": str(code), "appmsg": words}
    rows = "" if file is None else f"<file>{file}</file>"
    return f"{DECLARATION}\n<return>{nested.flat({**said, 'outputxml': output})}{rows}</return>"


def _failed(function: str, code: int, words: str) -> Reply:
    return Reply(_returned(function, code, words).encode("gbk", "xmlcharrefreplace"), XML)


def _voice(function: str) -> Voice:
    def error(scripted: Fault) -> Reply:
        return _failed(function, -9, str(scripted.options.get("reason", BROKEN)))

    return Voice("gb18030", "utf-8", error)
