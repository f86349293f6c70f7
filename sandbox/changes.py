"""What changes after an enrolment, in the register of one province: each refuses in the words of a clerk."""

from collections.abc import Callable, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace

from sandbox.register import Register
from sandbox.registered import OPEN_END, Application, Entry, Person

NO_PERSON = "无此人员"
NO_ENTRY = "无此参保登记"
TAKEN = "更正后的证件号码已属他人"
PAID_LATER = "终止月之后已有缴费"
TOO_EARLY = "终止月早于参保起始月"
DEAD = "该人员已申报死亡"
DETAILS = ("mobile", "address", "postal_code", "registered_region")


@dataclass(slots=True)
class Change(Application):
    """A change as the desk takes it: decided as an application is. `asked`: its fields by name."""

    kind: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)


def carry_out(register: Register, change: Change) -> str:
    """Make the change; empty, or why not. What is so already is done."""
    person = register.find(change.wish.id_number)
    if change.kind == "CorrectIdentity" and person is None:
        # Corrected before: the old number leads nowhere any more.
        person = register.find(change.asked["corrected.id_number"])
    if person is None:
        return NO_PERSON
    if person.died_on and change.kind != "ReportDeath":
        return DEAD
    change.person_number = person.person_number
    return _ACTS[change.kind](register, person, change)


def tried(register: Register, change: Change) -> str:
    """What `carry_out` would say, without making the change; it learns whose it is."""
    numbers = {change.wish.id_number, change.asked.get("corrected.id_number", "")} & register.people.keys()
    trial, made = copy(register), replace(change)
    trial.people = register.people | {number: deepcopy(register.people[number]) for number in numbers}
    refusal = carry_out(trial, made)
    change.person_number, change.registration_number = made.person_number, made.registration_number
    return refusal


def _details(_register: Register, person: Person, change: Change) -> str:
    person.details |= {name: change.asked[name] for name in DETAILS if change.asked.get(name)}
    return ""


def _identity(register: Register, person: Person, change: Change) -> str:
    number = change.asked["corrected.id_number"]
    if register.find(number) not in (None, person):
        return TAKEN
    register.people.pop(person.id_number, None)
    person.id_type, person.id_number = change.asked["corrected.id_type"], number
    person.name = change.asked["corrected.name"]
    register.people[number] = person
    return ""


def _suspended(_register: Register, person: Person, change: Change) -> str:
    entry = _standing(person, change)
    if entry is None:
        return NO_ENTRY
    if not entry.paused_from:
        entry.resumed_from = ""
        entry.before, entry.state, entry.paused_from = entry.state, "suspended", change.asked["first"]
    return ""


def _resumed(_register: Register, person: Person, change: Change) -> str:
    entry = _standing(person, change)
    if entry is None:
        return NO_ENTRY
    if entry.resumed_from != change.asked["first"]:
        # The agency that goes on is the one that assesses; where it went on before, nothing is assessed again.
        change.wish = replace(change.wish, agency=entry.region)
    if entry.paused_from:
        entry.state, entry.paused_from = entry.before, ""
    entry.resumed_from, entry.base = change.asked["first"], change.wish.base
    change.registration_number = entry.registration_number
    return ""


def _ended(_register: Register, person: Person, change: Change) -> str:
    last = change.asked["last"]
    entries = [entry for entry in person.entries if entry.insurance == change.wish.insurance]
    if any(entry.shown_state == "ended" and entry.last == last for entry in entries):
        return ""
    entry = _standing(person, change)
    if entry is None:
        return NO_ENTRY
    if last < entry.first:
        return TOO_EARLY
    if any(paid > last for _, paid in entry.paid):
        return PAID_LATER
    entry.state, entry.last = "ended", last
    return ""


def _died(_register: Register, person: Person, change: Change) -> str:
    month = change.asked["died_on"][:7]
    person.died_on = change.asked["died_on"]
    for entry in person.entries:
        if entry.shown_state != "ended":
            entry.state, entry.last = "ended", max(month, entry.first)
    return ""


def _standing(person: Person, change: Change) -> Entry | None:
    """The entry that the change is about: of its insurance, not ended, under the number that the change names."""
    number = change.asked.get("registration_number", "")
    found = [
        entry
        for entry in person.entries
        if entry.insurance == change.wish.insurance
        and entry.shown_state != "ended"
        and entry.touches(entry.first, OPEN_END)
        and number in ("", entry.registration_number)
    ]
    return found[-1] if found else None


_ACTS: Mapping[str, Callable[[Register, Person, Change], str]] = {
    "ChangeDetails": _details,
    "CorrectIdentity": _identity,
    "SuspendEnrolment": _suspended,
    "ResumeEnrolment": _resumed,
    "EndEnrolment": _ended,
    "ReportDeath": _died,
}
EFFECTS = {
    "ChangeDetails": "details_changed",
    "CorrectIdentity": "identity_corrected",
    "SuspendEnrolment": "suspended",
    "ResumeEnrolment": "resumed",
    "EndEnrolment": "ended",
    "ReportDeath": "death_recorded",
}
