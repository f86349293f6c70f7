"""Statements as they are kept: what each file is, what came of its check, and its bytes in sealed pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select

from gateway.model.handles import new_handle
from gateway.model.statement import CheckedStatement
from gateway.store.prepared import Prepared
from gateway.store.tables_statements import statement_pieces, statements
from gateway.store.work import Store, Tx

ARRIVING, KEPT, REFUSED, SUPERSEDED = "arriving", "kept", "refused", "superseded"


@dataclass(kw_only=True, slots=True)
class StatementRowKept:
    """A statement. `day`, `part`, ...: as its head says, None where it has none; `faults`, `differences`: sealed."""

    id: str
    party: str
    state: str
    way: str
    sha256: str | None
    day: str | None
    part: int | None
    parts: int | None
    sequence: int | None
    rows: int
    fen: int
    size: int
    pieces: int
    supersedes: str | None
    superseded_by: str | None
    faults: bytes | None
    differences: bytes | None
    created_at: datetime
    updated_at: datetime


_SAME = Prepared(
    select(statements).where(
        (statements.c.party == bindparam("party"))
        & (statements.c.sha256 == bindparam("sha256"))
        & (statements.c.state != ARRIVING)
    )
)
_STANDING = Prepared(
    select(statements).where(
        (statements.c.party == bindparam("party"))
        & (statements.c.day == bindparam("day"))
        & (statements.c.part == bindparam("part"))
        & (statements.c.state == KEPT)
    )
)
_OF_DAY = Prepared(
    select(statements)
    .where((statements.c.day == bindparam("day")) & ((statements.c.state == KEPT) | (statements.c.state == REFUSED)))
    .order_by(statements.c.party, statements.c.part, statements.c.id)
)
_PIECE = Prepared(
    select(statement_pieces.c.sealed).where(
        (statement_pieces.c.statement == bindparam("statement")) & (statement_pieces.c.number == bindparam("number"))
    )
)
_ABANDONED = Prepared(
    select(statements.c.id).where((statements.c.state == ARRIVING) & (statements.c.updated_at < bindparam("before")))
)
_DROP_PIECES = Prepared(delete(statement_pieces).where(statement_pieces.c.statement == bindparam("statement")))
_DROP = Prepared(
    delete(statements).where((statements.c.id == bindparam("statement")) & (statements.c.state == ARRIVING))
)


def begin(tx: Tx, party: str, way: str) -> str:
    """Enter a file that is arriving; its handle."""
    made = new_handle("stm", tx.now)
    nothing = dict.fromkeys(
        ("sha256", "day", "part", "parts", "sequence", "supersedes", "superseded_by", "faults", "differences")
    )
    counts = dict.fromkeys(("rows", "fen", "size", "pieces"), 0)
    named = {"id": made, "party": party, "state": ARRIVING, "way": way, "created_at": tx.now, "updated_at": tx.now}
    tx.put(statements, {**nothing, **counts, **named})
    return made


def keep_piece(tx: Tx, statement: str, number: int, piece: bytes) -> None:
    """Keep one piece of the bytes, sealed."""
    sealed = tx.seal(piece, _place(statement, number))
    tx.put(statement_pieces, {"statement": statement, "number": number, "sealed": sealed})
    tx.change(statements, {"updated_at": tx.now}, id=statement)


def pieces(store: Store, statement: str, count: int) -> Iterator[bytes]:
    """The bytes of a statement as they came, a piece at a time, each read in a transaction of its own."""
    for number in range(count):
        with store.reading() as tx:
            piece = tx.open(tx.value(_PIECE, statement=statement, number=number), _place(statement, number))
        yield piece


def settle(
    tx: Tx, statement: str, checked: CheckedStatement, kept: int, faults: bytes | None, differences: bytes | None
) -> None:
    """Write down what came of a file: kept where there are no `faults`. `kept`: how many pieces.

    ClashError (from `work`) where the same bytes, or another file for the part, got there first.
    """
    head = checked.head
    values = {
        "state": REFUSED if faults else KEPT,
        "sha256": checked.sha256,
        "day": head.day.isoformat() if head else None,
        "part": head.part if head else None,
        "parts": head.parts if head else None,
        "sequence": head.sequence if head else None,
        "rows": checked.count,
        "fen": checked.total.fen,
        "size": checked.size,
        "pieces": kept,
        "faults": tx.seal(faults, f"statement:{statement}:faults") if faults else None,
        "differences": tx.seal(differences, f"statement:{statement}:differences") if differences else None,
        "updated_at": tx.now,
    }
    tx.change(statements, values, id=statement)


def supersede(tx: Tx, before: str, by: str) -> bool:
    """Put `by` in the place of a kept statement; False where that is not kept any more."""
    if not tx.change(
        statements, {"state": SUPERSEDED, "superseded_by": by, "updated_at": tx.now}, id=before, state=KEPT
    ):
        return False
    tx.change(statements, {"supersedes": before}, id=by)
    return True


def drop(tx: Tx, statement: str) -> None:
    """Forget a file that was arriving: it is known already, or never came to its end."""
    tx.run(_DROP_PIECES, statement=statement)
    tx.run(_DROP, statement=statement)


def abandoned(tx: Tx, before: datetime) -> list[str]:
    """Files that began to arrive and stopped before an instant."""
    return tx.values(_ABANDONED, before=before)


def get(tx: Tx, statement: str) -> StatementRowKept | None:
    """A statement that has arrived, by its handle."""
    row = tx.by_handle(statements, StatementRowKept, statement)
    return None if row is None or row.state == ARRIVING else row


def same(tx: Tx, party: str, sha256: str) -> StatementRowKept | None:
    """The statement of a party with these bytes."""
    return tx.first(_SAME, StatementRowKept, party=party, sha256=sha256)


def standing(tx: Tx, party: str, day: str, part: int) -> StatementRowKept | None:
    """The kept statement for a part of a day."""
    return tx.first(_STANDING, StatementRowKept, party=party, day=day, part=part)


def of_day(tx: Tx, day: str) -> Sequence[StatementRowKept]:
    """The statements of a day that are kept or refused, of every party."""
    return tx.all(_OF_DAY, StatementRowKept, day=day)


def parties(tx: Tx) -> frozenset[str]:
    """Whoever has sent a statement, right or wrong."""
    return frozenset(tx.values(select(statements.c.party).where(statements.c.state != ARRIVING).distinct()))


def first_day(tx: Tx, parties: Sequence[str]) -> str | None:
    """The first day of which one of some parties has a statement that is kept."""
    among = statements.c.party.in_(parties) & (statements.c.state == KEPT)
    first: str | None = tx.value(select(func.min(statements.c.day)).where(among))
    return first


def page(
    tx: Tx, *, party: str | None, day: str | None, state: str | None, before: str | None, size: int
) -> Sequence[StatementRowKept]:
    """Statements, newest first, from below the handle `before`."""
    wanted = select(statements).where(statements.c.state != ARRIVING)
    for column, value in ((statements.c.party, party), (statements.c.day, day), (statements.c.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    if before is not None:
        wanted = wanted.where(statements.c.id < before)
    return tx.all(wanted.order_by(statements.c.id.desc()).limit(size), StatementRowKept)


def faults_of(tx: Tx, row: StatementRowKept) -> bytes | None:
    """The faults of a refused statement, as they were written down."""
    return tx.open(row.faults, f"statement:{row.id}:faults") if row.faults else None


def differences_of(tx: Tx, row: StatementRowKept) -> bytes | None:
    """The difference sheet of a superseding statement, as it was written down."""
    return tx.open(row.differences, f"statement:{row.id}:differences") if row.differences else None


def _place(statement: str, number: int) -> str:
    return f"statement:{statement}:{number}"
