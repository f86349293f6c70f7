"""Take in statements: every byte kept, checked as it comes, refused or kept whole; the same bytes are one file."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from gateway.errors import Fault, GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_differences import Differences
from gateway.mapping.statement_layout import Layout, key_of
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.statement import CheckedStatement, StatementFault, StatementRow
from gateway.ports import Crossing
from gateway.services.afresh import afresh
from gateway.services.runtime import Runtime
from gateway.store import statements
from gateway.store.statements import StatementRowKept
from gateway.store.work import ClashError, LockTimeoutError, Tx

PIECE = 1 << 20
Way = Literal["upload", "folder", "message"]


def layout_for(runtime: Runtime, party: str) -> Layout:
    """The layout of a party's statements; GatewayError `not_found`, naming those that there are."""
    found = runtime.statements.get(party)
    if found is None:
        known = ", ".join(sorted(runtime.statements))
        raise GatewayError("not_found", thing=f"party {party[:64]} with statements (there are {known})")
    return found


def take_in(runtime: Runtime, party: str, chunks: Iterable[bytes], way: Way, about: str = "") -> StatementRowKept:
    """Keep a file and what its check says; the statement, in state kept or refused.

    The same bytes again are the same statement; refused ones are checked anew. No transaction is open while bytes come.
    GatewayError: `not_found`, `statement_key_missing` where they are signed and their key is not set, `unavailable`.
    """
    layout = layout_for(runtime, party)
    terms = Terms(runtime.now().astimezone(BEIJING).date(), _key(runtime, layout))
    with runtime.store.work("statement_begins") as tx:
        arriving = statements.begin(tx, party, way)
    kept = _Kept(runtime, arriving)
    try:
        checked = check_statement(kept.all(chunks), layout, terms)
        _journal(runtime, arriving, checked, party, about)
        return _settled(runtime, layout, terms, _Came(arriving, kept.count, checked))
    except BaseException:
        # Where the database is what failed, the timetable forgets the file later.
        with suppress(GatewayError, LockTimeoutError), runtime.store.work("statement_dropped") as tx:
            statements.drop(tx, arriving)
        raise


def _key(runtime: Runtime, layout: Layout) -> bytes:
    """The key of a party's signatures; whoever sends the file is told that it is our side that lacks it."""
    try:
        return key_of(layout, runtime.settings.parties)
    except GatewayError as error:
        raise GatewayError("statement_key_missing", party=layout.party, name=error.params["name"]) from None


