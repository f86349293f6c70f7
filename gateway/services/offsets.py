"""Credits of earlier refunds set off against a levy before it is declared; at least one fen of it stays to be paid."""

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


def use_credits(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> LevyRow:
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
            row, today = refunds.get(tx, credit.refund), local_day(tx.now)
            account.refund(runtime, tx, item, row, account.Act(EventKind.REFUND_OFFSET, today, fen, levy.id))
            used += fen
    if not used:
        return levy
    said = ours("offset_used", amount=str(Money(used)))
    content = with_offset(levy.content, used)
    levies.change(tx, levy.id, LevyState.PREVIEW, said, fen=levy.fen - used, content=content)
    cases.happened(tx, case.id, "offset_used", insurance=levy.insurance, amount=str(Money(used)))
    return levies.get(tx, levy.id)
