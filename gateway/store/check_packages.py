"""Packages of checks: what each is to hold, which of its parts are here, and what became of it.

States: `open` (parts are missing), `whole` (all here, not yet a statement), `kept` and `refused` (as its statement),
`incomplete` (parts never came, and nobody asks any more).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from gateway.model.handles import new_handle
from gateway.store.prepared import Prepared
from gateway.store.tables_parts import check_packages, check_parts
from gateway.store.work import Tx

OPEN, WHOLE, KEPT, REFUSED, INCOMPLETE = "open", "whole", "kept", "refused", "incomplete"
_REASON = 200


@dataclass(frozen=True, slots=True)
class PackageKey:
    """What makes a package the same one."""

    party: str
    kind: str
    day: str
    number: str


@dataclass(kw_only=True, slots=True)
class PackageRow:
    """A package. `sequence`: 1, and higher for one that supersedes; `reason`: of the last part that was not taken."""

    id: str
    party: str
    kind: str
    day: str
    number: str
    sequence: int
    count: int
    fen: int
    parts: int
    state: str
    reason: str | None
    asked: int
    ask_at: datetime
    ask_until: datetime
    statement: str | None
    created_at: datetime
    updated_at: datetime


_OF_KIND = (
    (check_packages.c.party == bindparam("party"))
    & (check_packages.c.kind == bindparam("kind"))
    & (check_packages.c.day == bindparam("day"))
)
_FIND = Prepared(select(check_packages).where(_OF_KIND & (check_packages.c.number == bindparam("number"))))
_LAST = Prepared(select(func.max(check_packages.c.sequence)).where(_OF_KIND))
_PARTS = Prepared(
    select(check_parts.c.number).where(check_parts.c.package == bindparam("package")).order_by(check_parts.c.number)
)
_BLIND = Prepared(
    select(check_parts.c.content_blind).where(
        (check_parts.c.package == bindparam("package")) & (check_parts.c.number == bindparam("number"))
    )
)
_SEALED = Prepared(
    select(check_parts.c.sealed).where(
        (check_parts.c.package == bindparam("package")) & (check_parts.c.number == bindparam("number"))
    )
)
_IN_STATE = Prepared(
    select(check_packages)
    .where((check_packages.c.state == bindparam("state")) & (check_packages.c.ask_at <= bindparam("now")))
    .order_by(check_packages.c.id)
)


def find(tx: Tx, key: PackageKey) -> PackageRow | None:
    """The package with this key."""
    return tx.first(_FIND, PackageRow, party=key.party, kind=key.kind, day=key.day, number=key.number)


def get(tx: Tx, package: str) -> PackageRow | None:
    """A package by its handle."""
    return tx.by_handle(check_packages, PackageRow, package)


def announce(tx: Tx, key: PackageKey, totals: Mapping[str, int], ask_at: datetime, ask_until: datetime) -> str:
    """Enter a package of which something is known; its handle. `totals`: count, fen, parts.

    ClashError (from `work`) where it was entered meanwhile.
    """
    made = new_handle("pkg", tx.now)
    last = tx.value(_LAST, party=key.party, kind=key.kind, day=key.day) or 0
    named = {"id": made, "party": key.party, "kind": key.kind, "day": key.day, "number": key.number}
    states: dict[str, Any] = {"state": OPEN, "reason": None, "asked": 0, "statement": None, "sequence": last + 1}
    times = {"ask_at": ask_at, "ask_until": ask_until, "created_at": tx.now, "updated_at": tx.now}
    tx.put(check_packages, {**named, **totals, **states, **times})
    return made


def keep_part(tx: Tx, package: str, number: int, content: bytes) -> bool:
    """Keep a part, sealed; False where the same number is here with other content. The same again is one."""
    blind = tx.keyring.blind("check_part", content.decode())
    row = {
        "package": package,
        "number": number,
        "content_blind": blind,
        "sealed": tx.seal(content, _at(package, number)),
    }
    return tx.insert_new(check_parts, row) or tx.value(_BLIND, package=package, number=number) == blind


def parts(tx: Tx, package: str) -> list[int]:
    """The numbers of the parts that are here."""
    return tx.values(_PARTS, package=package)


def content(tx: Tx, package: str, number: int) -> bytes:
    """What a part of a package that is whole says."""
    return tx.open(tx.value(_SEALED, package=package, number=number), _at(package, number))


def change(tx: Tx, package: str, **values: Any) -> int:
    """Write what became of a package; a reason is cut to what the column holds."""
    if values.get("reason"):
        values["reason"] = values["reason"][:_REASON]
    return tx.change(check_packages, {**values, "updated_at": tx.now}, id=package)


def forget_content(tx: Tx, package: str) -> None:
    """Let go of the parts of a package that stands as a statement; that they came is still known."""
    tx.run(update(check_parts).where(check_parts.c.package == package).values(sealed=None))


def waiting(tx: Tx, state: str, now: datetime) -> Sequence[PackageRow]:
    """Packages in a state whose time has come."""
    return tx.all(_IN_STATE, PackageRow, state=state, now=now)


def page(tx: Tx, *, party: str | None, day: str | None, size: int) -> Sequence[PackageRow]:
    """Packages, newest first."""
    wanted = select(check_packages)
    for column, value in ((check_packages.c.party, party), (check_packages.c.day, day)):
        if value is not None:
            wanted = wanted.where(column == value)
    return tx.all(wanted.order_by(check_packages.c.id.desc()).limit(size), PackageRow)


def _at(package: str, number: int) -> str:
    return f"check_part:{package}:{number}"
