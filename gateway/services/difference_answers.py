"""What bureaus answer to the differences that they were told: each verdict lands on its break, once, all or none."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.difference_answers import read_answers
from gateway.mapping.statement_layout import key_of
from gateway.model.breaks import BreakAction, BreakState
from gateway.model.difference import AnswerHead, AnswerRow, FileState, Verdict
from gateway.model.repair import RepairCode
from gateway.ports import Crossing, RemoteFile, RemoteFiles
from gateway.services.afresh import afresh
from gateway.services.determine import local_day
from gateway.services.runtime import Runtime
from gateway.store import break_repairs, breaks, difference_files
from gateway.store.breaks import BreakRow
from gateway.store.difference_files import FileRow
from gateway.store.work import ClashError, Tx

FOLDER, IN, TAKEN, REFUSED = "differences", "in", "taken", "refused"
_NOT_WHOLE = (".part", ".tmp", ".filepart")
_SENT = {FileState.SENT.value, FileState.ANSWERED.value}

log = logging.getLogger(__name__)


def take_answer(runtime: Runtime, party: str, body: bytes, way: str, about: str = "") -> difference_files.AnswerRow:
    """Read an answer and write each verdict into the history of its break; the same bytes again are the same answer.

    Agreed: a break that waits goes on waiting, as long again, for the bureau to put it right. Not agreed: one that
    waits is open again. Any other break only shows what was said.
    GatewayError `not_found` for a party that is told nothing, `difference_answer_refused` (it is kept and shown).
    """
    layout = runtime.differences.get(party)
    if layout is None:
        raise GatewayError("not_found", thing=f"party {party[:64]} that is told of differences")
    digest = sha256(body).hexdigest()
    crossing = Crossing("in", party, "DifferenceAnswers", "text/plain", body, runtime.now(), about=about or digest)
    runtime.journal.record(crossing)
    runtime.journal.tied(about or digest)

    def landed() -> difference_files.AnswerRow:
        with runtime.store.work("difference_answer") as tx:
            if (known := difference_files.answer_like(tx, party, digest)) is not None:
                return _as_before(tx, known)
            head, rows = read_answers(body, layout, key_of(layout.statement, runtime.settings.parties))
            return _landed(runtime, tx, party, head, rows, (digest, body, way))

    try:
        # Somebody works on one of the breaks, or the same bytes came twice at once: the next time that shows.
        return afresh(landed, GatewayError("unavailable", reason="the breaks that are answered keep changing"))
    except GatewayError as problem:
        if problem.kind.code == "difference_answer_refused":
            _keep_refused(runtime, party, (digest, body, way), problem)
        raise


def take_answers(runtime: Runtime) -> int:
    """Take in what lies in VAR_DIR/differences/<party>/in, on SFTP servers, at levy exchanges; how many were taken."""
    taken = sum(_fetched(runtime, party) for party in runtime.answers)
    for party in runtime.differences:
        folder = runtime.settings.var / FOLDER / party / IN
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_file() and not path.name.startswith(".") and not path.name.endswith(_NOT_WHOLE):
                taken += _from(runtime, party, path)
    return taken


def _fetched(runtime: Runtime, party: str) -> int:
    """Take in what a party has left on its server, each file put aside there; a party not reached holds up no other."""
    taken = 0
    try:
        with runtime.answers[party]() as files:
            for file in files.waiting():
                if file.size <= runtime.settings.statement_limit and _settled(runtime, party, files, file):
                    files.put_away(file)
                    taken += 1
    except GatewayError as problem:
        log.warning("answers of %s were not fetched: %s", party, problem)
    return taken


def _settled(runtime: Runtime, party: str, files: RemoteFiles, file: RemoteFile) -> bool:
    """Whether a file is done with: taken, or refused and kept."""
    try:
        take_answer(runtime, party, b"".join(files.read(file, 0)), runtime.outlets[party].way)
    except GatewayError as problem:
        log.warning("the answer %s of %s: %s", file.name, party, problem)
        return not problem.kind.retry_safe
    return True


def _from(runtime: Runtime, party: str, path: Any) -> int:
    to = TAKEN
    try:
        take_answer(runtime, party, path.read_bytes(), "folder")
    except FileNotFoundError:
        return 0  # another worker had it in hand too
    except GatewayError as problem:
        log.warning("the answer %s of %s: %s", path.name, party, problem)
        if problem.kind.retry_safe:
            return 0
        to = REFUSED
    aside = path.parent / to
    aside.mkdir(exist_ok=True)
    path.rename(aside / f"{sha256(path.read_bytes()).hexdigest()[:12]}-{path.name}")
    return int(to == TAKEN)


def _as_before(tx: Tx, known: difference_files.AnswerRow) -> difference_files.AnswerRow:
    if known.state == difference_files.REFUSED:
        line, expected, found = (difference_files.faults_of(tx, known) or "||").split("|", 2)
        raise GatewayError("difference_answer_refused", line=line, expected=expected, found=found)
    return known


def _landed(
    runtime: Runtime, tx: Tx, party: str, head: AnswerHead, rows: Sequence[AnswerRow], came: tuple[str, bytes, str]
) -> difference_files.AnswerRow:
    answered: defaultdict[str, list[AnswerRow]] = defaultdict(list)
    for row in rows:
        answered[row.reference].append(row)
    file = _answers(tx, party, head, rows)
    for reference, some in sorted(answered.items()):
        found = breaks.get(tx, reference)
        if found is None:
            raise LookupError(reference)
        _write(runtime, tx, found, some, file)
    difference_files.answered(tx, file)
    digest, body, way = came
    agreed = sum(row.verdict is Verdict.AGREED for row in rows)
    said = {"file": file.id, "state": difference_files.TAKEN, "way": way, "count": len(rows), "agreed": agreed}
    return difference_files.keep_answer(tx, party, digest, body, **said)


def _answers(tx: Tx, party: str, head: AnswerHead, rows: Sequence[AnswerRow]) -> FileRow:
    """The file that is answered: of that day and sequence, with every row that is named."""
    sent = [each for each in difference_files.of_day(tx, party, head.day.isoformat()) if each.state in _SENT]
    fitting = [each for each in sent if each.sequence == head.sequence]
    strange: list[AnswerRow] = []
    if not fitting:
        raise _refused(1, "day and sequence of a file that was sent", f"{head.day} {head.sequence}")
    for file in fitting:
        body = difference_files.body_of(tx, file)
        strange = [row for row in rows if row.number > file.count or row.reference.encode() not in body]
        if not strange:
            return file
    line = rows.index(strange[0]) + 2
    raise _refused(line, "a row and a reference of the file", "a reference or number that it does not have")


def _write(runtime: Runtime, tx: Tx, row: BreakRow, said: Sequence[AnswerRow], file: FileRow) -> None:
    agreed = all(each.verdict is Verdict.AGREED for each in said)
    reasons = "; ".join(dict.fromkeys(each.reason for each in said if each.reason))
    comment = f"{file.party}: {'agreed' if agreed else 'not agreed'}{': ' if reasons else ''}{reasons} ({file.name})"
    if row.state == BreakState.WAITING.value:
        values = _goes_on_waiting(runtime, tx, row) if agreed else {**breaks.NOBODY, "state": BreakState.REOPENED.value}
    else:
        values = {}
    if not breaks.change(tx, row, BreakAction.ANSWERED, actor=file.party, comment=comment, **values):
        raise ClashError(row.id)


def _goes_on_waiting(runtime: Runtime, tx: Tx, row: BreakRow) -> dict[str, Any]:
    """The bureau is to do what it agreed to, in as many days as it had to answer."""
    repair = break_repairs.active(tx, row.id)
    if repair is None:
        return {}
    days = runtime.repairs.answers[RepairCode(repair.code)]
    return {"waits_until": runtime.law.calendar.after(local_day(tx.now), days).isoformat()}


def _keep_refused(runtime: Runtime, party: str, came: tuple[str, bytes, str], problem: GatewayError) -> None:
    digest, body, way = came
    faults = "|".join(problem.params[name] for name in ("line", "expected", "found"))
    with runtime.store.work("difference_answer_refused") as tx:
        if difference_files.answer_like(tx, party, digest) is None:
            said = {"file": None, "state": difference_files.REFUSED, "way": way, "count": 0, "agreed": 0}
            difference_files.keep_answer(tx, party, digest, body, faults=faults, **said)


def _refused(line: int, expected: str, found: str) -> GatewayError:
    return GatewayError("difference_answer_refused", line=str(line), expected=expected, found=found)
