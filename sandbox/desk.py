"""The clerks' desk of one province: applications taken in, decided at once or later, sent back, withdrawn."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.changes import EFFECTS, Change, carry_out, tried
from sandbox.clock import Due
from sandbox.codes import NAMES
from sandbox.faults import Fault, Plan
from sandbox.ground import Ground
from sandbox.parties import USER
from sandbox.register import Register
from sandbox.registered import Application, Person, Wish

MORE_MATERIAL = "请补充居住证明（一次告知）"
NOT_ELIGIBLE = "不符合灵活就业人员参保条件"
PAID_ALREADY = "该月费款已到账，不能撤销"
NO_SUCH = "无此参保登记"

Assess = Callable[[Application, Person], None]
Tell = Callable[[Application], None]


class Desk:
    """Decides applications. `assess` issues the levy where the agency does; `tell` pushes a decision taken later."""

    def __init__(self, register: Register, ground: Ground) -> None:
        self.register = register
        self.party = register.province.name
        self._ground = ground
        self.assess: Assess | None = None
        self.tell: Tell = lambda _application: None
        self.clear()

    def clear(self) -> None:
        """Forget every application."""
        self.applications: dict[str, Application] = {}
        self._by_reference: dict[str, list[Application]] = {}

    def enrol(self, wish: Wish, plan: Plan, promised: Application | None = None) -> Application:
        """Take an application in under a plan. With `effect_missing` the answer is made up and nothing is kept.

        `promised`: the one whose numbers were told beforehand.
        """
        with self._ground.lock:
            application = promised or Application(wish, self._acceptance_number(), "received", USER)
            if "effect_missing" in plan:
                return self._made_up(application)
            self._script(application, plan)
            self._file(application)
            later = plan.get("decide_later") or plan.get("decide_in_part")
            if later or self._ground.pace.decide_after is not None:
                self._postpone(application, later)
            else:
                self._decide(application)
            return application

    def promise(self, wish: Wish, plan: Plan) -> tuple[Application, str]:
        """An application that has its numbers and is not taken in yet, and the decision that it is going to get."""
        with self._ground.lock:
            application = Application(wish, self._acceptance_number(), "received", USER)
            if self._waits(plan):
                return application, "received"
            if refusal := plan.get("refuse"):
                application.reason = str(refusal.options.get("reason", NOT_ELIGIBLE))
                return application, "refused"
            if "return_once" in plan and wish.supplements not in self.applications:
                return application, "returned"
            application.person_number = self.register.promise(wish.id_number)
            application.registration_number = self.register.registration_number(wish)
            return application, "accepted"

    def change(
        self, wish: Wish, kind: str, asked: Mapping[str, str], plan: Plan, promised: Change | None = None
    ) -> Change:
        """Take a change in under a plan: decided at once or later, as an application is. `promised`: as in `enrol`."""
        with self._ground.lock:
            change = promised or Change(wish, self._acceptance_number(), "received", USER, kind=kind, asked=asked)
            if "effect_missing" in plan:
                change.decision, change.decided_on = "accepted", self._ground.today
                return change
            self._script(change, plan)
            self._file(change)
            later = plan.get("decide_later")
            if later or self._ground.pace.decide_after is not None:
                self._postpone(change, later)
            else:
                self._decide(change)
            return change

    def promise_change(self, wish: Wish, kind: str, asked: Mapping[str, str], plan: Plan) -> tuple[Change, str]:
        """A change that has its number and is not taken in yet, and the decision that it is going to get."""
        with self._ground.lock:
            change = Change(wish, self._acceptance_number(), "received", USER, kind=kind, asked=asked)
            if self._waits(plan):
                return change, "received"
            scripted = plan.get("refuse")
            reason = str(scripted.options.get("reason", NOT_ELIGIBLE)) if scripted else ""
            change.reason = reason or tried(self.register, change)
            return change, "refused" if change.reason else "accepted"

    def decide(self, application: Application, verdict: str, reason: str = "") -> bool:
        """Decide a received application now (accepted, refused, returned), and push it where it is to be pushed."""
        with self._ground.lock:
            if application.decision != "received":
                return False
            application.verdict, application.reason = verdict, reason
            self._decide(application)
        if application.how == "callback":
            self.tell(application)
        return True

    def progress(self, acceptance_number: str, reference: str, insurance: str = "") -> list[Application]:
        """The applications that match every number given, newest first; one that is due is decided now."""
        with self._ground.lock:
            if acceptance_number:
                one = self.applications.get(acceptance_number)
                if one is not None and one.decision == "completed":
                    one = self._by_reference[one.wish.reference][-1]
                found = [one] if one is not None and reference in ("", one.wish.reference) else []
            else:
                found = self._by_reference.get(reference, [])[::-1]
            found = [one for one in found if insurance in ("", one.wish.insurance)]
        for application in found:
            if application.due is not None and application.due.reached():
                self.decide(application, application.verdict, application.reason)
        return found

    def withdraw(self, wish: Wish, registration_number: str, plan: Plan, *, only_try: bool = False) -> tuple[bool, str]:
        """Take an application or registration of ours back: (done, why not). A second time is done too.

        `wish.supplements` holds the acceptance number where it is known. `only_try`: say whether it can be done.
        """
        if "effect_missing" in plan:
            return True, ""
        if refusal := plan.get("refuse"):
            return False, str(refusal.options.get("reason", NO_SUCH))
        with self._ground.lock:
            found = [
                one
                for one in self._by_reference.get(wish.reference, [])
                if one.wish.insurance == wish.insurance
                and wish.supplements in ("", one.acceptance_number)
                and registration_number in ("", one.registration_number)
            ]
            return self._take_back(wish, found, only_try=only_try)

    def shown(self) -> list[dict[str, Any]]:
        """Every application, for the control state."""
        with self._ground.lock:
            return [one.shown() for one in self.applications.values()]

    def filed(self, reference: str) -> list[Application]:
        """What was taken in under one of our references, oldest first."""
        return list(self._by_reference.get(reference, ()))

    def unfile(self, application: Application) -> None:
        """As if it had never been taken in."""
        application.decision = "withdrawn"
        self.applications.pop(application.acceptance_number, None)
        self._by_reference[application.wish.reference].remove(application)

    def _waits(self, plan: Plan) -> bool:
        return bool({"decide_later", "decide_in_part"} & plan.keys()) or self._ground.pace.decide_after is not None

    def _script(self, application: Application, plan: Plan) -> None:
        returned = self.applications.get(application.wish.supplements)
        if returned is not None and returned.decision == "returned":
            returned.decision = "completed"
        elif sent_back := plan.get("return_once"):
            application.verdict = "returned"
            application.reason = str(sent_back.options.get("reason", MORE_MATERIAL))
        if refusal := plan.get("refuse"):
            application.verdict = "refused"
            application.reason = str(refusal.options.get("reason", NOT_ELIGIBLE))
        if differing := plan.get("amount_differs"):
            application.amount = str(differing.options.get("amount", "+1.00"))

    def _postpone(self, application: Application, fault: Fault | None) -> None:
        seconds = fault.seconds if fault else self._ground.pace.decide_after
        application.how = str(fault.options.get("how", "poll")) if fault else "callback"
        self._ground.effects.note(self.party, "received", application.wish.reference)
        if seconds is not None:
            application.due = Due(self._ground.clock, seconds)
            self._ground.timers.after(seconds, lambda: self._on_time(application))

    def _on_time(self, application: Application) -> None:
        self.decide(application, application.verdict, application.reason)

    def _decide(self, application: Application) -> None:
        if isinstance(application, Change):
            self._change(application)
        else:
            self._enrolment(application)

    def _enrolment(self, application: Application) -> None:
        wish = application.wish
        if application.verdict == "accepted" and self.register.stands(wish):
            application.verdict = "refused"
            application.reason = f"该人员已参加{NAMES[wish.insurance]}"
        application.decision = application.verdict
        if application.verdict == "accepted":
            self._enter(application)
        else:
            self._ground.effects.note(self.party, application.verdict, wish.reference, insurance=wish.insurance)
        if application.verdict != "returned":
            application.decided_on = self._ground.today

    def _change(self, change: Change) -> None:
        if change.verdict == "accepted" and (refusal := carry_out(self.register, change)):
            change.verdict, change.reason = "refused", refusal
        change.decision, change.decided_on = change.verdict, self._ground.today
        effect = EFFECTS[change.kind] if change.verdict == "accepted" else change.verdict
        self._ground.effects.note(self.party, effect, change.wish.reference, insurance=change.wish.insurance)
        person = self.register.find(change.wish.id_number)
        if change.wish.agency and change.verdict == "accepted" and self.assess and person:
            change.notice_number = self._notice_number(change.wish)
            self.assess(change, person)

    def _enter(self, application: Application) -> None:
        wish = application.wish
        number = application.registration_number
        person, entry = self.register.enter(wish, application.operator, wish.reference, number)
        application.person_number = person.person_number
        application.internal_number = person.internal_number
        application.registration_number = entry.registration_number
        self._ground.effects.note(self.party, "registered", wish.reference, insurance=wish.insurance)
        if self.assess is not None:
            application.notice_number = self._notice_number(wish)
            self.assess(application, person)

    def _made_up(self, application: Application) -> Application:
        """An answer as if it had been done: every number is drawn, none is kept."""
        wish = application.wish
        application.decision = "accepted"
        application.person_number = self.register.person_number()
        application.internal_number = application.person_number[-7:]
        application.registration_number = self.register.registration_number(wish)
        application.notice_number = self._notice_number(wish) if self.assess is not None else ""
        application.decided_on = self._ground.today
        return application

    def _take_back(self, wish: Wish, found: list[Application], *, only_try: bool) -> tuple[bool, str]:
        person = self.register.find(wish.id_number)
        if not found or (person is None and any(one.registration_number for one in found)):
            return False, NO_SUCH
        entries = person.entries if person is not None else []
        mine = [entry for entry in entries if (entry.reference, entry.insurance) == (wish.reference, wish.insurance)]
        if any(entry.bookings for entry in mine):
            return False, PAID_ALREADY
        if only_try:
            return True, ""
        for entry in mine:
            entries.remove(entry)
        if any(one.decision in ("received", "returned", "accepted") for one in found):
            self._ground.effects.note(self.party, "withdrawn", wish.reference, insurance=wish.insurance)
        for one in found:
            one.decision = "withdrawn"
        return True, ""

    def _file(self, application: Application) -> None:
        self.applications[application.acceptance_number] = application
        self._by_reference.setdefault(application.wish.reference, []).append(application)

    def _acceptance_number(self) -> str:
        day = self._ground.today.replace("-", "")
        return f"SL{self.register.province.code}{day}{self.register.next():06d}"

    def _notice_number(self, wish: Wish) -> str:
        number = self.register.province.notices_from + self.register.next()
        return f"{wish.agency}{wish.start.replace('-', '')}{number:06d}"
