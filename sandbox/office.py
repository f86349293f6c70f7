"""What a province does whose calls are LD/T indicator codes: the same questions and acts behind several dialects."""

from collections.abc import Callable, Mapping

from sandbox.codes import NAMES
from sandbox.desk import NO_SUCH, Desk
from sandbox.faults import Plan
from sandbox.ground import Ground
from sandbox.indicators import (
    Asked,
    Habits,
    Record,
    changed_of,
    coded,
    cover_words,
    decision_words,
    person_words,
    wish_of,
)
from sandbox.records import contributions, rights
from sandbox.registered import OPEN_END, Person, Wish

QUESTIONS = frozenset({"FindWorker", "FindCover", "GetContributions", "GetRights", "GetProgress"})
DETAILS = ("aac067", "aae006", "aae007", "aac301")
_WHO = ("aae013", "aac147", "aac003")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "EnrolWorker": (*_WHO, "aae140", "aab034", "aae041"),
    "WithdrawEnrolment": ("aae013", "aac147", "aae140"),
    "StartCover": ("aae013", "aac147", "aae140", "aae041", "aae042"),
    "ChangeDetails": _WHO,
    "CorrectIdentity": (*_WHO, "xaac058", "xaac147", "xaac003", "zmcl"),
    "SuspendEnrolment": (*_WHO, "aae140", "aae041", "thyy"),
    "ResumeEnrolment": (*_WHO, "aae140", "aae041", "jfdc", "jfzq", "aae180"),
    "EndEnrolment": (*_WHO, "aae140", "aae042"),
    "ReportDeath": (*_WHO, "swrq", "zmcl"),
}
CHANGES = frozenset(NEEDED) - {"EnrolWorker", "WithdrawEnrolment", "StartCover"}
ABOUT_ONE = frozenset({"SuspendEnrolment", "ResumeEnrolment", "EndEnrolment"})
NOT_INSURED = "未查询到参保信息"
NOTHING_CHANGED = "没有任何变更内容"
TWO_NUMBERS = "证件号码前后不一致"
NOT_KEPT = "险种不属于本系统"
TOO_LONG = 'ORA-12899: value too large for column "SBK"."AC01"."AAC003" (maximum: 50)'
BROKEN = "ORA-01033: ORACLE initialization or shutdown in progress"


class RefusalError(Exception):
    """What a clerk says; nothing was done."""


class AlreadyError(RefusalError):
    """The person has the insurance, whoever entered it."""


class ColumnError(Exception):
    """A value does not fit its column: the database says so itself."""


