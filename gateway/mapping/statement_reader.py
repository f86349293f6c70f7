"""The strict reader of statements: every fault with its line and byte, nothing half read, memory bounded.

A file of any size and content is read in one pass, lines at a time; what is compared across lines lies in sorted runs
on disk. Nothing is ever decompressed, no entity expanded, no value repeated in a fault.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from gateway.mapping.statement_faults import Faults
from gateway.mapping.statement_forms import FOOT, HEAD, ROW, MisfitError
from gateway.mapping.statement_layout import RECORDS, Layout
from gateway.mapping.statement_lines import Line, lines
from gateway.mapping.statement_record import Record, check_start, text_of_line
from gateway.mapping.statement_repeats import Repeats
from gateway.mapping.statement_rules import When, check_head, check_row
from gateway.mapping.statement_seal import Sealed
from gateway.mapping.statement_values import shown
from gateway.model.statement import CheckedStatement, StatementFoot, StatementHead, StatementRow
from gateway.model.values import Money

LISTED = 100
Each = Callable[[Line, StatementRow], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a file is held against. `today`: in Beijing; `key`: of the signature; `listed`: faults that are told."""

    today: date
    key: bytes = b""
    listed: int = LISTED


def check_statement(
    chunks: Iterable[bytes], layout: Layout, terms: Terms, each: Each = lambda _line, _row: None
) -> CheckedStatement:
    """Read a file to its end and say what is wrong with it.

    `each`: is given every row that is readable, in order, whether or not the file turns out to be right.
    """
    reader = _Reader(layout, terms, each)
    try:
        reader.read(chunks)
        return reader.checked()
    finally:
        reader.rows.close()
        reader.traces.close()


