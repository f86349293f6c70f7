"""What head and rows of a statement must be beside well-formed: dates, months, parts, signs of amounts."""

from dataclasses import dataclass
from datetime import date

from gateway.mapping.statement_faults import Faults
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_record import Record
from gateway.model.statement import StatementHead, StatementRow
from gateway.model.values import Month


@dataclass(frozen=True, slots=True)
class When:
    """Between what everything in a statement lies: its layout's `first` month and `today`, in Beijing."""

    first: Month
    today: date


def check_head(line: Line, record: Record, party: str, when: When, faults: Faults) -> StatementHead:
    """Note what is wrong with a head; the head."""
    head: StatementHead = record.value
    if head.party != party:
        faults.add(line, record.byte_of("party"), "statement_other_party", party, "another id", "party")
    if not when.first.first_day <= head.day <= when.today:
        expected = f"from {when.first.first_day} to {when.today}"
        faults.add(line, record.byte_of("day"), "statement_date", expected, str(head.day), "day")
    if head.part > head.parts:
        at = record.byte_of("part")
        faults.add(line, at, "statement_sequence", f"{head.parts} at the most", str(head.part), "part")
    return head


def check_row(line: Line, record: Record, head: StatementHead | None, when: When, faults: Faults) -> None:
    """Note what is wrong with a row. Months covered end with next year: so far ahead may be paid."""
    row: StatementRow = record.value
    today, last = when.today, head.day if head else when.today

    def wrong_date(field: str, expected: str, found: object) -> None:
        faults.add(line, record.byte_of(field), "statement_date", expected, str(found), field)

    if not when.first.first_day <= row.collected_on <= last:
        wrong_date("collected_on", f"from {when.first.first_day} to {last}", row.collected_on)
    if row.treasury_on is not None and not row.collected_on <= row.treasury_on <= today:
        wrong_date("treasury_on", f"from the day of collection to {today}", row.treasury_on)
    for field, latest in (("month", last_month(last)), ("accounting_month", Month.of(last) + 1)):
        if not when.first <= getattr(row, field) <= latest:
            wrong_date(field, f"from {when.first} to {latest}", getattr(row, field))
    _check_signs(line, record, row, faults)


def last_month(day: date) -> Month:
    """The last month that what is collected until `day` may cover: next year's December."""
    return Month.of(date(day.year + 1, 12, 1))


def _check_signs(line: Line, record: Record, row: StatementRow, faults: Faults) -> None:
    """A row that reverses another takes money back; every other one brings some."""
    for field in ("amount", "late_fee", "interest"):
        fen = getattr(row, field).fen
        if fen and (fen < 0) != (row.reverses is not None):
            wanted = "no amount above 0.00, the row reverses" if row.reverses else "no amount below 0.00"
            found = "one above" if fen > 0 else "one below"
            faults.add(line, record.byte_of(field), "statement_value", wanted, found, field)
