"""LD/T indicator codes by hand (wire facts 1): what a call says, and records of words in the values of the codes.

A record is of words (`scheme`, `first`, ...); each dialect says in tables of its own which column shows which.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.codes import CYCLE_MONTHS, INSURANCE_OF, NATIONAL
from sandbox.registered import OPEN_END, Application, Entry, Person, Wish

Record = dict[str, str]
Pairs = Mapping[str, tuple[str, str]]

KIND = {"01": "resident_id", "08": "hmt_permit", "09": "permanent_residence"}
CYCLE = {str(months): name for name, months in CYCLE_MONTHS.items()}
RESULT = {"accepted": "1", "received": "0", "returned": "2", "refused": "3", "withdrawn": "3"}
# AAE140 with the column beside it: 10 through an employer, 20 as an individual.
SCHEMES: Pairs = {
    **{name: (value, "") for name, value in NATIONAL.items() if name not in ("pension", "medical")},
    "employee_pension": ("110", "10"),
    "individual_pension": ("110", "20"),
    "public_pension": ("120", ""),
    "employee_medical": ("310", "10"),
    "individual_medical": ("310", "20"),
    "work_injury": ("410", ""),
}
# AAC031 with AAC084 (retired), and with AAC008; `odd` is a pair that nobody has ever listed.
WITH_RETIRED: Pairs = {
    "active": ("1", "0"),
    "suspended": ("2", "0"),
    "drawing": ("3", "1"),
    "ended": ("3", "0"),
    "odd": ("7", "0"),
}
WITH_PERSON: Pairs = {
    "active": ("1", "1"),
    "suspended": ("2", "1"),
    "drawing": ("3", "2"),
    "ended": ("3", "3"),
    "odd": ("1", "7"),
}
CODED: Mapping[str, Mapping[str, str]] = {
    "kind": {"regular": "10", "back_payment": "31", "other": "90"},
    "paid": {"paid": "1", "owed": "0", "refunded": "2", "unknown": "9"},
    "benefit": {"none": "0", "paid": "1", "paused": "2", "ended": "3", "unknown": "9"},
}
_DATED = frozenset(
    {
        *("first", "last", "booked", "enrolled", "paid_to", "benefit_from"),  # months
        *("as_of", "paid_on", "entered_on", "decided_on"),  # days
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call says, by code in lower case and without prefix; a repeated value stands there several times."""

    values: Mapping[str, tuple[str, ...]]

    def one(self, code: str) -> str:
        """The first value; "" where there is none."""
        return next(iter(self.values.get(code, ())), "")

    def all(self, code: str) -> tuple[str, ...]:
        """Every value that is not empty."""
        return tuple(value for value in self.values.get(code, ()) if value)

    @property
    def insurances(self) -> tuple[str, ...]:
        """The insurances of AAE140; one that is not listed is empty."""
        return tuple(INSURANCE_OF.get(value, "") for value in self.all("aae140") if value != "0")

    def month(self, code: str) -> str:
        """A month as `2026-01`; "" where it is none."""
        text = self.one(code)[:6]
        return f"{text[:4]}-{text[4:]}" if len(text) == 6 and text.isdecimal() else ""  # noqa: PLR2004 - length of yyyyMM


@dataclass(frozen=True, slots=True)
class Habits:
    """What differs from one such province to the next.

    `number`: the code of the person number. `states`: its pairs. `cause`: the code of why a participation ends.
    `misfit`: its words where the person number is somebody else's. `name`: what its column keeps; None: does not fit.
    `insurances`: what it keeps, where that is not everything.
    """

    number: str = "aac001"
    cause: str = "zzyy"
    states: Pairs = field(default_factory=lambda: WITH_RETIRED)
    misfit: str = "个人编号与证件号码不一致"
    name: Callable[[str], str | None] = str
    insurances: tuple[str, ...] = tuple(NATIONAL)


def wish_of(asked: Asked, habits: Habits) -> Wish:
    """A call that changes something, as the desk takes it."""
    return Wish(
        reference=asked.one("aae013"),
        id_type=KIND.get(asked.one("aac058"), "resident_id"),
        id_number=(asked.one("aac147") or asked.one("aac002")).upper(),
        name=habits.name(asked.one("aac003")) or "",
        insurance=next(iter(asked.insurances), ""),
        agency=asked.one("aab034"),
        start=asked.month("aae041") or OPEN_END,
        cycle=CYCLE.get(asked.one("jfzq"), "monthly"),
        base=asked.one("aae180") or "0.00",
        supplements=asked.one("slbh"),
    )


def changed_of(asked: Asked, habits: Habits) -> dict[str, str]:
    """What a change asks for, by the words of the desk."""
    return {
        "first": asked.month("aae041"),
        "last": asked.month("aae042"),
        "mobile": asked.one("aac067"),
        "address": asked.one("aae006"),
        "postal_code": asked.one("aae007"),
        "registered_region": asked.one("aac301")[:6],
        "registration_number": asked.one("cbdjh"),
        "corrected.id_type": KIND.get(asked.one("xaac058"), "resident_id"),
        "corrected.id_number": asked.one("xaac147").upper(),
        "corrected.name": habits.name(asked.one("xaac003")) or "",
        "died_on": _day(asked.one("swrq")),
    }


def person_words(person: Person) -> Record:
    """What every row about somebody repeats."""
    return {
        "number": person.person_number,
        "internal": person.internal_number,
        "id_type": next(code for code, kind in KIND.items() if kind == person.id_type),
        "id_number": person.id_number,
        "name": person.name,
    }


def cover_words(entry: Entry, habits: Habits) -> Record:
    """A participation."""
    return coded(
        {
            "scheme": entry.scheme,
            "state": entry.shown_state,
            "region": entry.region,
            "first": entry.first,
            "last": entry.last or "",
            "operator": entry.operator,
            "entered_on": entry.entered_on,
            "reference": entry.reference,
        },
        habits,
    )


def decision_words(application: Application) -> Record:
    """An application, as it is answered and as its progress shows it."""
    gone = application.decision == "withdrawn"
    return {
        "result": RESULT[application.decision],
        "reference": application.wish.reference,
        "insurance": NATIONAL.get(application.wish.insurance, ""),
        "operator": application.operator,
        "acceptance_number": application.acceptance_number,
        "number": application.person_number,
        "internal": application.internal_number,
        "registration_number": application.registration_number,
        "notice_number": application.notice_number,
        "reason": "已撤销" if gone else application.reason,
        "decided_on": application.decided_on.replace("-", ""),
    }


def coded(record: Mapping[str, str], habits: Habits) -> Record:
    """A record with its words in the values of the codes: scheme and state become two columns each."""
    found = {word: value.replace("-", "") if word in _DATED else value for word, value in record.items()}
    found["insurance"], found["standing"] = SCHEMES[found.pop("scheme")]
    if state := found.pop("state", ""):
        found["payment"], found["person_state"] = habits.states.get(state, habits.states["odd"])
    return {word: CODED[word].get(value, value) if word in CODED else value for word, value in found.items()}


def shown(columns: Mapping[str, str], record: Mapping[str, str]) -> Record:
    """A record by column; "" for what it does not have."""
    return {column: record.get(word, "") for column, word in columns.items()}


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else ""  # noqa: PLR2004 - length of yyyyMMdd
