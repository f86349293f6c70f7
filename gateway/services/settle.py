"""Write what came of a leg and wake what follows from it, in one transaction under the claim's fencing number."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.model.codes import LegState
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Outcome, OutcomeKind, Support
from gateway.services import effects, metrics
from gateway.services.records import encode
from gateway.services.runtime import Runtime
from gateway.store import cases, legs
from gateway.store.rows import LegRow

log = logging.getLogger(__name__)

_LONGEST_PAUSE = timedelta(minutes=30)
_FIRST_PAUSE = timedelta(seconds=2)
_TRIES_BEFORE_A_PERSON = 12
_WEBHOOK_LIFE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Next:
    """The leg's next state and when it wants attention again."""

    state: LegState
    due_at: datetime | None = None


def settle(runtime: Runtime, row: LegRow, message: Message, outcome: Outcome) -> None:
    """Settle the claim of `row`; one that was overtaken in the meantime is left alone (its documents are kept)."""
    metrics.outcome(row.party, row.message, outcome.kind, row.attempts + 1)
    support = runtime.parties[row.party].supports.get(row.message, Support(row.message))
    with runtime.store.work("settle") as tx:
        case = cases.lock(tx, row.case)
        following = next_state(row, outcome, support, tx.now)
        values: dict[str, Any] = {"due_at": following.due_at, "reason": outcome.reason or None}
        if outcome.reply is not None:
            values["reply"] = legs.seal_reply(tx, row.id, encode(outcome.reply))
        if row.state != LegState.PENDING.value:
            values["inquiries"] = row.inquiries + 1
        if not legs.settle(tx, row.id, row.fencing + 1, following.state, **values):
            log.warning("the result of leg %s came after its lease and is ignored", row.id)
            return
        runtime.journal.tie(tx, row.id, case=case.id, person=case.person, leg=row.id)
        effects.follow(effects.Step(runtime, tx, case, row, message, outcome, following.state))
    runtime.journal.tied(row.id)


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
            return _unreached(row, now)
        case OutcomeKind.UNCERTAIN:
            return _uncertain(row, support, now) if changes else _unreached(row, now)


def _unreached(row: LegRow, now: datetime) -> Next:
    if row.message == legs.IN_ORDER_MESSAGE and now - row.created_at > _WEBHOOK_LIFE:
        return Next(LegState.NEEDS_PERSON)
    known = {LegState.PENDING.value: LegState.PENDING, LegState.RECEIVED.value: LegState.RECEIVED}
    return Next(known.get(row.state, LegState.UNCERTAIN), now + _pause(row.attempts + row.inquiries))


def _uncertain(row: LegRow, support: Support, now: datetime) -> Next:
    if row.state == LegState.RECEIVED.value:
        return Next(LegState.RECEIVED, now + _pause(row.inquiries))
    if support.inquire == "nothing" or row.inquiries >= _TRIES_BEFORE_A_PERSON:
        return Next(LegState.NEEDS_PERSON)
    return Next(LegState.UNCERTAIN, now + max(timedelta(seconds=support.settle_after), _pause(row.inquiries)))


def _pause(tries: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << min(tries, 12)), _LONGEST_PAUSE)
