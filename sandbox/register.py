"""The register of one province: who is insured, since when, and which payments are booked."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sandbox.codes import scheme_of
from sandbox.ground import Ground
from sandbox.parties import Province
from sandbox.registered import OPEN_END, Entry, Person, Wish

CLERK = "chuangkou-07"


class Register:
    """The people of one province."""

    def __init__(self, province: Province, ground: Ground) -> None:
        self.province = province
        self._ground = ground
        self.clear()

    def clear(self) -> None:
        """Forget everybody."""
        self.people: dict[str, Person] = {}
        self._promised: dict[str, str] = {}
        self._serial = 0

    @property
    def today(self) -> str:
        """The present day, ISO."""
        return self._ground.today

    def find(self, id_number: str) -> Person | None:
        """The person on record."""
        return self.people.get(id_number)

    def covers(self, id_number: str, insurances: tuple[str, ...], first: str, last: str) -> list[Entry]:
        """The entries that touch the months; every insurance where none is named."""
        person = self.people.get(id_number)
        if person is None:
            return []
        with self._ground.lock:
            return [
                entry
                for entry in person.entries
                if (not insurances or entry.insurance in insurances) and entry.touches(first, last)
            ]

    def stands(self, wish: Wish) -> bool:
        """Whether the person has the insurance already, whoever entered it."""
        covers = self.covers(wish.id_number, (wish.insurance,), wish.start, OPEN_END)
        return any(entry.shown_state not in ("ended", "drawing") for entry in covers)

    def enter(self, wish: Wish, operator: str, reference: str, number: str = "") -> tuple[Person, Entry]:
        """Put an entry on record. `number`: of the registration, where it was promised."""
        person = self.person(wish)
        entry = Entry(
            insurance=wish.insurance,
            scheme=scheme_of(wish.insurance),
            region=wish.agency,
            first=wish.start,
            operator=operator,
            entered_on=self._ground.today,
            reference=reference,
            registration_number=number or self.registration_number(wish),
            base=wish.base,
        )
        person.entries.append(entry)
        return person, entry

    def clerk(self, wish: Wish) -> Entry:
        """A window clerk registers the person: no reference of ours, another operator, paid at the window."""
        with self._ground.lock:
            _, entry = self.enter(wish, CLERK, "")
            entry.state = "active"
        self._ground.effects.note(self.province.name, "registered_by_clerk", wish.id_number, insurance=wish.insurance)
        return entry

    def book(self, payment: Mapping[str, str], by: str) -> bool:
        """Book a payment (id_number, insurance, first, last, reference); False where none takes it. Twice is twice."""
        with self._ground.lock:
            entries = self.covers(payment["id_number"], (payment["insurance"],), payment["first"], payment["last"])
            if not entries:
                return False
            entries[-1].bookings.append(f"{by} {payment['first']}..{payment['last']}")
            reference = payment["reference"] or entries[-1].reference
        kind = "cover_started" if by == "gateway" else "booked_by_tax"
        self._ground.effects.note(self.province.name, kind, reference, insurance=payment["insurance"])
        return True

    def take_back(self, payment: Mapping[str, str]) -> bool:
        """Take a booked payment (id_number, insurance, first, last, reference) off the record; False where none is."""
        booked = f"gateway {payment['first']}..{payment['last']}"
        with self._ground.lock:
            covers = self.covers(payment["id_number"], (payment["insurance"],), payment["first"], payment["last"])
            entry = next((each for each in reversed(covers) if booked in each.bookings), None)
            if entry is None:
                return False
            entry.bookings.remove(booked)
        about = payment["reference"]
        self._ground.effects.note(self.province.name, "cover_reversed", about, insurance=payment["insurance"])
        return True

    def seed(self, wish: Wish, covers: list[Mapping[str, Any]]) -> Person:
        """Put a person on record with covers of any kind (`insurance`, `first`, and any other field of Entry)."""
        with self._ground.lock:
            person = self.person(wish)
            for cover in covers:
                usual = {"scheme": scheme_of(str(cover["insurance"])), "region": person.region, "state": "active"}
                usual |= {"operator": "seed", "entered_on": f"{cover['first']}-01"}
                person.entries.append(Entry(**{**usual, **cover}))
            return person

    def person(self, wish: Wish) -> Person:
        """The person of a wish, put on record where new."""
        person = self.people.get(wish.id_number)
        if person is None:
            number = self.promise(wish.id_number)
            internal = str(2_000_000 + int(number[-7:]))
            person = Person(wish.id_type, wish.id_number, wish.name, number, internal, wish.agency)
            self.people[wish.id_number] = person
            del self._promised[wish.id_number]
        return person

    def promise(self, id_number: str) -> str:
        """The number that somebody has, or is going to have once on record."""
        if person := self.people.get(id_number):
            return person.person_number
        if id_number not in self._promised:
            self._promised[id_number] = self.person_number()
        return self._promised[id_number]

    def person_number(self) -> str:
        """A new number of a person."""
        return self.province.numbers.format(code=self.province.code, serial=self.next())

    def registration_number(self, wish: Wish) -> str:
        """A new number of a registration."""
        return f"DJ{wish.agency}{self.next():08d}"

    def next(self) -> int:
        """The next number of this province's one series."""
        self._serial += 1
        return self._serial

    def shown(self) -> list[dict[str, Any]]:
        """Everybody, for the control state."""
        with self._ground.lock:
            return [asdict(person) for person in self.people.values()]
