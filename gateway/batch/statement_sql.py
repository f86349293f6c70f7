"""The SQL by which a block of a statement's rows is checked and typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import sha256

from gateway.batch.sql import either, literal, name
from gateway.batch.statement_looks import is_plain
from gateway.batch.statement_usual import Usual
from gateway.model.reconciliation import ROW_COLUMNS, Book, RowState
from gateway.model.statement_plan import StatementPlan
from gateway.model.values import Month

SEEN = "(key UBIGINT, trace UBIGINT, voucher UBIGINT)"
"""What stands twice is found by fingerprints; two that are equal by accident send the file to the strict reader."""

_MONEY = ("amount", "late_fee", "interest")
_RECORD = "record"
_CASES = 2  # more of them cost more than they save
_TAKEN = ("number", "voucher_number", "trace_number", "agency", "tax_person_number")
_ELSEWHERE = ("number", "name")  # the one is compared with its line, the other is checked in its bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows as the engine sees them. `size`: of the file in bytes; `separators`: the most in a line."""

    file: str
    size: int
    separators: int


def typed(plan: StatementPlan, seen: Seen, usual: Usual) -> str:
    """The rows of a file whose lines look right (gateway.batch.statement_looks) and have values as they have to be.

    Money is in fen, months are ordinals. `usual`: values that need not be held to the pattern of their column. What is
    no row is left out: rows have to be counted.
    """

    def value(column: str, kind: str, made: Callable[[str], str]) -> str:
        """What a column says; that of a usual value is made once."""
        if column not in plan.columns:
            return f"CAST(NULL AS {kind})"
        known = usual.get(column, ())[:_CASES]
        return either([(f"{column} = {literal(each)}", made(literal(each))) for each in known], made(column))

    columns = {
        **{each: each for each in _TAKEN},
        **{each: each if each in plan.columns else "CAST(NULL AS VARCHAR)" for each in ("summary_number", "reverses")},
        "within": _within(usual),
        **{each: f"coalesce({value(each, 'BIGINT', _fen)}, 0)" for each in _MONEY},
        **{each: value(each, "DATE", partial(_day, plan.day_form)) for each in ("collected_on", "treasury_on")},
        "fund": _fund(plan),
        **{each: value(each, "INTEGER", _ordinal) for each in ("month", "accounting_month")},
        "adjustment": f"coalesce(adjustment = {literal(plan.yes)}, FALSE)" if plan.yes else "FALSE",
    }
    made = ", ".join(f"{value} AS {name(each)}" for each, value in columns.items())
    return f"SELECT {made} FROM {_read(plan, seen)} WHERE {_right(plan, usual)}"


def _right(plan: StatementPlan, usual: Usual) -> str:
    """Whether the columns of a line that looks right are those of a row."""
    conditions = [f"{_RECORD} = {literal(plan.record)}"]
    for column, pattern in zip(plan.columns, plan.patterns, strict=True):
        if column not in _ELSEWHERE and not is_plain(pattern):
            either_of = [f"{column} IS NULL"] if column in plan.optional else []
            either_of += [f"{column} = {literal(value)}" for value in usual.get(column, ())]
            either_of.append(f"regexp_full_match({column}, {literal(pattern)})")
            conditions.append(f"({' OR '.join(either_of)})")
    return " AND ".join(conditions)


def checked(plan: StatementPlan, before: int, day: date, today: date) -> str:
    """How many rows are typed, their money in fen, and whether each can be; `before`: rows of the file before these."""
    first = plan.first.ordinal
    conditions = (
        f"number = CAST(rowid + {before + 1} AS VARCHAR)",
        f"collected_on BETWEEN DATE '{plan.first.first_day}' AND DATE '{day}'",
        f"(treasury_on IS NULL OR (treasury_on >= collected_on AND treasury_on <= DATE '{today}'))",
        f"month BETWEEN {first} AND {plan.last_month(day).ordinal}",
        f"accounting_month BETWEEN {first} AND {Month.of(day).ordinal + 1}",
        f"(reverses IS NOT NULL OR least({', '.join(_MONEY)}) >= 0)",
        f"(reverses IS NULL OR greatest({', '.join(_MONEY)}) <= 0)",
    )
    right = f"coalesce(bool_and(coalesce({' AND '.join(conditions)}, FALSE)), TRUE)"
    return f"SELECT count(*), CAST(coalesce(sum({' + '.join(_MONEY)}), 0) AS BIGINT), {right} FROM typed"


SEEN_HERE = "SELECT hash(voucher_number, within), hash(collected_on, trace_number), hash(voucher_number) FROM typed"
REPEATED = (
    "SELECT (SELECT count(*) FROM (SELECT key FROM seen GROUP BY key HAVING count(*) > 1) AS k) + (SELECT count(*) "
    "FROM (SELECT trace FROM seen GROUP BY trace HAVING min(voucher) <> max(voucher)) AS t)"
)
_BLIND_DIGITS = 32


