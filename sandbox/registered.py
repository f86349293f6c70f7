"""What a province keeps of a person: entries (participations) and applications."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Due

OPEN_END = "9999-12"


@dataclass(slots=True)
class Entry:
    """One participation. Months are `2026-01`. `state`: fixed where seeded or changed, else it follows the payments.

    `lines`, `rights`: what is shown instead of what would be worked out. `before`: the state before a suspension.
    `notices`: lines of what the agency asks for besides, each with its notice.
    """

    insurance: str
    scheme: str
    region: str
    first: str
    operator: str
    entered_on: str
    last: str | None = None
    reference: str = ""
    registration_number: str = ""
    state: str | None = None
    bookings: list[str] = field(default_factory=list)
    base: str = "0.00"
    paused_from: str = ""
    resumed_from: str = ""
    before: str | None = None
    lines: list[dict[str, str]] = field(default_factory=list)
    notices: list[dict[str, str]] = field(default_factory=list)
    rights: dict[str, str] = field(default_factory=dict)

    @property
    def paid(self) -> list[tuple[str, str]]:
        """The months of each booking, first and last."""
        months = [booking.rpartition(" ")[2].partition("..") for booking in self.bookings]
        return [(first, last) for first, _, last in months]

    @property
    def shown_state(self) -> str:
        """Active once a month is known to be paid; until then the participation is paused."""
        return self.state or ("active" if self.bookings else "suspended")

    def touches(self, first: str, last: str) -> bool:
        """Whether it has a month in the range."""
        return self.first <= last and (self.last or OPEN_END) >= first


@dataclass(slots=True)
class Person:
    """One person on record in a province. The name is as stored there, which may not be as sent."""

    id_type: str
    id_number: str
    name: str
    person_number: str
    internal_number: str
    region: str
    entries: list[Entry] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    died_on: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """An EnrolWorker as a province takes it, whatever the dialect."""

    reference: str
    id_type: str
    id_number: str
    name: str
    insurance: str
    agency: str
    start: str
    cycle: str
    base: str
    supplements: str = ""


@dataclass(slots=True)
class Application:
    """One application and where it stands: received, returned, accepted, refused, withdrawn."""

    wish: Wish
    acceptance_number: str
    decision: str
    operator: str
    due: Due | None = None
    how: str = "poll"
    verdict: str = "accepted"
    reason: str = ""
    person_number: str = ""
    internal_number: str = ""
    registration_number: str = ""
    notice_number: str = ""
    decided_on: str = ""
    amount: str | None = None

    def shown(self) -> dict[str, Any]:
        """For the control state."""
        return {
            "reference": self.wish.reference,
            "insurance": self.wish.insurance,
            "id_number": self.wish.id_number,
            "decision": self.decision,
            "acceptance_number": self.acceptance_number,
            "registration_number": self.registration_number,
            "notice_number": self.notice_number,
            "reason": self.reason,
        }
