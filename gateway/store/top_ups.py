"""Differences of months whose base was published late, and the levies that wait for one."""

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select

from gateway.store.prepared import Prepared
from gateway.store.rows import LevyRow, TopUpRow
from gateway.store.tables import levies
from gateway.store.tables_levies import top_ups
from gateway.store.work import Tx

_WAITING = Prepared(
    select(levies)
    .where(
        levies.c.provisional
        & or_(levies.c.rules.is_(None), levies.c.rules != bindparam("rules"))
        & (levies.c.id > bindparam("after"))
    )
    .order_by(levies.c.id)
    .limit(bindparam("size"))
)
_OF_LEVY = Prepared(select(top_ups).where(top_ups.c.levy == bindparam("levy")).order_by(top_ups.c.month))


def waiting(tx: Tx, rules: str, after: str, size: int) -> Sequence[LevyRow]:
    """The next provisional levies that were not settled by these rules, by handle."""
    return tx.all(_WAITING, LevyRow, rules=rules, after=after, size=size)


def of_levy(tx: Tx, levy: str) -> Sequence[TopUpRow]:
    """The differences that a levy's months were settled by."""
    return tx.all(_OF_LEVY, TopUpRow, levy=levy)


def add(tx: Tx, row: TopUpRow) -> None:
    """Enter a difference; ClashError where these rules settled the month before."""
    values = {name: getattr(row, name) for name in TopUpRow.__slots__}
    tx.put(top_ups, {**values, "at": tx.now})
