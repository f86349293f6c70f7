"""What a person does with a break: claim, comment, resolve, agree as the second person, reopen; each once per key.

Every act reads the break, checks it against the table of states, and writes with the number of the last entry of its
history as guard: of two who act at once one is first, and the other is answered by what it finds then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from gateway.errors import GatewayError
from gateway.mapping.pairings import compared_on
from gateway.model.breaks import BreakAction, BreakState
from gateway.model.repair import ALLOWED, REPAIRS, RepairCode, RepairState, allowed_actions
from gateway.model.values import Money
from gateway.services import repairs
from gateway.services.accept import Answer, replay
from gateway.services.afresh import afresh
from gateway.services.break_views import Viewer, break_view
from gateway.services.determine import local_day
from gateway.services.reconcile_statements import layouts_for
from gateway.services.runtime import Runtime
from gateway.services.statement_calendar import connected
from gateway.store import break_repairs, breaks, idempotency
from gateway.store.break_repairs import NewRepair, RepairRow
from gateway.store.breaks import BreakRow
from gateway.store.idempotency import Key
from gateway.store.work import ClashError, LockTimeoutError, Tx

_DONE = 200
_RETRY_AFTER = 1
_LONGEST_NAME = 128
Action = Callable[[Runtime, Tx, BreakRow, str], bool]


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish about a break. `about`: its name in the journal; `request`: as it is compared with a repetition."""

    key: Key
    handle: str
    viewer: Viewer
    about: str
    request: bytes


def claim(instead_of: str = "") -> Action:
    """Take a break over. `instead_of`: who has it now, where it is taken from somebody on purpose.

    GatewayError `break_claimed` where somebody else has it.
    """

    def act(_runtime: Runtime, tx: Tx, row: BreakRow, actor: str) -> bool:
        _check(row, "claim")
        holder = row.claimed_by or ""
        if holder == actor:
            return True
        if holder != instead_of:
            raise GatewayError("break_claimed", who=holder or "-")
        values = {"state": BreakState.CLAIMED.value, "claimed_by": actor}
        said = f"instead of {holder}" if holder else ""
        return breaks.change(tx, row, BreakAction.CLAIMED, actor=actor, comment=said, **values)

    return act


def comment(text: str) -> Action:
    """Say something about a break; it stands in its history."""

    def act(_runtime: Runtime, tx: Tx, row: BreakRow, actor: str) -> bool:
        return breaks.change(tx, row, BreakAction.COMMENTED, actor=actor, comment=text)

    return act


def resolve(code: RepairCode, reason: str) -> Action:
    """Repair a break, or agree as the second person with the repair that waits.

    GatewayError: `break_claimed`, `break_not_allowed`, `repair_not_fitting`, `second_person_needed`, `repair_differs`,
    `repair_outdated`.
    """

    def act(runtime: Runtime, tx: Tx, row: BreakRow, actor: str) -> bool:
        _check(row, "resolve")
        if row.state == BreakState.AWAITING_SECOND.value:
            return _agree(runtime, tx, row, code, reason, actor)
        if row.claimed_by not in {None, actor}:
            raise GatewayError("break_claimed", who=row.claimed_by or "-")
        return _resolve(runtime, tx, row, code, reason, actor)

    return act


def reopen(reason: str) -> Action:
    """Take up a break again that has ended, or whose repair waits for a second person; the repair is given up."""

    def act(runtime: Runtime, tx: Tx, row: BreakRow, actor: str) -> bool:
        _check(row, "reopen")
        repairs.settle_former(runtime, tx, row)
        values = {**breaks.NOBODY, "state": BreakState.REOPENED.value}
        return breaks.change(tx, row, BreakAction.REOPENED, actor=actor, comment=reason, **values)

    return act


def once(runtime: Runtime, wish: Wish, act: Action) -> Answer:
    """Do what is wished, once per key, and answer with the break as it is then.

    GatewayError: what `act` raises, `not_found`, `break_changed`, `idempotency_conflict`, `idempotency_in_flight`.
    """
    try:
        # A twin under the same key, or a second repair of the same break: what stands there the next time decides.
        answer = afresh(lambda: _tried(runtime, wish, act), GatewayError("break_changed"))
    except LockTimeoutError:
        raise GatewayError("idempotency_in_flight", retry_after=_RETRY_AFTER) from None
    runtime.journal.tied(wish.about)
    return answer


def do(runtime: Runtime, handle: str, actor: str, act: Action) -> None:
    """Do what a person at the command line wants; GatewayError: what `act` raises, `not_found`, `break_changed`."""

    def done() -> None:
        with runtime.store.work("break") as tx:
            _act(runtime, tx, handle, actor, act)

    afresh(done, GatewayError("break_changed"))


def at_stake(row: BreakRow) -> int:
    """What a break is about in fen: the larger side of it."""
    return max(abs(row.here_fen), abs(row.there_fen))


