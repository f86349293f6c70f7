"""Cases, their items and views, and the timeline of what happened to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select

from gateway.model.codes import CaseStatus
from gateway.store.casefile import CaseFile
from gateway.store.prepared import BySize, Prepared
from gateway.store.rows import CaseRow, EventRow, ItemRow, ListedRow, SealedEventRow, ViewRow
from gateway.store.rows import values as values_of
from gateway.store.tables import case_items, case_views, cases, events
from gateway.store.work import Tx

# Where rows cannot be locked one by one, a writing transaction has the database to itself.
_LOCK = Prepared(select(cases).where(cases.c.id == bindparam("case")).with_for_update())
# In the order of their handles, so that two who want the same cases do not wait for one another.
_LOCK_FREE = BySize(
    lambda among: select(cases).where(cases.c.id.in_(among)).order_by(cases.c.id).with_for_update(skip_locked=True)
)
_VIEW = Prepared(select(case_views).where(case_views.c.id == bindparam("view")))
_undecided = or_(*(case_items.c.status == each.value for each in (CaseStatus.ACCEPTED, CaseStatus.CHECKING)))
_HELD = Prepared(
    select(case_items).where(_undecided & (case_items.c.hold_until <= bindparam("now"))).order_by(case_items.c.case)
)
_BY_ACCEPTANCE = Prepared(
    select(case_items).where(
        (case_items.c.province == bindparam("party")) & (case_items.c.acceptance_number == bindparam("number"))
    )
)
_TIMELINE = Prepared(select(events).where(events.c.case == bindparam("case")).order_by(events.c.number))


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened. `payload`: what was asked, as canonical JSON; `rules`: the fingerprint it began with."""

    id: str
    kind: str
    client: str
    person: str
    status: str
    rules: str
    payload: bytes
    origin: str | None = None


def add(tx: Tx, new: NewCase, items: Sequence[ItemRow], event: str, **params: str) -> None:
    """Open a case with its items, the view of the client who brought it, and the first line of its timeline."""
    tx.put(
        cases,
        {
            "id": new.id,
            "kind": new.kind,
            "client": new.client,
            "person": new.person,
            "status": new.status,
            "sealed": tx.seal(new.payload, f"case:{new.id}"),
            "rules": new.rules,
            "origin": new.origin,
            "events": 1,
            "created_at": tx.now,
            "updated_at": tx.now,
        },
    )
    tx.put(case_views, {"id": new.id, "case": new.id, "client": new.client, "created_at": tx.now})
    for item in items:
        tx.put(case_items, values_of(item))
    tx.put(events, _line(tx, new.id, 1, event, params))


def view(tx: Tx, handle: str, case: str, client: str) -> bool:
    """Give `client` a view of `case` under `handle`; False where it has one already."""
    return tx.insert_new(case_views, {"id": handle, "case": case, "client": client, "created_at": tx.now})


def behind_view(tx: Tx, handle: str, client: str | None) -> str | None:
    """The case behind a view; only the client's own views are found (None: an operator, who sees all)."""
    row = tx.first(_VIEW, ViewRow, view=handle)
    return row.case if row is not None and client in (None, row.client) else None


def views_of(tx: Tx, case: str) -> Sequence[ViewRow]:
    """Every view of the case: handle and client."""
    return sorted(tx.of_case(case_views, ViewRow, case), key=attrgetter("id"))


def get(tx: Tx, case: str) -> CaseRow:
    """The case's row; LookupError where there is none (handles come from our own rows)."""
    return _there(tx.by_handle(cases, CaseRow, case), case)


def lock(tx: Tx, case: str) -> CaseRow:
    """As `get`, and nobody else changes the case until this transaction ends."""
    row = _there(tx.first(_LOCK, CaseRow, case=case), case)
    if isinstance(tx, CaseFile):
        tx.take_in(row)
    return row


def _there(row: CaseRow | None, case: str) -> CaseRow:
    if row is None:
        raise LookupError(case)
    return row


