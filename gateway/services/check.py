"""The duplicate check: every province's answer weighed by dated rules, then registration, refusal or a clearing."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.model.codes import CaseStatus, Insurance, LegState
from gateway.model.handles import new_handle
from gateway.model.province import Cover, CoverFound
from gateway.model.values import Month
from gateway.services import advance, other_cover, plans
from gateway.services.determine import dealing
from gateway.services.records import reply as reply_of
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, reservations
from gateway.store.rows import CaseRow, ItemRow, LegRow
from gateway.store.work import Tx

_ASK_AGAIN = timedelta(seconds=1)
_ASK_AGAIN_AT_LEAST = timedelta(minutes=30)
_OPEN = (CaseStatus.ACCEPTED.value, CaseStatus.CHECKING.value)


@dataclass(frozen=True, slots=True)
class Overlap:
    """A cover that meets the months asked for, what the dated rule says of the pair, and who holds it."""

    cover: Cover
    party: str
    outcome: str
    citation: str


def answered(runtime: Runtime, tx: Tx, case: CaseRow, leg: LegRow, reply: CoverFound | None) -> None:
    """One region has answered. The last answer decides; an answer that comes after the decision may open a clearing."""
    undecided = waiting(tx, case.id)
    if not undecided and (awaiting := other_cover.awaiting(tx, case.id)):
        if not other_cover.being_asked(tx, case.id):
            decide(runtime, tx, case, awaiting, unverified=bool(silent(tx, case.id)))
    elif not undecided:
        _late(runtime, tx, case, leg, reply)
    elif silent(tx, case.id):
        new = [item for item in undecided if item.status == CaseStatus.ACCEPTED.value]
        for item in new:
            cases.change_item(tx, case.id, item.insurance, status=CaseStatus.CHECKING.value)
        if new:
            asked = len(legs.named(tx, case.id, "FindCover", ""))
            advance.tell(runtime, tx, case.id, "checking", count=str(asked))
    else:
        decide(runtime, tx, case, undecided)


def waiting(tx: Tx, case: str) -> list[ItemRow]:
    """The insurances of the case that the duplicate check still holds back."""
    return [row for row in cases.items(tx, case) if row.status in _OPEN and not row.withdrawing]


def silent(tx: Tx, case: str) -> list[str]:
    """The regions that have not answered the duplicate check yet."""
    done = {state.value for state in legs.FINISHED}
    return [row.party for row in legs.named(tx, case, "FindCover", "") if row.state not in done]


def decide(runtime: Runtime, tx: Tx, case: CaseRow, undecided: list[ItemRow], *, unverified: bool = False) -> None:
    """Let each undecided insurance go on or stop, by the answers that are there."""
    found = _answers(tx, case.id)
    for item in undecided:
        overlaps = _overlaps(runtime, item, found)
        _decide_one(runtime, tx, case, item, overlaps, unverified=unverified)


def ask_again(tx: Tx, leg: LegRow) -> None:
    """Put a question again later whose answer was "not yet": soon at first, then every half hour."""
    pause = min(_ASK_AGAIN * (1 << min(leg.attempts, 10)), _ASK_AGAIN_AT_LEAST)
    legs.change(tx, leg.id, LegState.PENDING, due_at=tx.now + pause)


def _decide_one(
    runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, overlaps: list[Overlap], *, unverified: bool
) -> None:
    insurance = Insurance(item.insurance)
    worst = {overlap.outcome: overlap for overlap in overlaps}
    if stop := worst.get("refuse"):
        cases.change_item(tx, case.id, insurance, reason=stop.citation)
        reservations.release(tx, case.id, insurance)
        advance.move(runtime, tx, case.id, insurance, CaseStatus.REFUSED, "insured_elsewhere", citation=stop.citation)
    elif wait := worst.get("end_other_first"):
        holders = {overlap.party for overlap in overlaps if overlap.outcome == wait.outcome}
        other_cover.wait(runtime, tx, case, item, holders, wait.citation)
    else:
        if clear := worst.get("allow_and_clear"):
            open_clearing(runtime, tx, case, insurance, clear)
        _go_on(runtime, tx, case, item, unverified=unverified)


def _go_on(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, *, unverified: bool) -> None:
    insurance = Insurance(item.insurance)
    waited = {"reason": None} if item.status == CaseStatus.WAITING.value else {}
    cases.change_item(tx, case.id, insurance, unverified=unverified, hold_until=None, **waited)
    advance.move(
        runtime,
        tx,
        case.id,
        insurance,
        CaseStatus.REGISTERING,
        "unverified" if unverified else "other_cover_ended" if waited else "no_other_cover",
        silent=", ".join(silent(tx, case.id)),
        party=item.province,
    )
    plans.register(runtime, tx, case, item)


def open_clearing(runtime: Runtime, tx: Tx, case: CaseRow, insurance: Insurance, overlap: Overlap) -> None:
    """Open the case in which the other cover of the same months is cleared (先转后清); a person works it."""
    clearing = cases.NewCase(
        id=new_handle("case", tx.now),
        kind="clearing",
        client=case.client,
        person=case.person,
        status=CaseStatus.NEEDS_PERSON.value,
        rules=case.rules,
        payload=cases.payload(tx, case),
        origin=case.id,
    )
    scheme = overlap.cover.scheme.value
    cases.add(tx, clearing, (), "clearing_opened", scheme=scheme, party=overlap.party)
    advance.tell(
        runtime, tx, case.id, "clearing", insurance=insurance.value, clearing=clearing.id, citation=overlap.citation
    )


def _late(runtime: Runtime, tx: Tx, case: CaseRow, leg: LegRow, reply: CoverFound | None) -> None:
    if reply is None:
        return
    for item in cases.items(tx, case.id):
        if item.unverified:
            for overlap in _overlaps(runtime, item, [(leg.party, reply)]):
                open_clearing(runtime, tx, case, Insurance(item.insurance), overlap)


def _answers(tx: Tx, case: str) -> list[tuple[str, CoverFound]]:
    rows = [(row.party, legs.reply(tx, row)) for row in legs.named(tx, case, "FindCover", "")]
    return [(party, reply_of("FindCover", kept)) for party, kept in rows if kept is not None]


def _overlaps(runtime: Runtime, item: ItemRow, found: list[tuple[str, CoverFound]]) -> list[Overlap]:
    start = Month(item.start)
    meeting = [
        (party, cover) for party, reply in found for cover in reply.covers if cover.last is None or cover.last >= start
    ]
    return [_weighed(runtime, item, party, cover) for party, cover in meeting]


def _weighed(runtime: Runtime, item: ItemRow, party: str, cover: Cover) -> Overlap:
    found = dealing(runtime.law, item, cover)
    return Overlap(cover, party, found.outcome.value, found.explanation.zh + " / " + found.explanation.en)
