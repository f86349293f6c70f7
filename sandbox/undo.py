"""What one trade has changed, so that it can be taken back: a reversal by the serial of the original."""

from collections.abc import Iterable, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass, fields

from sandbox.desk import Desk
from sandbox.registered import Application, Person

PAID, MOVED_ON = "该月已缴费，不能冲正", "该业务之后另有变动，不能冲正"

People = Mapping[str, Person | None]


@dataclass(frozen=True, slots=True)
class Image:
    """The people and the applications that a trade is about, as they are at one moment."""

    people: People
    filed: tuple[tuple[Application, Application], ...]

    @classmethod
    def of(cls, desk: Desk, numbers: Iterable[str], reference: str) -> "Image":
        """As they are now; each application beside a copy of it."""
        people = {number: deepcopy(desk.register.find(number)) for number in numbers if number}
        return cls(people, tuple((one, copy(one)) for one in desk.filed(reference)))


@dataclass(frozen=True, slots=True)
class Undo:
    """One trade that took effect: what was there before it, and what after it."""

    reference: str
    before: Image
    after: Image

    def refusal(self, desk: Desk) -> str:
        """Why it cannot be taken back any more; empty where it can."""
        now = Image.of(desk, self.after.people, self.reference)
        if now.people == self.after.people:
            return ""
        return PAID if _bookings(now.people) > _bookings(self.after.people) else MOVED_ON

    def carry_out(self, desk: Desk) -> None:
        """Put everything back as it was."""
        for number, person in self.before.people.items():
            desk.register.people.pop(number, None)
            if person is not None:
                desk.register.people[number] = deepcopy(person)
        known = [one for one, _ in self.before.filed]
        for application in desk.filed(self.reference):
            if application not in known:
                desk.unfile(application)
        for application, was in self.before.filed:
            for each in fields(application):
                setattr(application, each.name, getattr(was, each.name))


def _bookings(people: People) -> int:
    return sum(len(entry.bookings) for person in people.values() if person for entry in person.entries)
