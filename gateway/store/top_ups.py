"""Differences of months whose base was published late, and the levies that wait for one."""

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select

from gateway.model.codes import Insurance, LevyState
from gateway.model.values import Month
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
# What was settled once may be settled again: a base that was published can be corrected.
_SETTLED = Prepared(
    select(levies)
    .where(
        levies.c.id.in_(select(top_ups.c.levy))
        & ~levies.c.provisional
        & or_(levies.c.rules.is_(None), levies.c.rules != bindparam("rules"))
        & (levies.c.id > bindparam("after"))
    )
    .order_by(levies.c.id)
    .limit(bindparam("size"))
)
_OF_LEVY = Prepared(select(top_ups).where(top_ups.c.levy == bindparam("levy")).order_by(top_ups.c.month, top_ups.c.at))

_PREVIEWS = Prepared(
    select(levies).where(
        (levies.c.state == LevyState.PREVIEW.value)
        & (levies.c.tax == bindparam("tax"))
        & (levies.c.tax_person_number == bindparam("number"))
        & (levies.c.insurance == bindparam("insurance"))
        & (levies.c.first == bindparam("month"))
        & (levies.c.last == bindparam("month"))
        & levies.c.notice_number.is_(None)
    )
)


def waiting(tx: Tx, rules: str, after: str, size: int) -> Sequence[LevyRow]:
    """The next provisional levies that were not settled by these rules, by handle."""
    return tx.all(_WAITING, LevyRow, rules=rules, after=after, size=size)


def settled(tx: Tx, rules: str, after: str, size: int) -> Sequence[LevyRow]:
    """The next levies whose months were settled by other rules than these, by handle."""
    return tx.all(_SETTLED, LevyRow, rules=rules, after=after, size=size)


def nothing_changed(tx: Tx, levy: str, rules: str) -> None:
    """Write down that these rules leave the settled months of a levy as they are: its history has nothing to tell."""
    tx.change(levies, {"rules": rules}, id=levy)


def previews(tx: Tx, tax: str, number: str, insurance: Insurance, month: Month) -> Sequence[LevyRow]:
    """The levies of one month of a person, by the bureau's number of them, that nobody has issued a notice of."""
    about = {"tax": tax, "number": number, "insurance": insurance.value, "month": month.ordinal}
    return tx.all(_PREVIEWS, LevyRow, **about)


def of_levy(tx: Tx, levy: str) -> Sequence[TopUpRow]:
    """The differences that a levy's months were settled by."""
    return tx.all(_OF_LEVY, TopUpRow, levy=levy)


def add(tx: Tx, row: TopUpRow) -> None:
    """Enter a difference; ClashError where it is entered. A row whose case is the levy's own opened nothing."""
    values = {name: getattr(row, name) for name in TopUpRow.__slots__}
    tx.put(top_ups, {**values, "at": tx.now})
