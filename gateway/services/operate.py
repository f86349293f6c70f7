"""What an operator does by hand: every act is put on the case's timeline with who and why, and journalled."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.errors import GatewayError
from gateway.model.case import FINAL
from gateway.model.codes import CaseStatus, Decision, Insurance, LegState, LevyState
from gateway.model.messages import EXCHANGES, Message
from gateway.model.province import EnrolmentDecided
from gateway.model.tax import LevyResult
from gateway.ports import Crossing, Outcome, OutcomeKind
from gateway.services import advance, effects
from gateway.services.records import reply as reply_of
from gateway.services.records import request
from gateway.services.registrations import REFUND
from gateway.services.runtime import Runtime
from gateway.store import cases, leases, legs, persons
from gateway.store.rows import CaseRow, LegRow
from gateway.store.work import Tx

_STUCK = (LegState.NEEDS_PERSON, LegState.UNCERTAIN, LegState.HELD)
_THROUGH = (LegState.ACCEPTED.value, LegState.REFUSED.value, LegState.CANCELLED.value)
# Accepting these without an answer would register nobody in particular, levy nothing, or find no cover unasked.
_ANSWER_NEEDED = ("EnrolWorker", "DeclareLevy", "FindLevy", "FindCover")
_AFTER_LEVY = ("StartCover", "ReverseCover", "CancelLevy", "FindCover", "ReverseDeduction", "ChangePostings")
# Only of these is it known that nothing stands at the party.
_WITHOUT_EFFECT = (LegState.PENDING.value, LegState.REFUSED.value)


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what, and why."""

    operator: str
    action: str
    because: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """A leg that waits for somebody."""

    case: str
    leg: str
    party: str
    message: str
    state: str
    attempts: int
    inquiries: int
    reason: str | None


def stuck(runtime: Runtime) -> Sequence[Stuck]:
    """The legs that wait for somebody: unknown, held or handed to a person; oldest first."""
    with runtime.store.reading() as tx:
        return [
            Stuck(
                row.case, row.id, row.party, row.message, row.state, row.attempts, row.inquiries, legs.reason(tx, row)
            )
            for row in legs.stuck(tx, _STUCK)
        ]


def retry(runtime: Runtime, leg: str, act: Act, *, i_know: bool = False) -> None:
    """Send a leg again; GatewayError `needs_i_know` where an effect could be doubled."""
    _asked_for(runtime, leg, act)
    with runtime.store.work("operate") as tx:
        row = _leg(tx, leg)
        _check_retry(runtime, tx, row, i_know=i_know)
        legs.change(tx, leg, LegState.PENDING, due_at=tx.now, inquiries=0)
        _out_of_hands(runtime, tx, row)
        _write_down(runtime, tx, row, act)


def cancel(runtime: Runtime, leg: str, act: Act) -> None:
    """Give a leg up; what its party did stays as it is."""
    _asked_for(runtime, leg, act)
    with runtime.store.work("operate") as tx:
        row = _leg(tx, leg)
        if row.state in {state.value for state in legs.FINISHED if state is not LegState.NEEDS_PERSON}:
            raise GatewayError("leg_action_not_allowed", action="cancel", status=row.state)
        legs.change(tx, leg, LegState.CANCELLED, due_at=None)
        _write_down(runtime, tx, row, act)


def settle_as(runtime: Runtime, leg: str, state: LegState, act: Act, answer: bytes | None = None) -> None:
    """Settle a leg as accepted or refused on the operator's word; `answer`: the party's answer as canonical JSON.

    GatewayError: `leg_action_not_allowed` for a leg that is through, `setting_invalid` where the case needs the
    answer, or numbers of it, and they are not given.
    """
    _asked_for(runtime, leg, act)
    with runtime.store.work("operate") as tx:
        row = _leg(tx, leg)
        case = cases.lock(tx, row.case)
        _check_open(tx, row)
        kept = answer or legs.reply(tx, row)
        reply = None if kept is None else _understood(row, kept)
        if state is LegState.ACCEPTED and not _says_enough(tx, case, row, reply):
            raise GatewayError(
                "setting_invalid", name="--answer", reason="give what the party answered, its numbers too"
            )
        values = {} if kept is None else {"reply": legs.seal_reply(tx, leg, kept)}
        legs.change(tx, leg, state, due_at=None, reason=act.because, **values)
        _out_of_hands(runtime, tx, row)
        _write_down(runtime, tx, row, act)
        kind = OutcomeKind.ACCEPTED if state is LegState.ACCEPTED else OutcomeKind.REFUSED
        outcome = Outcome(kind, reply=reply, reason=act.because)
        asked = request(row.message, legs.payload(tx, row))
        effects.follow(effects.Step(runtime, tx, case, row, asked, outcome, state))


def _understood(row: LegRow, answer: bytes) -> Message:
    try:
        return reply_of(row.message, answer)
    except GatewayError as problem:
        form = EXCHANGES[row.message].reply.__name__
        reason = f"it is not a canonical {form} (docs/protocols/gateway.md). {problem}"
        raise GatewayError("setting_invalid", faults=problem.faults, name="--answer", reason=reason) from None


