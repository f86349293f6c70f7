"""Write what came of legs and wake what follows from it: many legs a transaction, each under its claim's number."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.errors import GatewayError
from gateway.model.codes import LegState
from gateway.model.messages import Message
from gateway.ports import Outcome, OutcomeKind, Support
from gateway.security.logs import logging_context
from gateway.services import effects, metrics
from gateway.services.follow_up import Next, next_state
from gateway.services.records import encode
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies
from gateway.store.casefile import CaseFile
from gateway.store.rows import LegRow

log = logging.getLogger(__name__)

_ABOUT_LEVIES = ("EnrolWorker", "FindLevy", "DeclareLevy", "CancelLevy", "StartCover")


@dataclass(frozen=True, slots=True)
class Returned:
    """A leg that a party has been asked to carry: its row as it was claimed, what it carried, what came of it.

    `kept_as`: what the party keeps instead of characters that it cannot store.
    """

    row: LegRow
    message: Message
    outcome: Outcome
    kept_as: str = ""


def on_its_lines(row: LegRow, message: Message) -> AbstractContextManager[None]:
    """Let every line that is logged inside name the leg with its case, and none the person."""
    person = getattr(message, "person", None)
    return logging_context(case=row.case, leg=row.id, party=row.party, hide=[person.name] if person else ())


def settle(runtime: Runtime, returned: Returned) -> None:
    """Settle one claim; one that was overtaken in the meantime is left alone (its documents are kept)."""
    with on_its_lines(returned.row, returned.message):
        proved = _proved(runtime, returned)
        with runtime.store.work("settle") as tx:
            _settle(runtime, cases.lock_file(tx, returned.row.case), [proved])
    _settled(runtime, [proved])


def settle_all(runtime: Runtime, returned: Sequence[Returned]) -> None:
    """Settle claims in one transaction; where that fails each alone, so that only its own case suffers.

    Never raises: what cannot be settled is logged, and its lease brings the leg back.
    """
    left = returned if len(returned) == 1 else _together(runtime, returned)
    for each in left:
        try:
            settle(runtime, each)
        except Exception:
            with on_its_lines(each.row, each.message):
                log.exception("a leg of %s was not settled; its lease brings it back", each.row.party)


def _proved(runtime: Runtime, returned: Returned) -> Returned:
    """The leg once its documents are durable; without them nobody can say what came of it."""
    try:
        runtime.journal.durable(returned.row.id)
    except GatewayError:
        lost = Outcome(OutcomeKind.UNCERTAIN, reason="the journal could not take the answer, so it does not count")
        return replace(returned, outcome=lost)
    return returned


def _together(runtime: Runtime, returned: Sequence[Returned]) -> Sequence[Returned]:
    """Settle those whose cases nobody else is at work on; those that are left."""
    returned = [_proved(runtime, each) for each in returned]
    try:
        with runtime.store.work("settle") as tx:
            file = cases.lock_free(tx, {each.row.case for each in returned})
            mine = [each for each in returned if each.row.case in file.handles]
            _settle(runtime, file, mine)
    except Exception:
        log.warning("legs that were to be settled together are settled one by one", exc_info=True)
        return returned
    _settled(runtime, mine)
    return [each for each in returned if each.row.case not in file.handles]


def _settled(runtime: Runtime, returned: Iterable[Returned]) -> None:
    for each in returned:
        row = each.row
        metrics.outcome(row.party, row.message, each.outcome.kind, row.attempts + 1)
        runtime.journal.tied(row.id)


def _settle(runtime: Runtime, file: CaseFile, returned: Sequence[Returned]) -> None:
    _read_ahead(file, returned)
    following = {each.row.id: _next(runtime, each, file.now) for each in returned}
    written = legs.settle(file, [_written(each, following[each.row.id]) for each in returned])
    for each in returned:
        with on_its_lines(each.row, each.message):
            if each.row.id in written:
                legs.show(file, each.row.id, written[each.row.id])
                _follow(runtime, file, each, following[each.row.id])
            else:
                log.warning("the result of leg %s came after its lease and is ignored", each.row.id)
    file.write()


def _read_ahead(file: CaseFile, returned: Sequence[Returned]) -> None:
    """What the effects of these legs look at, a table at a time for all their cases."""
    cases.read_ahead(file, {each.row.case for each in returned if each.row.message != legs.IN_ORDER_MESSAGE})
    levies.read_ahead(file, {each.row.case for each in returned if each.row.message in _ABOUT_LEVIES})
    # The duplicate check weighs the answers of all regions; a FindCover for an insurance asks for a payment.
    checking = (each.row for each in returned if each.row.message == "FindCover" and not each.row.insurance)
    legs.read_ahead(file, {row.case for row in checking})


def _next(runtime: Runtime, returned: Returned, now: datetime) -> Next:
    row = returned.row
    support = runtime.parties[row.party].supports.get(row.message, Support(row.message))
    return next_state(row, returned.outcome, support, now)


def _written(returned: Returned, following: Next) -> legs.Settled:
    row, outcome = returned.row, returned.outcome
    return legs.Settled(
        leg=row.id,
        fencing=row.fencing + 1,
        state=following.state,
        due_at=following.due_at,
        inquiries=row.inquiries + (row.state != LegState.PENDING.value),
        reason=outcome.reason,
        reply=None if outcome.reply is None else encode(outcome.reply),
    )


def _follow(runtime: Runtime, file: CaseFile, returned: Returned, following: Next) -> None:
    row, case = returned.row, cases.get(file, returned.row.case)
    runtime.journal.tie(file, row.id, case=case.id, person=case.person, leg=row.id)
    step = effects.Step(runtime, file, case, row, returned.message, returned.outcome, following.state)
    if returned.kept_as and returned.outcome.kind is not OutcomeKind.UNREACHABLE:
        effects.kept_otherwise(step, returned.kept_as)
    effects.follow(step)