class Office:
    """The desk, the register and the records of one province, asked in codes."""

    def __init__(self, desk: Desk, ground: Ground, habits: Habits) -> None:
        self.desk = desk
        self.party = desk.party
        self.ground = ground
        self.habits = habits
        self._register = desk.register
        self._acts: Mapping[str, Callable[[Asked, Plan], Record]] = {
            "EnrolWorker": self._enrol,
            "WithdrawEnrolment": self._withdraw,
            "StartCover": self._start_cover,
        }
        self._questions: Mapping[str, Callable[[Asked, Person], list[Record]]] = {
            "FindWorker": lambda _asked, person: [{"region": person.region}],
            "FindCover": self._covers,
            "GetContributions": self._lines,
            "GetRights": self._rights,
        }

    def plan(self, message: str, asked: Asked) -> Plan:
        """What plays on this message; a window clerk who is to be first has been."""
        plan = self.ground.faults.take(self.party, message, asked.insurances)
        if "clerk" in plan:
            self._register.clerk(self.wish(asked))
        return plan

    def answer(self, message: str, asked: Asked) -> list[Record]:
        """The rows that answer a question: none, nobody is known; one that only names somebody, there is nothing."""
        self.ground.effects.count(self.party, message, asked.one("aae013"))
        if message == "GetProgress":
            return self.progress(asked)
        self._check_kept(asked)
        person = self._register.find(asked.one("aac002").upper())
        if person is None:
            return []
        self._check_number(asked, person)
        with self.ground.lock:
            rows = self._questions[message](asked, person)
        return [person_words(person) | row for row in rows or [{}]]

    def act(self, message: str, asked: Asked, plan: Plan) -> Record:
        """Do it, and say so: a decision, or that it is done. RefusalError, ColumnError where nothing was done."""
        self.check(message, asked)
        return self._acts[message](asked, plan) if message in self._acts else self._change(message, asked, plan)

    def check(self, message: str, asked: Asked) -> None:
        """RefusalError, ColumnError where a call cannot be taken in at all."""
        for code in (*NEEDED[message], *((self.habits.cause,) if message == "EndEnrolment" else ())):
            if not asked.one(code):
                raise RefusalError(f"{code.upper()}不能为空")
        if asked.one("aac002") not in ("", asked.one("aac147")):
            raise RefusalError(TWO_NUMBERS)
        if any(self.habits.name(asked.one(code)) is None for code in ("aac003", "xaac003")):
            raise ColumnError(TOO_LONG)
        self._check_kept(asked)
        if "aae140" in NEEDED[message] and not asked.insurances[:1]:
            raise RefusalError(NOT_KEPT)
        if person := self._register.find(asked.one("aac147").upper()):
            self._check_number(asked, person)

    def wish(self, asked: Asked) -> Wish:
        """A call that changes something, as the desk takes it."""
        return wish_of(asked, self.habits)

    def changed(self, asked: Asked) -> Record:
        """What a change asks for, by the words of the desk."""
        return changed_of(asked, self.habits)

    def trial(self, message: str, asked: Asked, plan: Plan) -> Record:
        """What a withdrawal or a payment would be answered, without doing it."""
        if message == "StartCover":
            payment = _payment(asked)
            months = payment["first"], payment["last"]
            found = self._register.covers(payment["id_number"], (payment["insurance"],), *months)
            return _done(asked, "" if found else NO_SUCH)
        done, why = self.desk.withdraw(self.wish(asked), asked.one("cbdjh"), plan, only_try=True)
        return _done(asked, "" if done else why)

    def progress(self, asked: Asked) -> list[Record]:
        """Every application that fits all that is asked by, newest first."""
        numbers = asked.one("slbh"), asked.one("aae013")
        found = self.desk.progress(*numbers, next(iter(asked.insurances), "")) if any(numbers) else []
        return [decision_words(one) for one in found if one.decision != "completed"]

    def check_stands(self, wish: Wish, plan: Plan) -> None:
        """AlreadyError where the person has the insurance; an application that waits for a clerk is not looked at."""
        waits = {"decide_later", "effect_missing"} & plan.keys()
        if not waits and self._register.stands(wish):
            self.ground.effects.note(self.party, "refused", wish.reference, insurance=wish.insurance)
            raise AlreadyError(f"该人员已参加{NAMES[wish.insurance]}")

    def check_insured(self, message: str, asked: Asked) -> None:
        """RefusalError where a change finds nobody, or no participation in its insurance."""
        if message == "ChangeDetails" and not any(asked.one(code) for code in DETAILS):
            raise RefusalError(NOTHING_CHANGED)
        numbers = asked.one("aac147"), asked.one("xaac147")
        people = [person for number in numbers if (person := self._register.find(number.upper()))]
        entries = [entry for person in people for entry in person.entries]
        if not people or (message in ABOUT_ONE and not any(one.insurance in asked.insurances for one in entries)):
            raise RefusalError(NOT_INSURED)

    # acts

    def _enrol(self, asked: Asked, plan: Plan) -> Record:
        wish = self.wish(asked)
        self.check_stands(wish, plan)
        return decision_words(self.desk.enrol(wish, plan))

    def _change(self, message: str, asked: Asked, plan: Plan) -> Record:
        self.check_insured(message, asked)
        return decision_words(self.desk.change(self.wish(asked), message, self.changed(asked), plan))

    def _withdraw(self, asked: Asked, plan: Plan) -> Record:
        done, why = self.desk.withdraw(self.wish(asked), asked.one("cbdjh"), plan)
        return _done(asked, "" if done else why)

    def _start_cover(self, asked: Asked, plan: Plan) -> Record:
        done = "effect_missing" in plan or self._register.book(_payment(asked), "gateway")
        return _done(asked, "" if done else NO_SUCH)

    # questions

    def _covers(self, asked: Asked, person: Person) -> list[Record]:
        months = asked.month("aae041") or "0000-01", asked.month("aae042") or OPEN_END
        found = self._register.covers(person.id_number, asked.insurances, *months)
        return [cover_words(entry, self.habits) for entry in found if entry.insurance in self.habits.insurances]

    def _lines(self, asked: Asked, person: Person) -> list[Record]:
        months = asked.month("aae041") or "0000-01", asked.month("aae042") or OPEN_END
        found = contributions(self._register, person, asked.insurances or self.habits.insurances, *months)
        return [coded(_stated(line), self.habits) for line in found]

    def _rights(self, asked: Asked, person: Person) -> list[Record]:
        found = rights(self._register, person, asked.insurances or self.habits.insurances)
        return [coded(right, self.habits) for right in found]

    def _check_kept(self, asked: Asked) -> None:
        if any(name not in self.habits.insurances for name in asked.insurances):
            raise RefusalError(NOT_KEPT)

    def _check_number(self, asked: Asked, person: Person) -> None:
        if asked.one(self.habits.number) not in ("", "0", person.person_number):
            raise RefusalError(self.habits.misfit)


def _stated(line: Mapping[str, str]) -> Record:
    """A line with its state under a word of its own."""
    return {word: value for word, value in line.items() if word != "state"} | {"paid": line["state"]}


def _payment(asked: Asked) -> Record:
    return {
        "id_number": asked.one("aac147").upper(),
        "insurance": asked.insurances[0],
        "first": asked.month("aae041"),
        "last": asked.month("aae042"),
        "reference": asked.one("aae013"),
    }


def _done(asked: Asked, why: str) -> Record:
    return {"result": "3" if why else "1", "reference": asked.one("aae013"), "reason": why}
