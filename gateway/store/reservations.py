"""Who may have which insurance in which month: one case each, unique on every database.

An enrolment stays in force until someone ends it, so besides the months that its first levy covers it reserves
`OPEN_END`, which stands for every month after: two open-ended enrolments of one person in one insurance always meet.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, delete, select

from gateway.model.codes import Insurance
from gateway.model.values import Month
from gateway.store.prepared import BySize, Prepared
from gateway.store.rows import HolderRow
from gateway.store.tables import reservations
from gateway.store.work import Tx

OPEN_END = 9_999 * 12

_MONTHS = Prepared(select(reservations).where(reservations.c.person == bindparam("person")))
_RELEASE = Prepared(
    delete(reservations).where(
        (reservations.c.case == bindparam("case")) & (reservations.c.insurance == bindparam("insurance"))
    )
)
_HOLDERS = BySize(
    lambda among: select(reservations).where(reservations.c.person.in_(among) & (reservations.c.month == OPEN_END))
)


def reserve(tx: Tx, person: str, insurance: Insurance, first: Month, last: Month, case: str) -> None:
    """Take the months for `case`; ClashError (from `work`) where another case has one of them."""
    for month in (*range(first.ordinal, last.ordinal + 1), OPEN_END):
        tx.put(reservations, {"person": person, "insurance": insurance.value, "month": month, "case": case})


def release(tx: Tx, case: str, insurance: Insurance) -> None:
    """Give the months of one item back."""
    tx.run(_RELEASE, case=case, insurance=insurance.value)


def holders(tx: Tx, persons: Collection[str], insurances: Collection[Insurance]) -> Sequence[HolderRow]:
    """The cases that hold months of any of these insurances for any of these persons."""
    wanted = {insurance.value for insurance in insurances}
    return [row for row in _HOLDERS.rows(tx.connection, list(persons)) if row.insurance in wanted]


def months(tx: Tx, person: str) -> Sequence[HolderRow]:
    """Every month reserved for the person: insurance, month, case."""
    return tx.all(_MONTHS, HolderRow, person=person)
