"""All that stands of one person: the cases about them, and the months that an enrolment keeps when it ends."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from gateway.model.codes import Insurance
from gateway.model.values import Month
from gateway.store.prepared import Prepared
from gateway.store.rows import CaseRow
from gateway.store.tables import cases, reservations
from gateway.store.work import Tx

_OF_PERSON = Prepared(
    select(cases).where(cases.c.person == bindparam("person")).order_by(cases.c.created_at, cases.c.id)
)
_RELEASE_AFTER = Prepared(
    delete(reservations).where(
        (reservations.c.case == bindparam("case"))
        & (reservations.c.insurance == bindparam("insurance"))
        & (reservations.c.month > bindparam("last"))
    )
)


def of_person(tx: Tx, person: str) -> Sequence[CaseRow]:
    """Every case about the person, the oldest first."""
    return tx.all(_OF_PERSON, CaseRow, person=person)


def close(tx: Tx, case: CaseRow, insurance: Insurance, first: Month, last: Month) -> None:
    """Of an enrolment that was open-ended, keep the months from `first` to `last` and give all later ones back."""
    tx.run(_RELEASE_AFTER, case=case.id, insurance=insurance.value, last=last.ordinal)
    for month in range(first.ordinal, last.ordinal + 1):
        row = {"person": case.person, "insurance": insurance.value, "month": month, "case": case.id}
        tx.put_new(reservations, row)


def reword(tx: Tx, case: str, payload: bytes) -> None:
    """Keep another form of what was asked: that of a person put right. The document that came stays in the journal."""
    tx.change(cases, {"sealed": tx.seal(payload, f"case:{case}")}, id=case)
