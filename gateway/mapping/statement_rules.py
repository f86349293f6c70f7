"""What head and rows of a statement must be beside well-formed: dates, parts, signs of amounts."""

from datetime import date

from gateway.mapping.statement_faults import Faults
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_record import Record
from gateway.model.statement import StatementHead, StatementRow
from gateway.model.values import Month


def check_head(line: Line, record: Record, party: str, today: date, faults: Faults) -> StatementHead:
    """Note what is wrong with a head; the head."""
    head: StatementHead = record.value
    if head.party != party:
        faults.add(line, record.byte_of("party"), "statement_other_party", party, "another id", "party")
    if head.day > today:
        faults.add(line, record.byte_of("day"), "statement_date", f"{today} at the latest", str(head.day), "day")
    if head.part > head.parts:
        at = record.byte_of("part")
        faults.add(line, at, "statement_sequence", f"{head.parts} at the most", str(head.part), "part")
    return head


def check_row(line: Line, record: Record, head: StatementHead | None, today: date, faults: Faults) -> None:
    """Note what is wrong with a row."""
    row: StatementRow = record.value
    last = head.day if head else today

    def wrong_date(field: str, expected: str, found: object) -> None:
        faults.add(line, record.byte_of(field), "statement_date", expected, str(found), field)

    if row.collected_on > last:
        wrong_date("collected_on", f"{last} at the latest", row.collected_on)
    if row.treasury_on is not None and not row.collected_on <= row.treasury_on <= today:
        wrong_date("treasury_on", f"from the day of collection to {today}", row.treasury_on)
    if row.accounting_month > Month.of(last) + 1:
        wrong_date("accounting_month", f"{Month.of(last) + 1} at the latest", row.accounting_month)
    _check_signs(line, record, row, faults)


def _check_signs(line: Line, record: Record, row: StatementRow, faults: Faults) -> None:
    """A row that reverses another takes money back; every other one brings some."""
    for field in ("amount", "late_fee", "interest"):
        fen = getattr(row, field).fen
        if fen and (fen < 0) != (row.reverses is not None):
            wanted = "no amount above 0.00, the row reverses" if row.reverses else "no amount below 0.00"
            found = "one above" if fen > 0 else "one below"
            faults.add(line, record.byte_of(field), "statement_value", wanted, found, field)
