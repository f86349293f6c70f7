"""Hebei: one string in, one string out, in a business cycle; a serial serves once, and reverses (wire facts D4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from sandbox import columns, envelope, nested
from sandbox.desk import Desk
from sandbox.envelope import EnvelopeError, fault
from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.hosdata_trades import Trades
from sandbox.http import Answer, Reply, Request
from sandbox.indicators import WITH_PERSON, Asked, Habits, Record, shown
from sandbox.office import BROKEN, QUESTIONS, AlreadyError, ColumnError, Office, RefusalError
from sandbox.parties import USER, secret_of
from sandbox.undo import Image, Undo

XML = "text/xml;charset=UTF-8"
NS = "urn:hosdata"
SIGN_IN, SIGN_OUT, REVERSE, TOTALS, TRADES = "9100", "9110", "2421", "9200", "9210"
FUNCTIONS = {
    "7101": "FindWorker",
    "7102": "FindCover",
    "7103": "GetContributions",
    "7104": "GetRights",
    "7110": "EnrolWorker",
    "7111": "GetProgress",
    "7112": "WithdrawEnrolment",
    "7113": "StartCover",
    "7121": "ChangeDetails",
    "7122": "CorrectIdentity",
    "7123": "SuspendEnrolment",
    "7124": "ResumeEnrolment",
    "7125": "EndEnrolment",
    "7126": "ReportDeath",
}
HEAD = (
    *("aae140", "aac001", "msgno", "msgid", "grantid", "orgmsgno", "orgmsgid", "operid", "opername", "batno"),
    *("opttime", "input", "kc21xml", "kc22xml"),
)
LONGEST = 64
NOT_ADMITTED, NO_CYCLE, NO_FUNCTION = "授权码无效", "业务周期号无效或已签退", "交易编号不存在"
USED, REVERSED, BAD_HEAD = "发送方交易流水号重复", "原交易已冲正", "报文头不完整"
MISFIT = "个人编号与身份证号码不符"
HABITS = Habits(cause="aac050", states=WITH_PERSON, misfit=MISFIT, name=partial(columns.utf8, size=50))

_WHO = {"AAC001": "number", "AAC002": "id_number", "AAC003": "name"}
_SCHEME = {"AAE140": "insurance", "AAC012": "standing"}
_STATE = {"AAC031": "payment", "AAC008": "person_state"}
DECISION = {
    "SLJG": "result",
    "AAE013": "reference",
    "SLBH": "acceptance_number",
    "AAC001": "number",
    "CBDJH": "registration_number",
    "AAZ288": "notice_number",
    "THYY": "reason",
    "AAE035": "decided_on",
}
DONE = {"SLJG": "result", "AAE013": "reference", "THYY": "reason"}
# By question: the table that its rows are called after, and their columns.
ROWS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "FindWorker": ("AC01", {**_WHO, "AAC301": "region"}),
    "FindCover": (
        "AC02",
        {
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
    ),
    "GetContributions": (
        "AC43",
        {
            **_WHO,
            **_SCHEME,
            "AAB301": "region",
            "AAE003": "first",
            "AAE042": "last",
            "AAE002": "booked",
            "AAA115": "kind",
            "AAE180": "base",
            "AAE022": "personal",
            "AAE020": "employer",
            "AAE026": "other",
            "AAA020": "interest",
            "AAA021": "late_fee",
            "AAE019": "total",
            "AAE017": "paid",
            "AAB191": "paid_on",
            "AAB001": "unit_number",
            "AAB004": "unit_name",
            "AAZ288": "notice_number",
            "AAD009": "voucher_number",
        },
    ),
    "GetRights": (
        "AC20",
        {
            **_WHO,
            **_SCHEME,
            "AAC301": "region",
            **_STATE,
            "JZRQ": "as_of",
            "AAC049": "enrolled",
            "AAE042": "paid_to",
            "SJYS": "months_paid",
            "STYYS": "months_deemed",
            "ZHYE": "balance",
            "AAE116": "benefit",
            "DYNY": "benefit_from",
            "AAE019": "benefit_amount",
        },
    ),
    "GetProgress": ("YW", {**DECISION, "AAE140": "insurance", "AAE011": "operator"}),
}


class _FailureError(Exception):
    """RETURNNUM -1 with its words."""


@dataclass(slots=True)
class Cycle:
    """The business cycle of one operator: of which day, and whether it has not been signed out of."""

    day: str
    open: bool = True


class Hosdata:
    """The one operation in front of Hebei's desk."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._office = Office(desk, ground, HABITS)
        self._desk = desk
        self._party = desk.party
        self._ground = ground
        self._trades = Trades()
        self._signing: Mapping[str, tuple[str, Callable[[Asked], str]]] = {
            SIGN_IN: ("SignIn", self._sign_in),
            SIGN_OUT: ("SignOut", self._sign_out),
            REVERSE: ("Reverse", self._reverse),
            TOTALS: ("CheckTotals", self._trades.totals),
        }
        self.clear()

    def clear(self) -> None:
        """Forget every cycle and every serial."""
        self._cycles: dict[str, Cycle] = {}
        self._effects: dict[tuple[str, str], Undo | None] = {}
        self._reversed: set[tuple[str, str]] = set()
        self._trades.clear()
        self._serial = 0

    def handle(self, request: Request) -> Answer:
        """Answer one call: a failure is HTTP 200, what is no call at all is a fault."""
        try:
            whole = _document(request.body)
        except (EnvelopeError, nested.NotADocumentError) as error:
            return Reply(envelope.write(fault("Server", str(error))), XML, 500)
        head = nested.asked(whole)
        if set(head.values) != set(HEAD) or not 0 < len(head.one("msgid")) <= LONGEST:
            return _failed(BAD_HEAD)
        if (head.one("operid"), head.one("grantid")) != (USER, secret_of(self._party)):
            return _failed(NOT_ADMITTED)
        inner = whole.find("INPUT")
        return self._called(head, inner if inner is not None else ET.Element("INPUT"))

    def _called(self, head: Asked, inner: ET.Element) -> Answer:
        function, asked = head.one("msgno"), nested.asked(inner)
        if function in self._signing:
            message, act = self._signing[function]
            plan = self._ground.faults.take(self._party, message)
            asked = Asked({**head.values, **asked.values})
        elif function == TRADES:
            plan = self._ground.faults.take(self._party, "CheckTrades")
            asked, act = Asked({**head.values, **asked.values}), lambda said: self._trades.compared(said, inner)
        elif function in FUNCTIONS:
            # What is about one insurance or one person says so in the head.
            of_head = {name: head.values[name] for name in ("aae140", "aac001") if head.one(name) not in ("", "0")}
            asked = Asked({**asked.values, **of_head})
            plan = self._office.plan(FUNCTIONS[function], asked)
            act = partial(self._served, FUNCTIONS[function], (function, head.one("msgid")), plan)
        else:
            return _failed(NO_FUNCTION)
        if "session_lost" in plan:
            self._cycles.clear()
        return perform(plan, Voice("utf-8", "gbk", _error), lambda: self._told(head, function, act, asked, plan))

    def _told(self, head: Asked, function: str, act: Callable[[Asked], str], asked: Asked, plan: Plan) -> Reply:
        try:
            if function != SIGN_IN and not self._in_cycle(head.one("batno")):
                return _failed(NO_CYCLE)
            with self._ground.lock:
                serial = f"HB{self._ground.today.replace('-', '')}{self._serial + 1:010d}"
                output = act(asked)
                self._serial += 1
                self._note_trade(head, asked, serial, plan, output)
        except (_FailureError, RefusalError, ColumnError) as failure:
            return _failed(str(failure))
        return _returned("1", "", serial, output * (2 if "duplicate_reply" in plan else 1))

    def _note_trade(self, head: Asked, asked: Asked, serial: str, plan: Plan, output: str) -> None:
        """Keep what a day is compared by: payments that were booked, and those that were taken back."""
        if head.one("msgno") == REVERSE:
            self._trades.take_back(head.one("orgmsgid"), serial)
        elif head.one("msgno") == "7113" and "effect_missing" not in plan and "<SLJG>1<" in output:
            self._trades.book(self._ground.today, asked, head.one("msgid"), serial)

    # cycles

    def _in_cycle(self, number: str) -> bool:
        cycle = self._cycles.get(number)
        return cycle is not None and cycle.open and cycle.day == self._ground.today

    def _sign_in(self, _asked: Asked) -> str:
        today = self._ground.today
        found = next((number for number in self._cycles if self._in_cycle(number)), "")
        if not found:
            found = f"{today.replace('-', '')}{len(self._cycles) + 1:06d}"
            self._cycles[found] = Cycle(today)
        return nested.flat({"BATNO": found})

    def _sign_out(self, asked: Asked) -> str:
        self._cycles[asked.one("batno")].open = False
        return ""

    # what is served inside one

    def _served(self, message: str, serial: tuple[str, str], plan: Plan, asked: Asked) -> str:
        if message in QUESTIONS:
            name, table = ROWS[message]
            found = self._office.answer(message, asked)
            inner = nested.rows((shown(table, row) for row in found), f"{name}ROW", full=False)
            return f"<HS>{len(found)}</HS><{name}XML>{inner}</{name}XML>"
        if serial in self._reversed:
            raise _FailureError(REVERSED)
        if serial in self._effects:
            raise _FailureError(USED)
        numbers = {asked.one("aac147").upper(), asked.one("xaac147").upper()}
        before = Image.of(self._desk, numbers, asked.one("aae013"))
        words = self._done(message, asked, plan)
        if "effect_missing" not in plan:
            after = Image.of(self._desk, numbers, asked.one("aae013"))
            self._effects[serial] = Undo(asked.one("aae013"), before, after)
        return nested.flat(shown(DECISION if "acceptance_number" in words else DONE, words))

    def _done(self, message: str, asked: Asked, plan: Plan) -> Record:
        try:
            return self._office.act(message, asked, plan)
        except AlreadyError as already:
            return {"result": "3", "reference": asked.one("aae013"), "reason": str(already)}

    def _reverse(self, asked: Asked) -> str:
        original = asked.one("orgmsgno"), asked.one("orgmsgid")
        if not all(original) or asked.one("akc275") != original[1] or original[0] not in FUNCTIONS:
            raise _FailureError("原交易代码或原发送方交易流水号无效")
        if original not in self._reversed and (undo := self._effects.get(original)):
            if why := undo.refusal(self._desk):
                raise _FailureError(why)
            undo.carry_out(self._desk)
            self._ground.effects.note(self._party, "reversed", undo.reference)
        self._reversed.add(original)
        return ""


def _document(body: bytes) -> ET.Element:
    read = envelope.read(body, ())
    if read.name != "Business_Handle":
        raise EnvelopeError("Client", f"no such operation: {read.name}")
    whole = nested.inner(envelope.fields(read.operation).get("InputData", "")).find("REQUESTDATA")
    if whole is None:
        raise EnvelopeError("Client", "REQUESTDATA is missing")
    return whole


def _returned(code: str, words: str, serial: str, output: str) -> Reply:
    status = nested.flat({"RETURNNUM": code, "ERRORMSG": words, "REFMSGID": serial})
    text = f"<HOSDATA><RESPONSEDATA>{status}<OUTPUT>{output}</OUTPUT></RESPONSEDATA></HOSDATA>"
    data = f"<OutputData>{escape(text)}</OutputData>"
    body = f'<n:Business_HandleResponse xmlns:n="{NS}">{data}</n:Business_HandleResponse>'
    return Reply(envelope.write(body), XML)


def _failed(words: str) -> Reply:
    return _returned("-1", words, "", "")


def _error(scripted: Fault) -> Reply:
    return _failed(str(scripted.options.get("reason", BROKEN)))