def _tried(runtime: Runtime, wish: Wish, act: Action) -> Answer:
    with runtime.store.work("break") as tx:
        if stored := idempotency.find(tx, wish.key):
            return replay(stored, wish.request)
        idempotency.forget(tx, wish.key)
        row = _act(runtime, tx, wish.handle, wish.viewer.name, act)
        body = msgspec.json.encode(break_view(runtime, tx, row, wish.viewer))
        idempotency.keep(tx, wish.key, wish.request, _DONE, body)
    return Answer(_DONE, body)


def _act(runtime: Runtime, tx: Tx, handle: str, actor: str, act: Action) -> BreakRow:
    row = found(tx, handle)
    if not act(runtime, tx, row, actor[:_LONGEST_NAME]):
        raise ClashError(handle)
    return found(tx, handle)


def found(tx: Tx, handle: str) -> BreakRow:
    """A break; GatewayError `not_found`."""
    row = breaks.get(tx, handle)
    if row is None:
        raise GatewayError("not_found", thing="break")
    return row


def _check(row: BreakRow, action: str) -> None:
    state = BreakState(row.state)
    if state not in ALLOWED[action]:
        raise GatewayError(
            "break_not_allowed", action=action, state=state.value, allowed=", ".join(allowed_actions(state))
        )


def _resolve(runtime: Runtime, tx: Tx, row: BreakRow, code: RepairCode, reason: str, actor: str) -> bool:
    repairs.settle_former(runtime, tx, row)
    content = repairs.compensating(runtime, tx, row, code, reason)
    second = at_stake(row) > runtime.settings.second_person_above_fen
    state = RepairState.AWAITING_SECOND if second else RepairState.ENTERED
    fen = repairs.total_of(content.entries)
    made = break_repairs.add(tx, NewRepair(row.id, code.value, state, actor, fen, content))
    if second:
        waits = {**breaks.NOBODY, "state": BreakState.AWAITING_SECOND.value, "resolved_by": actor}
        return breaks.change(tx, row, BreakAction.PROPOSED, actor=actor, comment=reason, **waits)
    action = BreakAction.ASKED if REPAIRS[code].asks else BreakAction.RESOLVED
    if not breaks.change(tx, row, action, actor=actor, comment=reason, **_resolved(runtime, row, code, actor)):
        return False
    repairs.take_effect(runtime, tx, row, made, code, content)
    return True


def _agree(runtime: Runtime, tx: Tx, row: BreakRow, code: RepairCode, reason: str, actor: str) -> bool:
    waiting = _waiting(tx, row)
    if waiting.asked_by == actor:
        limit = Money(runtime.settings.second_person_above_fen)
        raise GatewayError("second_person_needed", who=actor, amount=str(Money(at_stake(row))), limit=str(limit))
    if waiting.code != code.value:
        raise GatewayError("repair_differs", asked=waiting.code, named=code.value)
    asked = break_repairs.content_of(tx, waiting)
    if asked.entries != repairs.compensating(runtime, tx, row, code, reason).entries:
        # What was asked for is no longer what the second person sees.
        raise GatewayError("repair_outdated")
    values = {**_resolved(runtime, row, code, waiting.asked_by), "agreed_by": actor}
    if not (
        break_repairs.change(tx, waiting, RepairState.ENTERED, agreed_by=actor)
        and breaks.change(tx, row, BreakAction.AGREED, actor=actor, comment=reason, second=waiting.asked_by, **values)
    ):
        return False
    repairs.take_effect(runtime, tx, row, waiting.id, code, asked)
    return True


def _waiting(tx: Tx, row: BreakRow) -> RepairRow:
    waiting = break_repairs.active(tx, row.id)
    if waiting is None:
        raise LookupError(f"{row.id} waits for a second person, and there is no repair")
    return waiting


def _resolved(runtime: Runtime, row: BreakRow, code: RepairCode, by: str) -> dict[str, Any]:
    decided = {"resolution": REPAIRS[code].resolution.value, "resolved_by": by}
    if not REPAIRS[code].asks:
        return {"state": BreakState.RESOLVED.value, **decided, **dict.fromkeys(("waits_for", "waits_until"))}
    until = runtime.law.calendar.after(local_day(runtime.now()), runtime.repairs.answers[code])
    # Nothing is repaired by a question: how it ends is what a run finds.
    asked = {"resolution": None, "waits_for": asked_about(runtime, row), "waits_until": until.isoformat()}
    return {"state": BreakState.WAITING.value, **decided, **asked}


def asked_about(runtime: Runtime, row: BreakRow) -> str:
    """Who is asked about a break: whoever states the other side of it, else the tax party whose money it is."""
    book = compared_on(runtime.pairings, date.fromisoformat(row.day), row.pairing).pairing.there
    return next((each.party for each in layouts_for(connected(runtime), row.party, book)), row.party)
