"""Where the applications of a province stand: looked up many at a time, each in its item, its case and its person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from gateway.store.prepared import BySize, Prepared
from gateway.store.tables import case_items, cases, local_numbers
from gateway.store.work import Tx

_item = case_items.c
_standing = (
    select(
        *(_item.case, _item.insurance, _item.status, _item.province, _item.reason),
        *(_item.acceptance_number, _item.registration_number, _item.notice_number),
        cases.c.person,
        local_numbers.c.sealed.label("local_number"),
    )
    .join(cases, cases.c.id == _item.case)
    .outerjoin(local_numbers, and_(local_numbers.c.person == cases.c.person, local_numbers.c.party == _item.province))
)
_BY_CASE = BySize(lambda among: _standing.where(_item.case.in_(among)))
_BY_ACCEPTANCE = Prepared(
    _standing.where((_item.province == bindparam("party")) & (_item.acceptance_number == bindparam("number")))
)


@dataclass(kw_only=True, slots=True)
class ProgressRow:
    """One insurance of a case as its province may hear of it. `reason`, `local_number`: sealed."""

    case: str
    insurance: str
    status: str
    province: str
    person: str
    reason: bytes | None
    acceptance_number: str | None
    registration_number: str | None
    notice_number: str | None
    local_number: bytes | None


def of_cases(tx: Tx, handles: Collection[str]) -> Sequence[ProgressRow]:
    """Every insurance of these cases, in no order."""
    return _BY_CASE.rows(tx.connection, list(handles))


def by_acceptance(tx: Tx, party: str, number: str) -> ProgressRow | None:
    """The insurance that `party` took in under this acceptance number."""
    return tx.first(_BY_ACCEPTANCE, ProgressRow, party=party, number=number)


def reason(tx: Tx, row: ProgressRow) -> str | None:
    """Why it stands where it does, in the words of whoever gave the reason."""
    return None if row.reason is None else tx.open(row.reason, f"item:{row.case}:{row.insurance}").decode()


def local_number(tx: Tx, row: ProgressRow) -> str | None:
    """The number by which its province knows the person, if it has told us."""
    return None if row.local_number is None else tx.open(row.local_number, f"local:{row.person}").decode()
