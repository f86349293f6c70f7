"""Who may have which insurance in which month: one case each, unique on every database.

An enrolment stays in force until someone ends it, so besides the months that its first levy covers it reserves
`OPEN_END`, which stands for every month after: two open-ended enrolments of one person in one insurance always meet.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select

from gateway.model.codes import Insurance
from gateway.model.values import Month
from gateway.store.rows import HolderRow
from gateway.store.tables import reservations
from gateway.store.work import Tx

OPEN_END = 9_999 * 12


def reserve(tx: Tx, person: str, insurance: Insurance, first: Month, last: Month, case: str) -> None:
    """Take the months for `case`; ClashError (from `work`) where another case has one of them."""
    for month in (*range(first.ordinal, last.ordinal + 1), OPEN_END):
        tx.put(reservations, {"person": person, "insurance": insurance.value, "month": month, "case": case})


def release(tx: Tx, case: str, insurance: Insurance) -> None:
    """Give the months of one item back."""
    where = (reservations.c.case == case) & (reservations.c.insurance == insurance.value)
    tx.run(delete(reservations).where(where))


def holders(tx: Tx, persons: Collection[str], insurances: Collection[Insurance]) -> Sequence[HolderRow]:
    """The cases that hold months of any of these insurances for any of these persons."""
    if not persons:
        return ()
    wanted = [insurance.value for insurance in insurances]
    where = (
        reservations.c.person.in_(persons) & reservations.c.insurance.in_(wanted) & (reservations.c.month == OPEN_END)
    )
    return tx.all(select(reservations).where(where), HolderRow)


def months(tx: Tx, person: str) -> Sequence[HolderRow]:
    """Every month reserved for the person: insurance, month, case."""
    return tx.all(select(reservations).where(reservations.c.person == person), HolderRow)
