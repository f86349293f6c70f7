"""What of a day's collections rests on values that are not published yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from gateway.store.tables import levies
from gateway.store.work import Tx, over_whole_tables


@dataclass(kw_only=True, slots=True)
class ProvisionalLine:
    """Levies of one insurance and stretch of months that were paid on a provisional base. `fen`: what was paid."""

    tax: str
    insurance: str
    first: int
    last: int
    count: int
    fen: int


def lines(tx: Tx, parties: Sequence[str], day: str) -> Sequence[ProvisionalLine]:
    """The provisional levies of some tax parties that were paid on `day` (ISO), by party, insurance and months."""
    over_whole_tables(tx.connection)
    grouped = (levies.c.tax, levies.c.insurance, levies.c.first, levies.c.last)
    paid = func.sum(func.coalesce(levies.c.paid_fen, levies.c.assessed_fen, levies.c.fen))
    wanted = (
        select(*grouped, func.count().label("count"), paid.label("fen"))
        .where(levies.c.provisional, levies.c.tax.in_(parties), levies.c.paid_on == day)
        .group_by(*grouped)
        .order_by(*grouped)
    )
    return tx.all(wanted, ProvisionalLine)
