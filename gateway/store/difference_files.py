"""Files of differences as they are kept: one for each run, with the party's acknowledgement; answers beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from gateway.model.difference import FileState
from gateway.model.handles import new_handle
from gateway.store.prepared import Prepared
from gateway.store.tables_differences import difference_answers, difference_files
from gateway.store.work import Tx

TAKEN, REFUSED = "taken", "refused"


@dataclass(kw_only=True, slots=True)
class FileRow:
    """A file. `party`: who is told; `sequence`: the run's number; amounts in fen; `body`, `acknowledgement`: sealed.

    `due_at`: when it is sent, or taken up again by another process where the state is `sending`.
    """

    id: str
    run: str
    party: str
    pairing: str
    day: str
    sequence: int
    state: str
    way: str
    name: str
    count: int
    our_fen: int
    their_fen: int
    sha256: str
    body: bytes
    attempts: int
    due_at: datetime | None
    error: str | None
    acknowledgement: bytes | None
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be sent."""

    run: str
    party: str
    pairing: str
    day: str
    sequence: int
    way: str
    name: str
    count: int
    our_fen: int
    their_fen: int
    sha256: str


@dataclass(kw_only=True, slots=True)
class AnswerRow:
    """An answer. `file`: the one that it answers; `state`: taken or refused; `faults`, `body`: sealed."""

    id: str
    party: str
    sha256: str
    file: str | None
    state: str
    way: str
    count: int
    agreed: int
    faults: bytes | None
    body: bytes
    created_at: datetime


_OF_RUN = Prepared(select(difference_files).where(difference_files.c.run == bindparam("run")))
_OF_DAY = Prepared(
    select(difference_files)
    .where((difference_files.c.party == bindparam("party")) & (difference_files.c.day == bindparam("day")))
    .order_by(difference_files.c.id.desc())
)
_DUE = Prepared(
    select(difference_files)
    .where(
        ((difference_files.c.state == FileState.WAITING.value) | (difference_files.c.state == FileState.SENDING.value))
        & (difference_files.c.due_at <= bindparam("now"))
    )
    .order_by(difference_files.c.due_at)
    .limit(20)
)
_SAME = Prepared(
    select(difference_answers).where(
        (difference_answers.c.party == bindparam("party")) & (difference_answers.c.sha256 == bindparam("sha256"))
    )
)
_ANSWERS = Prepared(
    select(difference_answers).where(difference_answers.c.file == bindparam("file")).order_by(difference_answers.c.id)
)


def add(tx: Tx, new: NewFile, body: bytes) -> FileRow:
    """Keep the file of a run, to be sent at once; the one that the run has already, where there is one."""
    known = of_run(tx, new.run)
    if known is not None:
        return known
    made = FileRow(
        id=new_handle("dif", tx.now),
        **{name: getattr(new, name) for name in NewFile.__slots__},
        state=FileState.WAITING.value,
        body=b"",
        attempts=0,
        due_at=tx.now,
        error=None,
        acknowledgement=None,
        created_at=tx.now,
        sent_at=None,
    )
    made.body = tx.seal(body, f"difference_file:{made.id}")
    tx.put(difference_files, {name: getattr(made, name) for name in FileRow.__slots__})
    return made


def get(tx: Tx, handle: str) -> FileRow | None:
    """A file by its handle."""
    return tx.by_handle(difference_files, FileRow, handle)


def of_run(tx: Tx, run: str) -> FileRow | None:
    """The file of a run."""
    return tx.first(_OF_RUN, FileRow, run=run)


def of_day(tx: Tx, party: str, day: str) -> Sequence[FileRow]:
    """The files that a party is told of a day, the last one first."""
    return tx.all(_OF_DAY, FileRow, party=party, day=day)


def due(tx: Tx) -> Sequence[FileRow]:
    """Some files that are to be sent now, those whose sender has died among them."""
    return tx.all(_DUE, FileRow, now=tx.now)


def claim(tx: Tx, row: FileRow, lease: timedelta) -> bool:
    """Take a file to send it; False where another process has it."""
    until = {"state": FileState.SENDING.value, "due_at": tx.now + lease, "attempts": row.attempts + 1}
    return tx.change(difference_files, until, id=row.id, state=row.state, attempts=row.attempts) == 1


def settle(tx: Tx, row: FileRow, state: FileState, **values: Any) -> bool:
    """Write what came of the try that was claimed; False where another process has taken it up meanwhile."""
    new = {"state": state.value, "due_at": None, **values}
    key = {"id": row.id, "state": FileState.SENDING.value, "attempts": row.attempts + 1}
    return tx.change(difference_files, new, **key) == 1


def again(tx: Tx, row: FileRow) -> bool:
    """Let a file that failed be sent once more."""
    new = {"state": FileState.WAITING.value, "due_at": tx.now, "error": None}
    return tx.change(difference_files, new, id=row.id, state=FileState.FAILED.value) == 1


def answered(tx: Tx, row: FileRow) -> None:
    """The party has answered a file."""
    tx.change(difference_files, {"state": FileState.ANSWERED.value}, id=row.id, state=FileState.SENT.value)


def body_of(tx: Tx, row: FileRow) -> bytes:
    """The bytes that are sent."""
    return tx.open(row.body, f"difference_file:{row.id}")


def acknowledged(tx: Tx, row: FileRow, text: str) -> bytes:
    """What the party said of a file, as it is kept."""
    return tx.seal(text, f"difference_file:{row.id}:acknowledgement")


def acknowledgement_of(tx: Tx, row: FileRow) -> str | None:
    """What the party said of a file."""
    if row.acknowledgement is None:
        return None
    return tx.open(row.acknowledgement, f"difference_file:{row.id}:acknowledgement").decode()


def page(tx: Tx, *, party: str | None, day: str | None, before: str | None = None, size: int = 50) -> Sequence[FileRow]:
    """Files, newest first, from below the handle `before`; None for any."""
    wanted = select(difference_files)
    for column, value in (("party", party), ("day", day)):
        if value is not None:
            wanted = wanted.where(difference_files.c[column] == value)
    if before is not None:
        wanted = wanted.where(difference_files.c.id < before)
    return tx.all(wanted.order_by(difference_files.c.id.desc()).limit(size), FileRow)


def answer_like(tx: Tx, party: str, sha256: str) -> AnswerRow | None:
    """The answer of a party with these bytes."""
    return tx.first(_SAME, AnswerRow, party=party, sha256=sha256)


def answers_of(tx: Tx, file: str) -> Sequence[AnswerRow]:
    """The answers to a file, oldest first."""
    return tx.all(_ANSWERS, AnswerRow, file=file)


def keep_answer(tx: Tx, party: str, sha256: str, body: bytes, **said: Any) -> AnswerRow:
    """Keep an answer. ClashError (from `work`) where these bytes are kept. `said`: file, state, way, count, agreed."""
    made = new_handle("ans", tx.now)
    faults = said.pop("faults", "")
    sealed = tx.seal(faults, f"difference_answer:{made}:faults") if faults else None
    row = AnswerRow(
        id=made,
        party=party,
        sha256=sha256,
        **said,
        faults=sealed,
        body=tx.seal(body, f"difference_answer:{made}"),
        created_at=tx.now,
    )
    tx.put(difference_answers, {name: getattr(row, name) for name in AnswerRow.__slots__})
    return row


def faults_of(tx: Tx, row: AnswerRow) -> str | None:
    """Why an answer was refused."""
    return None if row.faults is None else tx.open(row.faults, f"difference_answer:{row.id}:faults").decode()
