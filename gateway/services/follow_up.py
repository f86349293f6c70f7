"""Where a leg goes from an outcome, and when it wants attention again: the table of the outbox (design section 2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.model.codes import LegState
from gateway.model.messages import EXCHANGES
from gateway.ports import Outcome, OutcomeKind, Support
from gateway.store import legs
from gateway.store.rows import LegRow

_LONGEST_PAUSE = timedelta(minutes=30)
_FIRST_PAUSE = timedelta(seconds=2)
_TRIES_BEFORE_A_PERSON = 12
_WEBHOOK_LIFE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Next:
    """The leg's next state and when it wants attention again."""

    state: LegState
    due_at: datetime | None = None


def next_state(row: LegRow, outcome: Outcome, support: Support, now: datetime) -> Next:  # noqa: PLR0911 - a table
    """Where a leg goes from an outcome (design section 2). Pure; the table of the outbox."""
    changes = EXCHANGES[row.message].changes
    match outcome.kind:
        case OutcomeKind.ACCEPTED:
            return Next(LegState.ACCEPTED)
        case OutcomeKind.REFUSED:
            return Next(LegState.REFUSED)
        case OutcomeKind.FOREIGN:
            return Next(LegState.NEEDS_PERSON)
        case OutcomeKind.NO_EFFECT:
            return Next(LegState.PENDING, now)
        case OutcomeKind.RECEIVED:
            return Next(LegState.RECEIVED, outcome.ask_again_at or now + _pause(row.inquiries))
        case OutcomeKind.UNREACHABLE:
            return _unreached(row, now, outcome.ask_again_at)
        case OutcomeKind.UNCERTAIN:
            return _uncertain(row, support, now) if changes else _unreached(row, now, None)


def _unreached(row: LegRow, now: datetime, wanted: datetime | None) -> Next:
    if row.message == legs.IN_ORDER_MESSAGE and now - row.created_at > _WEBHOOK_LIFE:
        return Next(LegState.NEEDS_PERSON)
    known = {LegState.PENDING.value: LegState.PENDING, LegState.RECEIVED.value: LegState.RECEIVED}
    ours = now + _pause(row.attempts + row.inquiries)
    return Next(known.get(row.state, LegState.UNCERTAIN), max(ours, wanted or ours))


def _uncertain(row: LegRow, support: Support, now: datetime) -> Next:
    if row.state == LegState.RECEIVED.value:
        return Next(LegState.RECEIVED, now + _pause(row.inquiries))
    if support.inquire == "nothing" or row.inquiries >= _TRIES_BEFORE_A_PERSON:
        return Next(LegState.NEEDS_PERSON)
    return Next(LegState.UNCERTAIN, now + max(timedelta(seconds=support.settle_after), _pause(row.inquiries)))


def _pause(tries: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << min(tries, 12)), _LONGEST_PAUSE)