def _check_open(tx: Tx, row: LegRow) -> None:
    """Refuse a leg that is through, unless its insurance waits for a person because of it."""
    handed_over = row.insurance and cases.item(tx, row.case, row.insurance).status == CaseStatus.NEEDS_PERSON.value
    if row.state in _THROUGH and not handed_over:
        raise GatewayError("leg_action_not_allowed", action="settle", status=row.state)


def _says_enough(tx: Tx, case: CaseRow, row: LegRow, reply: Message | None) -> bool:
    if isinstance(reply, EnrolmentDecided):
        registers = row.message == "EnrolWorker" and not reply.person_number
        unnamed = registers and persons.local_number(tx, case.person, row.party) is None
        return reply.decision is Decision.ACCEPTED and not unnamed
    if isinstance(reply, LevyResult):
        return reply.found and reply.state is not LevyState.REFUSED
    return reply is not None or row.message not in _ANSWER_NEEDED


def pause(runtime: Runtime, party: str, *, paused: bool, act: Act) -> None:
    """Stop or resume sending to a party; legs wait meanwhile."""
    if party not in runtime.parties:
        raise GatewayError("not_found", thing=f"party {party[:64]} (there are {', '.join(sorted(runtime.parties))})")
    journal_act(runtime, act, {"party": party})
    with runtime.store.work("operate") as tx:
        leases.pause(tx, party, paused=paused)


def replay_webhook(runtime: Runtime, leg: str, act: Act) -> None:
    """Deliver one webhook again, whatever became of it."""
    _asked_for(runtime, leg, act)
    with runtime.store.work("operate") as tx:
        row = _leg(tx, leg)
        if row.message != legs.IN_ORDER_MESSAGE:
            raise GatewayError("not_found", thing=f"webhook {leg} (it is a leg of {row.message}: `leg retry`)")
        legs.change(tx, leg, LegState.PENDING, due_at=tx.now)
        _write_down(runtime, tx, row, act)


def _check_retry(runtime: Runtime, tx: Tx, row: LegRow, *, i_know: bool) -> None:
    """Refuse what would double an effect, or act behind the back of a case that is through."""
    changes = EXCHANGES[row.message].changes
    status = CaseStatus(cases.item(tx, row.case, row.insurance).status) if row.insurance else None
    stands = row.state == LegState.ACCEPTED.value
    if changes and (status in FINAL or stands):
        raise GatewayError("leg_action_not_allowed", action="retry", status=row.state)
    if row.state not in _WITHOUT_EFFECT and _could_double(runtime, row) and not i_know:
        raise GatewayError("needs_i_know", party=row.party)


def _could_double(runtime: Runtime, row: LegRow) -> bool:
    party = runtime.parties.get(row.party)
    support = None if party is None else party.supports.get(row.message)
    return EXCHANGES[row.message].changes and not (support is not None and support.recognises_id)


def _leg(tx: Tx, leg: str) -> LegRow:
    row = legs.get(tx, leg)
    if row is None:
        where = "`case list --stuck` lists those that wait for somebody, `case show CASE` all of a case"
        raise GatewayError("not_found", thing=f"leg {leg[:64]} ({where})")
    return row


def _out_of_hands(runtime: Runtime, tx: Tx, row: LegRow) -> None:
    """An insurance that was handed to a person because of this leg goes back to where the leg left it."""
    if not row.insurance or cases.item(tx, row.case, row.insurance).status != CaseStatus.NEEDS_PERSON.value:
        return
    if cases.get(tx, row.case).kind == REFUND:
        return  # it waits for whoever decides, not for this leg
    to = CaseStatus.AWAITING_PAYMENT if row.message in _AFTER_LEVY else CaseStatus.REGISTERING
    advance.move(runtime, tx, row.case, Insurance(row.insurance), to, "taken_up_again", party=row.party)


def _write_down(runtime: Runtime, tx: Tx, row: LegRow, act: Act) -> None:
    runtime.journal.tie(tx, row.id, case=row.case, person=cases.get(tx, row.case).person, leg=row.id)
    cases.happened(tx, row.case, "operator", operator=act.operator, action=act.action, leg=row.id, because=act.because)


def _asked_for(runtime: Runtime, leg: str, act: Act) -> None:
    """Into the journal before anything is done: its writer commits on its own, and SQLite has one writer at a time."""
    with runtime.store.reading() as tx:
        row = _leg(tx, leg)
    journal_act(runtime, act, {"leg": row.id, "party": row.party, "case": row.case})


def journal_act(runtime: Runtime, act: Act, about: dict[str, str]) -> None:
    """Put an act into the journal; `about`: what it was done to."""
    body = json.dumps({"operator": act.operator, "action": act.action, "because": act.because, **about}).encode()
    runtime.journal.record(
        Crossing("in", "operator", act.action, "application/json", body, runtime.now(), about=about.get("leg", ""))
    )