def person_blind(secret: bytes, number: str) -> str:
    """The blind value of a person by the tax party's number, as `rows_of` makes it. `secret`: 32 bytes, of the party.

    SHA-256 behind the secret, cut to half: the engine has no HMAC, and what is cut cannot be extended.
    """
    return sha256(f"{secret.hex()}{number}".encode()).hexdigest()[:_BLIND_DIGITS]


def rows_of(side: Book, book: Book, day: date, blind: bytes, before: int) -> str:
    """The typed rows of a side's statement that are a book's, with ROW_COLUMNS. `day`: that the statement is about.

    `blind`: the secret of the blind values of persons; `before`: rows of the file before these.
    """
    booked_on, kept = _booked(side, book, f"DATE '{day}'")
    own = "concat(voucher_number, '/', {})".format
    columns = {
        "line": f"rowid + {before + 1}",
        "key": "concat(voucher_number, ' ', within)",
        "voucher": "voucher_number",
        "summary": "summary_number",
        # A trace number comes again on another day; with its voucher it is the payment's own.
        "trace": f"CASE WHEN trace_number = summary_number THEN trace_number ELSE {own('trace_number')} END",
        "reverses": f"CASE WHEN reverses IS NOT NULL THEN {own('reverses')} END",
        "person": f"left(sha256({literal(blind.hex())} || tax_person_number), {_BLIND_DIGITS})",
        "region": "agency",
        "day": booked_on,
        "state": either([("reverses IS NOT NULL", literal(RowState.REVERSED))], literal(RowState.BOOKED)),
    }
    made = ", ".join(
        f"CAST({columns.get(column, name(column))} AS {kind}) AS {name(column)}" for column, kind in ROW_COLUMNS
    )
    return f"SELECT {made} FROM typed WHERE {kept}"


def _booked(side: Book, book: Book, day: str) -> tuple[str, str]:
    """When a book booked a row of a side's statement, and which rows are the book's."""
    if side is not Book.RECEIPT:
        return f"coalesce(treasury_on, {day})" if book is Book.TREASURY else day, "TRUE"
    if book is Book.TREASURY:
        return "treasury_on", "treasury_on IS NOT NULL"
    # What was collected earlier and comes with the day of its posting was stated before: only the posting is new.
    return "collected_on", f"NOT (treasury_on IS NOT NULL AND collected_on < {day})"


def _read(plan: StatementPlan, seen: Seen) -> str:
    """A file as the engine's own reader of separated columns has it, which is told to guess nothing.

    It takes a byte in a name for a separator, and what comes behind that for columns more, which nobody asks for.
    """
    more = seen.separators - len(plan.columns)
    columns = (_RECORD, *plan.columns, *(f"more_{number}" for number in range(more)))
    texts = ", ".join(f"{literal(each)}: 'VARCHAR'" for each in columns)
    options = {
        "delim": literal(plan.separator),
        "quote": "''",
        "escape": "''",
        "new_line": r"'\n'",
        "header": "FALSE",
        "auto_detect": "FALSE",
        "parallel": "FALSE",  # a block is read by one thread, other blocks by others
        "columns": f"{{{texts}}}",
        "null_padding": str(more > 0),
        "max_line_size": str(2 * plan.longest),
        "buffer_size": str(max(seen.size, 4 * plan.longest)),
    }
    return f"read_csv({literal(seen.file)}, {', '.join(f'{option} = {value}' for option, value in options.items())})"


def _fen(text: str) -> str:
    return f"CAST(CAST({text} AS DECIMAL(15, 2)) * 100 AS BIGINT)"


def _day(form: str, text: str) -> str:
    return f"CAST(strptime({text}, {literal(form)}) AS DATE)"


def _within(usual: Usual) -> str:
    """What tells the rows of a voucher apart: item, month and sequence."""
    cells = ("item", "month", "sequence")
    made = "concat(item, ' ', left(month, 4), '-', right(month, 2), ' ', sequence)"
    known = [usual.get(each, ()) for each in cells]
    if not all(len(values) == 1 for values in known):
        return made
    item, month, sequence = (value for (value,) in known)
    same = " AND ".join(f"{each} = {literal(value)}" for each, (value,) in zip(cells, known, strict=True))
    return either([(same, literal(f"{item} {month[:4]}-{month[4:]} {sequence}"))], made)


def _fund(plan: StatementPlan) -> str:
    if all(there == here for there, here in plan.codes):
        return "insurance"
    return either([(f"insurance = {literal(there)}", literal(here)) for there, here in plan.codes], "NULL")


def _ordinal(text: str) -> str:
    return f"CAST({text} AS INTEGER) // 100 * 12 + CAST({text} AS INTEGER) % 100 - 1"