def lock_free(tx: Tx, handles: Collection[str]) -> CaseFile:
    """Lock those of the cases that nobody else has locked, and open the file of them."""
    return CaseFile.of(tx, _LOCK_FREE.rows(tx.connection, list(handles)))


def lock_file(tx: Tx, case: str) -> CaseFile:
    """Lock one case, waiting for whoever has it, and open its file."""
    return CaseFile.of(tx, [lock(tx, case)])


def read_ahead(file: CaseFile, handles: Collection[str]) -> None:
    """Read items and views of several cases in one go."""
    file.read_ahead(case_items, handles)
    file.read_ahead(case_views, handles)


def payload(tx: Tx, row: CaseRow) -> bytes:
    """What the client asked for, as canonical JSON."""
    return tx.open(row.sealed, f"case:{row.id}")


def items(tx: Tx, case: str) -> Sequence[ItemRow]:
    """The insurances of the case, in a fixed order."""
    return sorted(tx.of_case(case_items, ItemRow, case), key=attrgetter("insurance"))


def item(tx: Tx, case: str, insurance: str) -> ItemRow:
    """One insurance of the case."""
    found = next((row for row in tx.of_case(case_items, ItemRow, case) if row.insurance == insurance), None)
    if found is None:
        raise LookupError(f"{case} has no {insurance}")
    return found


def change_item(tx: Tx, case: str, insurance: str, **values: Any) -> None:
    """Write new values into one item; a `reason` is sealed."""
    if values.get("reason") is not None:
        values["reason"] = tx.seal(values["reason"], f"item:{case}:{insurance}")
    tx.change(case_items, values, case=case, insurance=insurance)


def reason(tx: Tx, row: ItemRow) -> str | None:
    """Why an item stands where it does, in the words of whoever gave the reason."""
    return None if row.reason is None else tx.open(row.reason, f"item:{row.case}:{row.insurance}").decode()


def change(tx: Tx, case: str, **values: Any) -> None:
    """Write new values into the case."""
    tx.change(cases, {"updated_at": tx.now, **values}, id=case)


def held_until(tx: Tx, now: datetime) -> Sequence[ItemRow]:
    """The items that still wait for silent regions and may not wait longer at `now`."""
    return tx.all(_HELD, ItemRow, now=now)


def by_acceptance(tx: Tx, party: str, number: str) -> ItemRow | None:
    """The item that `party` took in under this acceptance number."""
    return tx.first(_BY_ACCEPTANCE, ItemRow, party=party, number=number)


def happened(tx: Tx, case: str, code: str, **params: str) -> int:
    """Add one line to the case's timeline; the number of the line."""
    number = tx.raised(cases, "events", case, updated_at=tx.now)
    tx.put(events, _line(tx, case, number, code, params))
    return number


def _line(tx: Tx, case: str, number: int, code: str, params: Mapping[str, str]) -> dict[str, Any]:
    sealed = tx.seal(msgspec.json.encode(params), _event(case))
    return {"case": case, "number": number, "at": tx.now, "code": code, "params": sealed}


def _event(case: str) -> str:
    return f"event:{case}"


def timeline(tx: Tx, case: str) -> Sequence[EventRow]:
    """Everything that happened, in order."""
    return [
        EventRow(
            case=case, number=row.number, at=row.at, code=row.code, params=tx.open(row.params, _event(case)).decode()
        )
        for row in tx.all(_TIMELINE, SealedEventRow, case=case)
    ]


def page(
    tx: Tx, *, client: str | None, person: str | None, status: str | None, after: str | None, size: int
) -> Sequence[ListedRow]:
    """One page of views with their cases, newest first; `after` is the last handle of the page before."""
    columns = (case_views.c.id.label("view"), case_views.c.client, cases)
    statement = select(*columns).join(cases, cases.c.id == case_views.c.case)
    for wanted, column in ((client, case_views.c.client), (person, cases.c.person), (status, cases.c.status)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if after is not None:
        statement = statement.where(case_views.c.id < after)
    return tx.all(statement.order_by(case_views.c.id.desc()).limit(size), ListedRow)
