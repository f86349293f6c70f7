"""Credits of earlier refunds set off against a levy before it is declared; at least one fen of it stays to be paid.

What a levy uses that comes to nothing afterwards is there again for the next one.
"""

import json

from gateway.model.books import EventKind
from gateway.model.codes import LevyState
from gateway.model.values import Money
from gateway.services import account
from gateway.services.determine import local_day
from gateway.services.levy_words import ours
from gateway.services.records import content_of
from gateway.services.runtime import Runtime
from gateway.store import cases, levies, refunds
from gateway.store.refunds import CreditUseRow
from gateway.store.rows import CaseRow, ItemRow, LevyRow
from gateway.store.work import Tx

_OFFSET = "offset"


def offset_of(content: str) -> int:
    """What is set off in the content of a levy, in fen."""
    given = content_of(content).get(_OFFSET)
    return Money.parse(given).fen if given else 0


def with_offset(content: str, fen: int) -> str:
    """The content of a levy of which `fen` are set off."""
    return json.dumps({**content_of(content), _OFFSET: str(Money(fen))}, ensure_ascii=False) if fen else content


def use_credits(tx: Tx, case: CaseRow, levy: LevyRow) -> LevyRow:
    """Set the person's credits off against a levy that nobody has been told of; the levy as it is then.

    A bureau collects no levy of nothing: what a credit has beyond that waits for the next one.
    """
    if levy.state != LevyState.PREVIEW.value or offset_of(levy.content):
        return levy
    used = 0
    for credit in refunds.open_credits(tx, case.person, levy.insurance, levy.tax):
        fen = min(credit.fen - credit.used_fen, levy.fen - 1 - used)
        if fen > 0:
            refunds.use(tx, credit, levy.id, fen)
            used += fen
    if not used:
        return levy
    said = ours("offset_used", amount=str(Money(used)))
    content = with_offset(levy.content, used)
    levies.change(tx, levy.id, LevyState.PREVIEW, said, fen=levy.fen - used, content=content)
    cases.happened(tx, case.id, "offset_used", insurance=levy.insurance, amount=str(Money(used)))
    return levies.get(tx, levy.id)


def levied(runtime: Runtime, tx: Tx, item: ItemRow, levy: LevyRow, amount: Money) -> None:
    """A levy of `amount` stands from now on: it is booked as it was before credits were set off, and they after it."""
    if account.levied(runtime, tx, item, levy, amount + Money(offset_of(levy.content))):
        for use in refunds.uses(tx, levy.id):
            _book(runtime, tx, item, levy, use, use.fen)


def cancelled(runtime: Runtime, tx: Tx, item: ItemRow, levy: LevyRow) -> None:
    """A levy is cancelled: it leaves the books as it entered them, and the credits that it used are there again."""
    stood = account.cancelled(runtime, tx, item, levy, offset_of(levy.content))
    for use in give_back(tx, levy):
        if stood:
            _book(runtime, tx, item, levy, use, -use.fen)


def give_back(tx: Tx, levy: LevyRow) -> list[CreditUseRow]:
    """Let the credits that a levy used be there again, since nobody will pay it; what it had used, once."""
    found = list(refunds.uses(tx, levy.id))
    for use in found:
        refunds.unuse(tx, use)
    if found:
        back = str(Money(sum(use.fen for use in found)))
        cases.happened(tx, levy.case, "offset_back", insurance=levy.insurance, amount=back)
    return found


def _book(runtime: Runtime, tx: Tx, item: ItemRow, levy: LevyRow, use: CreditUseRow, fen: int) -> None:
    row = refunds.get(tx, use.refund)
    # One levy stands once or, refused and declared again, once more: each time with entries of their own.
    nth = f"{levy.id}/{levy.changes}" if fen < 0 or levy.changes else levy.id
    account.refund(runtime, tx, item, row, account.Act(EventKind.REFUND_OFFSET, local_day(tx.now), fen, nth))
