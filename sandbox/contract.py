"""A province that adopted the typed contract `gateway`: a SOAP 1.1 server, and the decisions that it pushes."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC

from sandbox import contract_later, envelope
from sandbox.codes import CYCLE_MONTHS, NAMES
from sandbox.contract_records import decided, done, inner, payment_of, wish_of
from sandbox.desk import Desk
from sandbox.envelope import Envelope, EnvelopeError, element, fault
from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.parties import USER, secret_of
from sandbox.push import Push
from sandbox.registered import Application

NS = "urn:shebao:gateway:"
FIRST, LATER = "1.1", "1.2"
NEEDED = {
    **contract_later.NEEDED,
    "FindCover": ("person.id_number", "first", "last"),
    "FindWorker": ("person.id_number",),
    "EnrolWorker": ("reference", "person.id_number", "person.name", "insurance", "agency", "start", "cycle", "base"),
    "StartCover": ("reference", "person.id_number", "insurance", "first", "last"),
    "WithdrawEnrolment": ("reference", "person.id_number", "insurance", "start"),
    "GetProgress": (),
}
_MONTH = (re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"), "年月，如 2026-01")
FORMS = {
    **contract_later.FORMS,
    "start": _MONTH,
    "first": _MONTH,
    "last": _MONTH,
    "base": (re.compile(r"[0-9]+\.[0-9]{2}"), "两位小数的金额"),
    "insurance": (re.compile("|".join(NAMES)), "险种"),
    "cycle": (re.compile("|".join(CYCLE_MONTHS)), "缴费周期"),
    "agency": (re.compile("[1-9][0-9]{5}"), "六位行政区划代码"),
}
CHANGING = frozenset({"EnrolWorker", "StartCover", "ReverseCover", "WithdrawEnrolment"}) | contract_later.CHANGES

Fields = Mapping[str, str]


class _ProblemError(Exception):
    """A Client fault with a Problem."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def xmlns(version: str) -> str:
    """The attribute that puts an element into the namespace of a version."""
    return f' xmlns="{NS}{version}"'


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an answer refers to."""

    message_id: str
    version: str


class Contract:
    """The server of one province."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._desk = desk
        self._register = desk.register
        self._party = desk.party
        self._ground = ground
        self._answers: dict[str, Reply] = {}
        self._acts: Mapping[str, Callable[[Fields, Plan], str]] = {
            "FindCover": self._find_cover,
            "FindWorker": self._find_worker,
            "EnrolWorker": self._enrol,
            "StartCover": self._start_cover,
            "ReverseCover": self._reverse_cover,
            "WithdrawEnrolment": self._withdraw,
            "GetProgress": self._progress,
        }
        # A province serves what it pushes in, and every version before it.
        self._newest = desk.register.province.contract
        self._names = {FIRST: frozenset(self._acts) - frozenset(contract_later.NEEDED), LATER: frozenset(NEEDED)}
        self._served = [version for version in self._names if version <= self._newest]
        desk.tell = self.tell

    def clear(self) -> None:
        """Forget which messages were answered."""
        self._answers.clear()

    def handle(self, request: Request) -> Answer:
        """Answer one call."""
        version = self._newest
        try:
            read = envelope.read(request.body, ("Security", "Exchange"))
            version = self._version(read) or version
            self._admit(read)
            return self._perform(read, version)
        except _ProblemError as problem:
            return self._fault("Client", str(problem), problem.code, version)
        except EnvelopeError as error:
            return self._fault(error.code, str(error), "soap_invalid", version)

    def tell(self, application: Application) -> None:
        """Push a decision taken later to us."""
        message_id = str(uuid.uuid4())
        version = self._newest
        body = element("EnrolmentDecided", decided(application), xmlns(version))

        def write(_attempt: int) -> tuple[str, bytes, dict[str, str]]:
            created = self._ground.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            header = envelope.token(self._party, secret_of(self._party), created) + self._exchange(
                message_id, "", version
            )
            headers = {"Content-Type": envelope.XML, "SOAPAction": f'"{NS}{version}/EnrolmentDecided"'}
            return "/soap/gateway", envelope.write(body, header), headers

        plan = self._ground.faults.take(self._party, "EnrolmentDecided", [application.wish.insurance])
        copies = 2 if "duplicate_reply" in plan else 1
        push = Push(self._party, "EnrolmentDecided", application.wish.reference, write, _is_ok, copies)
        self._ground.pushes.send(push)

    def _admit(self, read: Envelope) -> None:
        if not envelope.allowed(read.header, USER, secret_of(self._party)):
            raise _ProblemError("authentication_needed", "用户名令牌缺失或不正确")

    def _version(self, read: Envelope) -> str:
        """The version that a message is written in, empty where it is none that is served."""
        asked = envelope.namespace(read.operation)
        return next((version for version in self._served if asked == NS + version), "")

    def _perform(self, read: Envelope, version: str) -> Answer:
        name, asked = read.name, envelope.fields(read.operation)
        if not self._version(read) or name not in self._names[version]:
            raise _ProblemError("unsupported", f"不支持的业务 {name}")
        for needed in NEEDED[name]:
            if not asked.get(needed):
                raise _ProblemError("missing_field", f"缺少 {needed}")
        for field, (form, words) in FORMS.items():
            if asked.get(field) and not form.fullmatch(asked[field]):
                raise _ProblemError("bad_pattern", f"{field} 应为{words}")
        block = read.header.get("Exchange")
        message_id = envelope.fields(block).get("message_id", "") if block is not None else ""
        if not message_id:
            raise _ProblemError("missing_field", "缺少 Exchange/message_id")
        plan = self._ground.faults.take(
            self._party, name, (asked.get("insurance") or asked.get("insurances", "")).split()
        )
        if "clerk" in plan:
            self._register.clerk(wish_of(asked))
        voice = Voice("utf-8", "gbk", self._error)
        return perform(plan, voice, lambda: self._once(name, asked, _Asked(message_id, version), plan))

    def _once(self, name: str, asked: Fields, by: _Asked, plan: Plan) -> Reply:
        """The answer; for a message that changes something, the same one as before where the id came before."""
        if name not in CHANGING:
            self._ground.effects.count(self._party, name, asked.get("reference", ""))
            return self._reply(name, self._act(name, asked, plan), by, plan)
        with self._ground.lock:
            if known := self._answers.get(by.message_id):
                self._ground.effects.count(self._party, "repeated", asked["reference"])
                return known
            content = self._act(name, asked, plan)
            if "effect_missing" not in plan:
                # What was meant is kept: a fault of one answer is not a fault of every repetition.
                self._answers[by.message_id] = self._reply(name, content, by, Plan())
            return self._reply(name, content, by, plan)

    def _act(self, name: str, asked: Fields, plan: Plan) -> str:
        if name in contract_later.QUESTIONS:
            return contract_later.answer(self._desk, name, asked)
        if name in contract_later.CHANGES:
            try:
                return inner(decided(contract_later.change(self._desk, name, asked, plan)))
            except contract_later.Nothing:
                raise _ProblemError("missing_field", "没有任何变更内容") from None
        return self._acts[name](asked, plan)

    # the operations

    def _find_cover(self, asked: Fields, _plan: Plan) -> str:
        person = self._register.find(asked["person.id_number"])
        if person is None:
            return element("known", "false")
        insurances = tuple(asked.get("insurances", "").split())
        found = self._register.covers(person.id_number, insurances, asked["first"], asked["last"])
        covers = [
            element(
                "covers",
                {
                    "scheme": entry.scheme,
                    "state": entry.shown_state,
                    "region": entry.region,
                    "first": entry.first,
                    "last": entry.last,
                    "registered_by": entry.operator,
                    "registered_on": entry.entered_on,
                    "reference": entry.reference,
                },
            )
            for entry in found
        ]
        return element("known", "true") + element("person_number", person.person_number) + "".join(covers)

    def _find_worker(self, asked: Fields, _plan: Plan) -> str:
        person = self._register.find(asked["person.id_number"])
        if person is None:
            return element("known", "false")
        number, region = element("person_number", person.person_number), element("region", person.region)
        return element("known", "true") + number + region

    def _enrol(self, asked: Fields, plan: Plan) -> str:
        return inner(decided(self._desk.enrol(wish_of(asked), plan)))

    def _progress(self, asked: Fields, _plan: Plan) -> str:
        numbers = asked.get("acceptance_number", ""), asked.get("reference", ""), asked.get("insurance", "")
        found = self._desk.progress(*numbers) if any(numbers[:2]) else []
        if not found:
            raise _ProblemError("not_found", "无此受理记录")
        return inner(decided(found[0]))

    def _withdraw(self, asked: Fields, plan: Plan) -> str:
        taken, why = self._desk.withdraw(wish_of(asked), asked.get("registration_number", ""), plan)
        return done(asked, "" if taken else why)

    def _start_cover(self, asked: Fields, plan: Plan) -> str:
        booked = "effect_missing" in plan or self._register.book(payment_of(asked), "gateway")
        return done(asked, "" if booked else "无此参保登记")

    def _reverse_cover(self, asked: Fields, _plan: Plan) -> str:
        return done(asked, "" if self._register.take_back(payment_of(asked)) else "无此缴费记录")

    # writing

    def _reply(self, name: str, content: str, by: _Asked, plan: Plan) -> Reply:
        body = element(f"{name}Answer", content, xmlns(by.version)) * (2 if "duplicate_reply" in plan else 1)
        answer_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._party}:{by.message_id}"))  # a repetition has the same
        return Reply(envelope.write(body, self._exchange(answer_id, by.message_id, by.version)), envelope.XML)

    def _exchange(self, message_id: str, refers_to: str, version: str) -> str:
        now = self._ground.clock.now().isoformat(timespec="seconds")
        ends = {
            "message_id": message_id,
            "sender": self._party,
            "receiver": USER,
            "sent_at": now,
            "refers_to": refers_to,
        }
        return element("Exchange", ends, xmlns(version))

    def _fault(self, code: str, text: str, problem: str, version: str) -> Reply:
        said = {"code": problem, "text": text, "side": "caller", "retry_safe": "false"}
        return Reply(envelope.write(fault(code, text, element("Problem", said, xmlns(version)))), envelope.XML, 500)

    def _error(self, scripted: Fault) -> Reply:
        return Reply(envelope.write(fault("Server", str(scripted.options.get("reason", "系统异常")))), envelope.XML)


def _is_ok(status: int, _body: bytes) -> bool:
    return status == 200  # noqa: PLR2004 - HTTP's OK