class _Reader:
    """Where the reading of one file stands."""

    def __init__(self, layout: Layout, terms: Terms, each: Each) -> None:
        self._layout, self._terms, self._each = layout, terms, each
        self._when = When(layout.first, terms.today)
        self.rows, self.traces = Repeats(), Repeats()
        self.faults = Faults(terms.listed)
        self._sealed = Sealed(layout, terms.key, self.faults)
        self._opening, self._closing = list(layout.form.opening), list(layout.form.closing)
        self._head: StatementHead | None = None
        self._sequence_at = 1, 0
        self._foot_seen = self._head_seen = False
        self._count, self._fen, self._whole, self._next = 0, 0, True, 1
        self._size, self._hash, self._lines = 0, sha256(), 0

    def read(self, chunks: Iterable[bytes]) -> None:
        """Read the file; what stands behind the last fault that is told is only counted and hashed."""
        counted = self._counted(chunks)
        for line in lines(counted, self._layout.longest):
            self._lines = line.number
            if line.number == 1:
                check_start(line, self.faults)
            if not self.faults.over:
                self._line(line)
            if self.faults.full or self.faults.over:
                break
        else:
            self._end()
        for _ in counted:
            pass

    def checked(self) -> CheckedStatement:
        """What was found."""
        faults = tuple(sorted(self.faults.listed, key=lambda fault: (fault.byte, fault.line)))
        digest, total = self._hash.hexdigest(), Money(self._fen)
        return CheckedStatement(
            self._head, self._count, total, self._size, digest, faults, self.faults.full, self._sequence_at
        )

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._size += len(chunk)
            self._hash.update(chunk)
            yield chunk

    def _line(self, line: Line) -> None:
        if line.long or not line.ended:
            self._broken(line)
            return
        body = self._sealed.body_of(line)
        if body is None:  # it was the signature of the file
            return
        text = text_of_line(line, body, self._layout.encoding, self.faults)
        if text is None:
            self._unreadable()
        elif self._opening and self._opens(line, self._opening.pop(0), text):
            pass
        elif self._foot_seen and self._closing and text == self._closing[0]:
            self._closing.pop(0)
        else:
            self._record(line, self._layout.form.kind(text), text)

    def _broken(self, line: Line) -> None:
        """A line that is too long, or has no end: nothing is made of it."""
        self._unreadable()
        if line.long:
            longest = self._layout.longest
            self.faults.add(line, longest, "statement_line", f"at most {longest} bytes", "a longer line")
        else:
            self.faults.add(line, len(line.body), "statement_structure", "the end of the line", "the end of the file")
        self._sealed.broken()

    def _unreadable(self) -> None:
        """A line that might have been a row: the count goes on, the total cannot be compared any more."""
        self._whole = False
        if self._head_seen and not self._foot_seen:
            self._count += 1
            self._next += 1

    def _opens(self, line: Line, wanted: str, text: str) -> bool:
        """Whether the line is done with: it opens the file, or should and is no record either."""
        if text == wanted:
            return True
        self._opening.clear()
        if text.startswith(wanted):
            at = len(wanted.encode(self._layout.encoding))
            self.faults.add(line, at, "statement_structure", "the end of the line", "more on the same line")
        else:
            self.faults.add(line, 0, "statement_structure", wanted, "another line")
        return self._layout.form.kind(text) not in RECORDS

    def _record(self, line: Line, kind: str, text: str) -> None:
        wrong = self._out_of_place(kind, text)
        if wrong:
            self.faults.add(line, 0, "statement_structure", *wrong)
        if kind not in RECORDS:
            return
        self._head_seen = True
        if wrong and self._foot_seen:
            return
        if kind == ROW:
            self._count += 1
        record = self._read(line, kind, text)
        if record.value is None:
            self._not_made(kind)
        elif kind == ROW:
            self._row(line, record)
        elif kind == FOOT:
            self._foot(line, record.value)
        elif self._head is None:
            self._head = check_head(line, record, self._layout.party, self._when, self.faults)
            self._sequence_at = line.number, line.start + record.byte_of("sequence")
        self._foot_seen = self._foot_seen or kind == FOOT

    def _out_of_place(self, kind: str, text: str) -> tuple[str, str] | None:
        """What was expected in this place and what is there; None where it is right."""
        found = _FOUND.get(kind, "")
        if kind not in RECORDS:
            return ("the end of the file" if self._foot_seen else "a row or the foot"), _strange(kind, text)
        if self._foot_seen:
            return "the end of the file", "a second foot" if kind == FOOT else f"{found} behind the foot"
        if not self._head_seen and kind != HEAD:
            return "the head", found
        return ("a row or the foot", "a second head") if self._head_seen and kind == HEAD else None

    def _read(self, line: Line, kind: str, text: str) -> Record:
        values = self._layout.values[kind]
        record = Record(kind, text, self._layout)
        try:
            cells = self._layout.form.cells(kind, text)
        except MisfitError as misfit:
            self.faults.add(line, misfit.byte, "statement_line", misfit.expected, misfit.found)
            return record
        made: dict[str, Any] = {}
        listed = len(values)
        for name, value in values.items():
            cell = cells[name]
            if not cell and not value.required:
                listed -= 1
                continue
            try:
                made[name] = value.read(cell)
            except ValueError:
                self.faults.add(line, record.byte_of(name), "statement_value", value.expected, shown(cell), name)
        if len(made) == listed:
            record.value = RECORDS[kind](**made)
        return record

    def _not_made(self, kind: str) -> None:
        if kind == ROW:
            self._whole = False
            self._next += 1

    def _row(self, line: Line, record: Record) -> None:
        row: StatementRow = record.value
        self._fen += row.total.fen
        if row.number != self._next:
            at = record.byte_of("number")
            self.faults.add(line, at, "statement_sequence", str(self._next), str(row.number), "number")
        self._next = row.number + 1
        check_row(line, record, self._head, self._when, self.faults)
        self.rows.note(row.key, str(line.start), line.number, line.start)
        self.traces.note(f"{row.collected_on} {row.trace_number}", row.voucher_number, line.number, line.start)
        self._each(line, row)

    def _foot(self, line: Line, foot: StatementFoot) -> None:
        if foot.count != self._count:
            self.faults.add(line, 0, "statement_count", str(foot.count), str(self._count))
        if self._whole and foot.total.fen != self._fen:
            self.faults.add(line, 0, "statement_total", str(foot.total), str(Money(self._fen)))

    def _end(self) -> None:
        end = Line(max(self._lines, 1), self._size, b"")
        for missing in self._missing():
            self.faults.add(end, 0, "statement_structure", missing, "the end of the file")
        self._sealed.at_end(end)
        self._repeated(self.rows, "voucher_number", "a key (voucher, item, month, sequence) that stands once")
        self._repeated(self.traces, "trace_number", "the trace number of one voucher a day")

    def _repeated(self, repeats: Repeats, field: str, expected: str) -> None:
        for line, byte, first in repeats.found():
            if self.faults.full:
                return
            self.faults.add(Line(line, byte, b""), 0, "statement_repeated", expected, f"that of line {first}", field)

    def _missing(self) -> Iterator[str]:
        if not self._head_seen:
            yield "the head"
        if not self._foot_seen:
            yield "the foot"
        yield from self._closing


def _strange(kind: str, text: str) -> str:
    if kind.strip():
        return f"a line that begins with {shown(kind)}"
    return "a line that begins with no record" if text.strip() else "an empty line"


_FOUND = {HEAD: "the head", ROW: "a row", FOOT: "the foot"}
