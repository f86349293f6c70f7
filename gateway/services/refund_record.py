"""What of the record goes with a refund that is decided: the contribution, and the cover that nothing pays for now."""

import json
from collections.abc import Collection, Iterator

from gateway.model.codes import CaseStatus, Insurance, LevyState, RefundState
from gateway.model.levy import COLLECTED, OWED, RECEIPTED
from gateway.model.values import Money, Month
from gateway.rules.refunds import REFUND
from gateway.services import advance, paying, refund_told
from gateway.services.determine import local_day, question_of
from gateway.services.levy_words import ours
from gateway.services.runtime import Runtime
from gateway.store import cases, levies, top_ups
from gateway.store import refunds as kept
from gateway.store.rows import ItemRow, LevyRow, RefundRow
from gateway.store.work import Tx

GONE = (RefundState.DECIDED.value, RefundState.PAID.value)
"""States of a refund in which its money goes back, or went."""
_COVER = "cover"
UNDECIDED = (RefundState.OPENED.value, RefundState.ASKED.value)


def months(
    runtime: Runtime, tx: Tx, item: ItemRow, levy: LevyRow, undone: str, states: Collection[str] = GONE
) -> frozenset[int]:
    """The months of a levy whose `contribution` or `cover` goes with refunds that have one of some states."""
    back = [each for each in kept.of_origin(tx, levy.case) if each.levy == levy.id and each.state in states]
    return frozenset(
        month
        for each in back
        if rests_on(tx, levy, each) and undone in _undone(runtime, tx, item, each)
        for month in range(each.first, each.last + 1)
    )


def undo(runtime: Runtime, tx: Tx, item: ItemRow, row: RefundRow) -> None:
    """Undo what the rule of a refund names. `item`: of the enrolment; the refund is kept as decided by now."""
    levy = levies.get(tx, row.levy) if row.levy else None
    if levy is None or not rests_on(tx, levy, row):
        return  # it is not the payment that the record rests on
    if paying.waits(levy):
        _part_goes_back(tx, levy, row)
        return
    undone = _undone(runtime, tx, item, row)
    if "contribution" in undone:
        about = {"refund": row.id, "amount": str(Money(row.fen)), "first": str(Month(row.first))}
        levies.change(tx, levy.id, LevyState(levy.state), ours("refund_decided", **about))
        _doubt(runtime, tx, levy, row)
    if "cover" in undone and item.cover_from and Month(row.first).first_day.isoformat() <= item.cover_from:
        _cover(runtime, tx, item, row)
    refund_told.decided(runtime, tx, item, levy, row)


def _part_goes_back(tx: Tx, levy: LevyRow, row: RefundRow) -> None:
    """A part of a payment that is not whole goes back whole: what it paid is owed again."""
    receipt = levies.receipt(tx, row.party, row.receipt)
    if receipt is not None and receipt.fen == row.fen:
        levies.change_receipt(tx, receipt, state=paying.GIVEN_BACK)
        said = ours("refund_decided", refund=row.id, amount=str(Money(row.fen)), first=str(Month(row.first)))
        levies.change(tx, levy.id, LevyState(levy.state), said, **paying.stands(paying.whole(tx, levy)))


def _part_stays(tx: Tx, levy: LevyRow, row: RefundRow) -> bool:
    """Whether a refund was of such a part, which pays its levy again where nothing else does."""
    receipt = levies.receipt(tx, row.party, row.receipt)
    if receipt is None or receipt.state != paying.GIVEN_BACK or levy.state in RECEIPTED:
        return False
    levies.change_receipt(tx, receipt, state=paying.PART)
    said = ours("refund_refused", refund=row.id)
    levies.change(tx, levy.id, LevyState(levy.state), said, **paying.stands(paying.whole(tx, levy)))
    return True


def _doubt(runtime: Runtime, tx: Tx, levy: LevyRow, row: RefundRow) -> None:
    """What is still owed on top of a month that goes back is for a person: it may stand at its bureau by now."""
    for top_up in top_ups.of_levy(tx, levy.id):
        of_case = levies.of_case(tx, top_up.case) if row.first <= top_up.month <= row.last and top_up.fen > 0 else ()
        if any(each.state in OWED - COLLECTED for each in of_case):
            to, insurance = CaseStatus.NEEDS_PERSON, Insurance(row.insurance)
            cases.lock(tx, top_up.case)
            advance.move(runtime, tx, top_up.case, insurance, to, "top_up_in_doubt", refund=row.case)


def restore(runtime: Runtime, tx: Tx, row: RefundRow) -> None:
    """A decision is taken back: what it undid is there again, where the payment stands and nothing has come since."""
    levy = levies.get(tx, row.levy) if row.levy else None
    if levy is None or _part_stays(tx, levy, row):
        return
    stands = levy.state in RECEIPTED and rests_on(tx, levy, row)
    refund_told.taken_back(runtime, tx, row, stands=stands)
    if not stands:
        return
    item = cases.item(tx, row.origin_case, row.insurance)
    if "contribution" in _undone(runtime, tx, item, row):
        levies.change(tx, levy.id, LevyState(levy.state), ours("refund_refused", refund=row.id))
    moved = json.loads(kept.content(tx, row)).get(_COVER)
    if moved is not None and item.cover_from == moved["after"]:
        cases.change_item(tx, row.origin_case, row.insurance, cover_from=moved["before"])
        about = {"insurance": row.insurance, "refund": row.case, "cover_from": moved["before"]}
        advance.tell(runtime, tx, row.origin_case, "cover_restored", **about)


def rests_on(tx: Tx, levy: LevyRow, row: RefundRow) -> bool:
    """Whether a refund is of the payment that stands on a levy, and not of another one that came for it."""
    receipt = levies.receipt(tx, row.party, row.receipt)
    return receipt is not None and paying.pays(levy, receipt)


def _undone(runtime: Runtime, tx: Tx, item: ItemRow, row: RefundRow) -> tuple[str, ...]:
    found = question_of(runtime.law, item, local_day(tx.now)).look(REFUND, subject=row.origin)
    return found.content.undoes if found else ()


def _cover(runtime: Runtime, tx: Tx, item: ItemRow, row: RefundRow) -> None:
    """Withdraw the cover, or let it start with the first month that is still paid for."""
    paid = min(_paid(runtime, tx, item, row), default=None)
    starts = None if paid is None else max(item.cover_from or "", Month(paid).first_day.isoformat())
    if starts == item.cover_from:
        return
    cases.change_item(tx, row.origin_case, row.insurance, cover_from=starts)
    moved = {_COVER: {"before": item.cover_from, "after": starts}}
    kept.keep_content(tx, row, json.dumps(json.loads(kept.content(tx, row)) | moved).encode())
    about = {"insurance": row.insurance, "refund": row.case}
    if starts is None:
        advance.tell(runtime, tx, row.origin_case, "cover_withdrawn", **about)
    else:
        advance.tell(runtime, tx, row.origin_case, "cover_starts_later", **about, cover_from=starts)


def _paid(runtime: Runtime, tx: Tx, item: ItemRow, row: RefundRow) -> Iterator[int]:
    """The months of the enrolment that are paid for and were not given back."""
    for levy in levies.of_item(tx, row.origin_case, row.insurance):
        if levy.state in RECEIPTED:
            yield from set(range(levy.first, levy.last + 1)) - months(runtime, tx, item, levy, "cover")
