"""A break as it is kept (差异): its states, what a run is, what ends a break, what is proposed to repair it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.model.reconciliation import Sum


class RunState(StrEnum):
    """States of a run (对账批次). `superseded`: the same day was reconciled again with other inputs."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class BreakState(StrEnum):
    """States of a break. `reopened`: resolved or closed before, and a later run found it again.

    `awaiting_second`: somebody has resolved it, and a second person has to agree. `waiting`: somebody else was asked;
    it stays so until the day by which they are to answer, or until its rows change.
    """

    OPEN = "open"
    CLAIMED = "claimed"
    AWAITING_SECOND = "awaiting_second"
    WAITING = "waiting"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED_BY_RUN = "closed_by_run"


class Resolution(StrEnum):
    """How a break ended. `repaired`: the next run has to prove it, and then it is `proved`.

    `accepted`: it stands as it is, nothing follows.
    """

    REPAIRED = "repaired"
    PROVED = "proved"
    ACCEPTED = "accepted"


class BreakAction(StrEnum):
    """What happened to a break: an entry in its history."""

    FOUND = "found"
    FOUND_AGAIN = "found_again"
    CHANGED = "changed"
    RECOVERED = "recovered"
    CLAIMED = "claimed"
    COMMENTED = "commented"
    PROPOSED = "proposed"
    AGREED = "agreed"
    RESOLVED = "resolved"
    ASKED = "asked"
    ANSWERED = "answered"
    REOPENED = "reopened"
    PROVED = "proved"
    CLOSED = "closed"


class Repair(StrEnum):
    """What is proposed to repair a break. All are new entries or questions; nothing that was booked is edited."""

    FETCH_RECEIPT = "fetch_receipt"
    ASK_LIST = "ask_list"
    ASK_PARTY = "ask_party"
    REVERSE_ENTRY = "reverse_entry"
    BOOK_REVERSAL = "book_reversal"
    BOOK_DIFFERENCE = "book_difference"
    MOVE_TO_PERSON = "move_to_person"
    MOVE_TO_REGION = "move_to_region"
    CORRECT_STATE = "correct_state"
    CORRECT_DATE = "correct_date"
    DECIDE_REFUND = "decide_refund"


@dataclass(frozen=True, slots=True)
class InTransit:
    """One line of what is in transit: booked by `side` on `day`, expected on the other side on `expected_on`."""

    side: str
    day: date
    expected_on: date
    region: str
    fund: str
    adjustment: bool
    sum: Sum