class _Kept:
    """Keeps the bytes that pass, in sealed pieces of one size."""

    def __init__(self, runtime: Runtime, statement: str) -> None:
        self._runtime, self._statement = runtime, statement
        self.count = 0

    def all(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The bytes as they come, each kept before the end of the file is told."""
        held = bytearray()
        for chunk in chunks:
            held += chunk
            while len(held) >= PIECE:
                self._keep(bytes(held[:PIECE]))
                del held[:PIECE]
            yield chunk
        if held:
            self._keep(bytes(held))

    def _keep(self, piece: bytes) -> None:
        with self._runtime.store.work("statement_piece") as tx:
            statements.keep_piece(tx, self._statement, self.count, piece)
        self.count += 1


def _journal(runtime: Runtime, statement: str, checked: CheckedStatement, party: str, about: str) -> None:
    """The file crossed the border: the journal knows it by its hash."""
    named = {"statement": statement, "sha256": checked.sha256, "bytes": checked.size, "faults": len(checked.faults)}
    body = msgspec.json.encode(named)
    runtime.journal.record(
        Crossing("in", party, "Statement", "application/json", body, runtime.now(), about=about or statement)
    )
    runtime.journal.tied(about or statement)


@dataclass(frozen=True, slots=True)
class _Came:
    """A file that has come to its end. `before`: what it supersedes, with `sheet`, the differences."""

    arriving: str
    pieces: int
    checked: CheckedStatement
    before: StatementRowKept | None = None
    sheet: bytes | None = None


def _settled(runtime: Runtime, layout: Layout, terms: Terms, came: _Came) -> StatementRowKept:

    def settled() -> StatementRowKept:
        before = _before(runtime, layout.party, came.checked)
        found = replace(came, before=before, checked=_against(before, came.checked))
        if before is not None and found.checked.ok:
            found = replace(found, sheet=_sheet(runtime, layout, terms, before, came))
        with runtime.store.work("statement") as tx:
            return _written(tx, layout.party, found)

    # Another file for the same part, or the same bytes, that got there first is looked at the next time.
    return afresh(settled, GatewayError("unavailable", reason="other files for the same part keep coming"))


def _before(runtime: Runtime, party: str, checked: CheckedStatement) -> StatementRowKept | None:
    """The statement that a right file would supersede; None where it is that one itself."""
    if checked.head is None or not checked.ok:
        return None
    with runtime.store.reading() as tx:
        found = statements.standing(tx, party, checked.head.day.isoformat(), checked.head.part)
        same = statements.same(tx, party, checked.sha256)
    return None if same is not None and same.state != statements.REFUSED else found


def _against(before: StatementRowKept | None, checked: CheckedStatement) -> CheckedStatement:
    """A file that supersedes says so by its sequence."""
    if before is None or checked.head is None or checked.head.sequence > (before.sequence or 0):
        return checked
    expected = f"{(before.sequence or 0) + 1} or higher, {before.id} is kept"
    fault = StatementFault(*checked.sequence_at, "statement_sequence", expected, str(checked.head.sequence), "sequence")
    return replace(checked, faults=(fault,))


def _sheet(runtime: Runtime, layout: Layout, terms: Terms, before: StatementRowKept, came: _Came) -> bytes:
    differences = Differences()
    for statement, pieces, take in (
        (before.id, before.pieces, differences.before),
        (came.arriving, came.pieces, differences.after),
    ):
        chunks = statements.pieces(runtime.store, statement, pieces)
        check_statement(chunks, layout, terms, _taking(take))
    return msgspec.json.encode(differences.sheet())


def _taking(take: Callable[[int, StatementRow], None]) -> Callable[[Line, StatementRow], None]:
    return lambda line, row: take(line.number, row)


def _written(tx: Tx, party: str, came: _Came) -> StatementRowKept:
    """The statement as it stands afterwards; ClashError where the one to be superseded has changed meanwhile."""
    checked, before = came.checked, came.before
    known, chosen = statements.same(tx, party, checked.sha256), came.arriving
    if known is not None:
        statements.drop(tx, came.arriving)
        if known.state != statements.REFUSED:
            return known
        chosen = known.id
    faults = msgspec.json.encode([_fault(each) for each in checked.faults]) if checked.faults else None
    if before is not None and not faults and not statements.supersede(tx, before.id, chosen):
        raise ClashError(before.id)
    statements.settle(tx, chosen, checked, came.pieces, faults, came.sheet)
    kept = statements.get(tx, chosen)
    if kept is None:
        raise ClashError(chosen)
    return kept


def _fault(fault: StatementFault) -> dict[str, Any]:
    names = ("line", "byte", "code", "expected", "found", "field")
    return {name: getattr(fault, name) for name in names}


def faults_of(tx: Tx, row: StatementRowKept) -> list[StatementFault]:
    """The faults of a refused statement."""
    kept = statements.faults_of(tx, row)
    return msgspec.json.decode(kept, type=list[StatementFault]) if kept else []


def refused(row: StatementRowKept, faults: list[StatementFault]) -> GatewayError:
    """The error that tells a refused statement; a pointer names line and byte."""
    told = [
        Fault(
            f"/line/{each.line}/byte/{each.byte}",
            each.code,
            {
                "line": str(each.line),
                "byte": str(each.byte),
                "field": each.field,
                "expected": each.expected,
                "found": each.found,
            },
        )
        for each in faults
    ]
    return GatewayError("statement_refused", party=row.party, faults=told, statement=row.id, count=str(len(told)))
