"""Tell bureaus of differences: a file a run, made once, sent until it is acknowledged; every byte in the journal.

A party recognises a file by its name: the same again is the same file. So what nobody answered is sent once more.
"""

import logging
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.difference_writer import write_differences
from gateway.mapping.pairings import compared_on
from gateway.mapping.statement_layout import key_of
from gateway.model.breaks import RunState
from gateway.model.difference import FileState
from gateway.model.values import Money
from gateway.ports import Crossing
from gateway.services.differences import differences
from gateway.services.reconcile_statements import layouts_for
from gateway.services.runtime import Runtime
from gateway.services.statement_calendar import connected
from gateway.store import difference_files, reconciliation
from gateway.store.difference_files import FileRow, NewFile
from gateway.store.reconciliation import RunRow
from gateway.store.work import ClashError, Tx

LEASE = timedelta(minutes=2)
MOST = 12
"""How often a file is tried before a person has to look; the pauses double from a minute to an hour."""
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)
_MESSAGE, _ACKNOWLEDGED = "Differences", "DifferencesTaken"

log = logging.getLogger(__name__)


def told_of(runtime: Runtime, run: RunRow) -> str:
    """Who is told of the differences of a run: whoever states the other side, else the tax party."""
    book = compared_on(runtime.pairings, date.fromisoformat(run.day), run.pairing).pairing.there
    return next((each.party for each in layouts_for(connected(runtime), run.party, book)), run.party)


def queue(runtime: Runtime, run: RunRow) -> FileRow:
    """Make the file of a run and have it sent, once; one that failed is sent again as it is.

    GatewayError: `not_found` where the run does not stand, `nothing_to_tell`, `setting_invalid` (no key to sign with).
    """
    with runtime.store.reading() as tx:
        known = difference_files.of_run(tx, run.id)
    if known is None:
        if run.state != RunState.DONE.value:
            raise GatewayError("not_found", thing=f"finished run {run.id} that stands")
        known = _made(runtime, run)
    elif known.state == FileState.FAILED.value:
        with runtime.store.work("differences_again") as tx:
            difference_files.again(tx, known)
            known = difference_files.get(tx, known.id) or known
    return known


def send_due(runtime: Runtime) -> int:
    """Send the files that are due; how many were acknowledged. What goes wrong with one holds up no other."""
    with runtime.store.reading() as tx:
        found = difference_files.due(tx)
    return sum(_tried(runtime, row) for row in found)


def file_view(tx: Tx, row: FileRow) -> dict[str, Any]:
    """A file as it looks from outside, with its answers."""
    return {
        "differences": row.id,
        "reconciliation": row.run,
        "party": row.party,
        "pairing": row.pairing,
        "day": row.day,
        "sequence": row.sequence,
        "state": row.state,
        "way": row.way,
        "name": row.name,
        "rows": row.count,
        "our_total": str(Money(row.our_fen)),
        "their_total": str(Money(row.their_fen)),
        "sha256": row.sha256,
        "attempts": row.attempts,
        "error": row.error,
        "acknowledgement": difference_files.acknowledgement_of(tx, row),
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "answers": [
            {"answer": each.id, "rows": each.count, "agreed": each.agreed, "at": each.created_at.isoformat()}
            for each in difference_files.answers_of(tx, row.id)
        ],
    }


def _made(runtime: Runtime, run: RunRow) -> FileRow:
    party = told_of(runtime, run)
    layout = runtime.differences[party]
    head, rows = differences(runtime, run.party, run.pairing, date.fromisoformat(run.day), party)
    with runtime.store.reading() as tx:
        before = [each for each in difference_files.of_day(tx, party, run.day) if each.pairing == run.pairing]
    if not rows and not before:
        raise GatewayError("nothing_to_tell", run=run.id, party=party)
    body = b"".join(write_differences(head, rows, layout, key_of(layout.statement, runtime.settings.parties)))
    ours, theirs = sum(row.our_total.fen for row in rows), sum(row.their_total.fen for row in rows)
    name = f"{run.day.replace('-', '')}-{run.pairing}-{run.number}-differences.txt"
    new = NewFile(
        *(run.id, party, run.pairing, run.day, run.number, runtime.outlets[party].way, name),
        *(len(rows), ours, theirs, sha256(body).hexdigest()),
    )
    try:
        with runtime.store.work("differences_made") as tx:
            return difference_files.add(tx, new, body)
    except ClashError:
        with runtime.store.reading() as tx:
            made = difference_files.of_run(tx, run.id)
        if made is None:
            raise
        return made


def _tried(runtime: Runtime, row: FileRow) -> int:
    with runtime.store.work("differences_sending") as tx:
        if not difference_files.claim(tx, row, LEASE):
            return 0
        body = difference_files.body_of(tx, row)
    try:
        _journal(runtime, row, "out", _MESSAGE, body)
        said = runtime.outlets[row.party].send(row.name, body)
        _journal(runtime, row, "in", _ACKNOWLEDGED, said.encode())
    except GatewayError as problem:
        return _not_sent(runtime, row, problem)
    except Exception:
        log.exception("the differences %s were not sent; they are tried again", row.id)
        return _not_sent(runtime, row, GatewayError("unavailable", reason="a fault of ours"))
    with runtime.store.work("differences_sent") as tx:
        kept = difference_files.acknowledged(tx, row, said)
        difference_files.settle(tx, row, FileState.SENT, acknowledgement=kept, sent_at=tx.now, error=None)
    return 1


def _not_sent(runtime: Runtime, row: FileRow, problem: GatewayError) -> int:
    final = not problem.kind.retry_safe or row.attempts + 1 >= MOST
    log.warning("the differences %s of %s were not sent: %s", row.id, row.party, problem)
    pause = min(_FIRST * 2**row.attempts, _LONGEST)
    with runtime.store.work("differences_not_sent") as tx:
        values = {"error": problem.kind.code, "due_at": None if final else tx.now + pause}
        difference_files.settle(tx, row, FileState.FAILED if final else FileState.WAITING, **values)
    return 0


def _journal(runtime: Runtime, row: FileRow, direction: Any, message: str, body: bytes) -> None:
    """Before the first byte goes out, and before an acknowledgement counts."""
    crossing = Crossing(direction, row.party, message, "text/plain", body, runtime.now(), about=row.id)
    runtime.journal.record(crossing)
    runtime.journal.tied(row.id)


def run_to_tell(runtime: Runtime, party: str, pairing: str, day: date) -> RunRow:
    """The run of a day that stands; GatewayError `not_found`."""
    with runtime.store.reading() as tx:
        run = reconciliation.standing(tx, party, pairing, day.isoformat())
    if run is None:
        raise GatewayError("not_found", thing=f"finished run of {pairing} with {party[:64]} for {day}")
    return run
